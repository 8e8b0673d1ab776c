// Yarn's settings for certificates and proxies: its variables, and the .yarnrc.yml in the user's home folder.
import { join, resolve } from "node:path";
import { type Failure, failed, type Result, success } from "@sti/core";
import { FileProblem, readSmallFile } from "@sti/files";

type Environment = Readonly<Record<string, string | undefined>>;

export interface YarnSettings {
  /** Absolute path of a bundle. */
  readonly caFile: string | undefined;
  /** YARN_HTTP_PROXY and YARN_HTTPS_PROXY. */
  readonly proxies: Readonly<Record<string, string>>;
}

/** Variables and fields of the file with the same meaning. */
const SETTINGS = {
  YARN_HTTPS_CA_FILE_PATH: "httpsCaFilePath",
  YARN_HTTP_PROXY: "httpProxy",
  YARN_HTTPS_PROXY: "httpsProxy",
} as const;
const LIMITS = { limit: 1024 ** 2 };

/** Variables come before the file, as for yarn itself. */
export async function readYarnSettings(env: Environment, home: string): Promise<Result<YarnSettings>> {
  const file = join(home, env.YARN_RC_FILENAME || ".yarnrc.yml");
  const written = await readFields(file);
  if (!written.ok) return written;
  const found = Object.entries(SETTINGS).flatMap(([variable, field]) => {
    const value = env[variable] || expand(written.value[field], env);
    return value === undefined || value === "" ? [] : [[variable, value] as const];
  });
  const { YARN_HTTPS_CA_FILE_PATH: caFile, ...proxies } = Object.fromEntries(found);
  return success({ caFile: caFile === undefined ? undefined : resolve(home, caFile), proxies });
}

async function readFields(file: string): Promise<Result<Readonly<Record<string, unknown>>>> {
  const unreadable = (message: string): Failure => ({ code: "host-trust-unreadable", file, message });
  let text: string;
  try {
    text = (await readSmallFile(file, LIMITS)).toString();
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error;
    return error.kind === "missing" ? success({}) : failed([unreadable(error.message)]);
  }
  const { loadAll, YAMLException } = await import("js-yaml");
  try {
    const [value] = loadAll(text);
    return success(typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {});
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    // Its message quotes lines, in which a token may be.
    return failed([unreadable(`${file} is not YAML: ${error.reason}`)]);
  }
}

/** As yarn does: ${NAME}, ${NAME-fallback} where it is not set, ${NAME:-fallback} where it is empty, too. */
function expand(value: unknown, env: Environment): string | undefined {
  if (typeof value !== "string") return undefined;
  return value.replace(/\$\{(\w+)(?:(:?)-([^}]*))?\}/g, (_, name: string, colon: string, fallback = "") => {
    const set = env[name];
    return set === undefined || (colon === ":" && set === "") ? fallback : set;
  });
}
