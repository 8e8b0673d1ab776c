// The shape of docker's config.json, as far as sti reads it. docker refuses the file for a field of another kind; without
// a check it would count as left out here.

type Shape = "text" | { readonly values: Shape } | { readonly fields: Readonly<Record<string, Shape>> };

const AUTH_FIELDS = ["auth", "username", "password", "identitytoken", "registrytoken"] as const;
const PROXY_FIELDS = ["httpProxy", "httpsProxy", "ftpProxy", "noProxy", "allProxy"] as const;

const textFields = (names: readonly string[]): Shape => ({
  fields: Object.fromEntries(names.map((name) => [name, "text" as const])),
});

const FIELDS = {
  auths: { values: textFields(AUTH_FIELDS) },
  credHelpers: { values: "text" },
  credsStore: "text",
  currentContext: "text",
  proxies: { values: textFields(PROXY_FIELDS) },
} as const satisfies Readonly<Record<string, Shape>>;

export type ConfigField = keyof typeof FIELDS;

/**
 * The first of these fields, or place in them, that is of another kind: `proxies.default is no object`. A value of null
 * counts as left out. No value is quoted: it may be a secret.
 */
export function findConfigProblem(config: unknown, fields: readonly ConfigField[]): string | undefined {
  const shapes = Object.fromEntries(fields.map((field) => [field, FIELDS[field]]));
  return findProblem(config, { fields: shapes }, "");
}

function findProblem(value: unknown, shape: Shape, place: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (shape === "text") return typeof value === "string" ? undefined : `${place} is no text`;
  if (typeof value !== "object" || Array.isArray(value)) return `${place || "the file"} is no object`;
  for (const [name, member] of Object.entries(value)) {
    const inner = "values" in shape ? shape.values : shape.fields[name];
    const problem = inner === undefined ? undefined : findProblem(member, inner, nameOf(place, name));
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function nameOf(place: string, name: string): string {
  const written = /^\w+$/.test(name) ? name : JSON.stringify(name);
  return place === "" ? written : `${place}.${written}`;
}
