// Variables as they are meant: values from files and from the host put in, names that look like secrets refused.
// Pure: the files and the host's environment are read by others.
import type { ConfigPath } from "../failure/config-place.ts";
import type { Failure } from "../failure/failure.ts";
import type { WrittenApp } from "./app-schema.ts";
import type { VariableValue } from "./schema-values.ts";

/** The machine's variables that a config may use. */
export interface Host {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The contents of the files of `listEnvFiles`, by the path that the config gives them. */
  readonly files: ReadonlyMap<string, Readonly<Record<string, string>>>;
}

/** A machine that has nothing. */
export const NO_HOST: Host = { env: {}, files: new Map() };

/** A file of variables, and where the config names it. */
export interface EnvFile {
  readonly key: "envFile" | "buildEnvFile";
  /** Relative to the config file's folder, or absolute. */
  readonly file: string;
  readonly path: ConfigPath;
}

/** The files of variables of an app, in their order: a later one overrides an earlier one. */
export function listEnvFiles(
  name: string,
  app: Pick<WrittenApp, "envFile" | "buildEnvFile">,
): readonly EnvFile[] {
  return (["envFile", "buildEnvFile"] as const).flatMap((key) => {
    const written = app[key] ?? [];
    if (typeof written === "string") return [{ key, file: written, path: ["apps", name, key] }];
    return written.map((file, index) => ({ key, file, path: ["apps", name, key, index] }));
  });
}

/** The variables with all values from elsewhere; problems go to `failures`, missing values to `unset`. */
export function resolveVariables(
  written: Readonly<Record<string, VariableValue>> | undefined,
  options: {
    readonly path: ConfigPath;
    readonly files: readonly EnvFile[];
    readonly host: Host;
    readonly failures: Failure[];
    readonly unset: Failure[];
    /** Set when everybody who has the image can read the values. */
    readonly public: { readonly key: "env" | "args"; readonly allowPlain: readonly string[] } | undefined;
  },
): Readonly<Record<string, string>> {
  const { failures, files, host, path, unset } = options;
  const variables = new Map<string, string>();
  const paths = new Map<string, ConfigPath>();
  for (const file of files) {
    for (const [name, value] of Object.entries(host.files.get(file.file) ?? {})) {
      variables.set(name, value);
      paths.set(name, file.path);
    }
  }
  for (const [name, value] of Object.entries(written ?? {})) {
    const found = typeof value === "string" ? value : (variableOf(host, value.fromHost) ?? value.default);
    const place = [...path, name];
    paths.set(name, place);
    if (found !== undefined) variables.set(name, found);
    else unset.push({ code: "config-invalid", path: place, message: missing(value) });
  }
  if (options.public !== undefined) {
    const { allowPlain, key } = options.public;
    for (const [name, place] of paths) {
      const message = refusePlain(name, allowPlain, key);
      if (message !== undefined) failures.push({ code: "config-invalid", path: place, message });
    }
  }
  return Object.fromEntries(variables);
}

/** The problem of a variable that everybody who has the image could read, by its name. */
export function refusePlain(
  name: string,
  allowPlain: readonly string[],
  key: "env" | "args" = "env",
): string | undefined {
  return looksSecret(name) && !allowPlain.includes(name) ? refusalOf(name, key) : undefined;
}

/** An environment is an object, which has more than its variables. */
function variableOf({ env }: Host, name: string): string | undefined {
  return Object.hasOwn(env, name) ? env[name] : undefined;
}

/** Words in a variable's name that mean its value is not for everybody; BuildKit's check has much the same. */
const SECRET_PART = /TOKEN|PASSWORD|PASSWD|SECRET/i;
const SECRET_WORD = /(?:^|_)(?:PWORD|PASS|PASSPHRASE|CREDENTIALS?|API_?KEY|KEY)(?:_|$)/i;
const PUBLIC_WORD = /(?:^|_)PUBLIC(?:_|$)/i;

function looksSecret(name: string): boolean {
  return (SECRET_PART.test(name) || SECRET_WORD.test(name)) && !PUBLIC_WORD.test(name);
}

function refusalOf(name: string, key: "env" | "args"): string {
  const where =
    key === "env"
      ? "values of env are readable in the image; use secrets instead (sti build: --secret)"
      : "build arguments are readable in the image's history; use secrets instead";
  return `sets ${name}, which looks like a secret, and ${where}, or list it in allowPlain (--allow-plain) if it is not secret`;
}

function missing(value: VariableValue): string {
  const name = typeof value === "string" ? value : value.fromHost;
  return `takes ${name} from the environment, but it is not set; set it, or add a default`;
}
