// The arguments of `sti build` as the config of one app, and reports problems of that config by argument. Pure.
import {
  describeFailure,
  type Failure,
  type FormatFile,
  isRemoteGit,
  type Method,
  type PullPolicy,
  parseImageReference,
  type WrittenConfig,
  type WrittenSource,
} from "@sti/core";

export interface BuildArguments {
  readonly source: string;
  readonly image: string;
  readonly tag: string;
  /** SOURCE is a git repository, and this a branch, tag or commit of it. */
  readonly ref?: string | undefined;
  readonly runtimeImage?: string | undefined;
  readonly method?: Method | undefined;
  /** As written: "KEY=VALUE", or "KEY" for the value that the environment has. */
  readonly env?: readonly string[] | undefined;
  /** As written: "NAME=FILE", or "NAME" for the value that the environment has. */
  readonly secret?: readonly string[] | undefined;
  /** Names of variables that may look like secrets. */
  readonly allowPlain?: readonly string[] | undefined;
  readonly network?: "default" | "none" | "host" | undefined;
  readonly incremental?: boolean | undefined;
  readonly hostTrust?: boolean | undefined;
  readonly pull?: PullPolicy | undefined;
}

const ARGUMENT_OF: Readonly<Record<string, string>> = {
  source: "SOURCE",
  buildImage: "IMAGE",
  tag: "TAG",
  runtimeImage: "--runtime-image",
  env: "--env",
  secrets: "--secret",
  network: "--network",
};
const SECRET_NAME = /^[A-Za-z0-9_][A-Za-z0-9._-]*$/;

/** The config of one app, or every problem that arguments have by themselves, as "ARGUMENT says what". */
export function configOfArguments(
  args: BuildArguments,
  environment: Readonly<Record<string, string | undefined>>,
): { readonly config: WrittenConfig } | { readonly problems: readonly string[] } {
  const { variables, problems } = readVariables(args.env ?? [], environment);
  const secrets = (args.secret ?? []).map(readSecret);
  const empty =
    args.source === "" ? ["SOURCE is empty; name a folder, an archive, a file or a git repository"] : [];
  const all = [
    ...empty,
    ...referenceProblems("IMAGE", args.image),
    ...referenceProblems("TAG", args.tag),
    ...(args.runtimeImage === undefined ? [] : referenceProblems("--runtime-image", args.runtimeImage)),
    ...problems,
    ...secrets.flatMap(([name]) =>
      SECRET_NAME.test(name)
        ? []
        : [`--secret ${JSON.stringify(name)} is not a name: use letters, digits, '_', '.' and '-'`],
    ),
  ];
  if (all.length > 0) return { problems: all };
  const app = {
    source: sourceOfArguments(args),
    allowOutside: true,
    buildImage: args.image,
    tag: args.tag,
    env: variables,
    secrets: Object.fromEntries(secrets),
    ...(args.allowPlain === undefined ? {} : { allowPlain: [...args.allowPlain] }),
    ...(args.network === undefined ? {} : { network: args.network }),
    ...(args.runtimeImage === undefined ? {} : { runtimeImage: args.runtimeImage }),
    ...(args.method === undefined ? {} : { method: args.method }),
    ...(args.incremental === undefined ? {} : { incremental: args.incremental }),
    ...(args.hostTrust === undefined ? {} : { hostTrust: args.hostTrust }),
    ...(args.pull === undefined ? {} : { pull: args.pull }),
  };
  return { config: { apps: { [nameOfTag(args.tag)]: app } } };
}

/** An address is a repository by its form; a path is one where a ref says so. */
function sourceOfArguments({ source, ref }: BuildArguments): WrittenSource {
  const isAddress = isRemoteGit(source) || /^[A-Za-z][A-Za-z0-9+.-]*:[/:]/.test(source);
  if (ref === undefined && !isAddress) return source;
  return {
    git: source,
    ...(ref === undefined ? {} : { ref }),
    ...(isRemoteGit(source) ? {} : { allowLocalGit: true }),
  };
}

/** The last component of a tag's path: "api" of "registry.acme.test:5000/shop/api:dev". */
export function nameOfTag(tag: string): string {
  const parsed = parseImageReference(tag);
  const repository = "reference" in parsed ? parsed.reference.repository : tag;
  return repository.slice(repository.lastIndexOf("/") + 1);
}

/** Translates a failure's config path to the command line: the argument, or the app as a whole. */
export function placeOnArguments(failures: readonly Failure[]): readonly Failure[] {
  return failures.map((failure) => {
    if (!("path" in failure)) return failure;
    const argument = failure.path[3] === "ref" ? "--ref" : ARGUMENT_OF[String(failure.path[2])];
    return { ...failure, path: argument === undefined ? [] : [argument] };
  });
}

/** A placed failure of arguments that do not fit the disk or one another, as "ARGUMENT says what". */
export function describeArgumentFailure(
  failure: Failure,
  args: BuildArguments,
  formatFile: FormatFile,
): string {
  switch (failure.code) {
    case "source-missing":
      return `SOURCE ${formatFile(failure.file)} does not exist`;
    case "graph-cycle":
      return `${failure.path[0]} is what this build makes as TAG ${args.tag}: an image cannot be made from itself; give TAG another name`;
    default: {
      const { summary, detail, hint } = describeFailure(failure, formatFile);
      const subject = "path" in failure && failure.path.length > 0 ? `${failure.path[0]}: ` : "";
      return [
        `${subject}${summary}`,
        ...(detail?.split("\n").map((line) => `  ${line}`) ?? []),
        ...(hint === undefined ? [] : [`  hint: ${hint}`]),
      ].join("\n");
    }
  }
}

function referenceProblems(argument: string, written: string): readonly string[] {
  const parsed = parseImageReference(written);
  if ("problem" in parsed) return [`${argument} ${JSON.stringify(written)} ${parsed.problem}`];
  if (argument !== "TAG" || parsed.reference.digest === undefined) return [];
  return [`TAG ${JSON.stringify(written)} has a digest; use a tag`];
}

function readSecret(text: string): readonly [string, { readonly env: string } | { readonly file: string }] {
  const equals = text.indexOf("=");
  return equals < 0 ? [text, { env: text }] : [text.slice(0, equals), { file: text.slice(equals + 1) }];
}

function readVariables(
  written: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): { readonly variables: Readonly<Record<string, string>>; readonly problems: readonly string[] } {
  const variables: [string, string][] = [];
  const problems: string[] = [];
  for (const text of written) {
    const equals = text.indexOf("=");
    const name = equals < 0 ? text : text.slice(0, equals);
    const value = equals < 0 ? environment[name] : text.slice(equals + 1);
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
      problems.push(
        `--env ${JSON.stringify(text)} names no variable: letters, digits and '_', no digit first`,
      );
    } else if (value === undefined) {
      problems.push(`--env ${name} is not set in the environment; write --env ${name}=VALUE`);
    } else {
      variables.push([name, value]);
    }
  }
  return { variables: Object.fromEntries(variables), problems };
}
