// Whether nobody watches and everything has to be the same each time: CI systems set the variable CI.

export function isCi(env: Readonly<Record<string, string | undefined>>): boolean {
  const value = env.CI;
  return value !== undefined && value !== "" && value !== "0" && value !== "false";
}
