// Host trust of an image entry: how each RUN of the user's Dockerfile gets this machine's certificates and proxies, of
// which nothing stays in the image, or the reason why it cannot. Pure.
import type { ImageTarget } from "../definition/target.ts";
import type { EngineDescription } from "../engine/engine.ts";
import type { Failure } from "../failure/failure.ts";
import type { Dockerfile } from "../source/dockerfile.ts";
import type { ArchivePart, HostTrust } from "../source/source.ts";
import { FOLDER } from "./app-build.ts";
import { contextMount, emptyMount, fileMount } from "./dockerfile.ts";
import type { Additions } from "./extend-dockerfile.ts";
import { trustFiles, trustVariables } from "./trust-files.ts";

export interface EntryTrust extends Pick<Additions, "flags" | "variables"> {
  readonly buildArgs: Readonly<Record<string, string>>;
  /** Files that the session serves, by their ids. */
  readonly served: ReadonlyMap<string, Uint8Array>;
  /** Files that are sent with the context. */
  readonly parts: readonly ArchivePart[];
}

/** Builders pass these to each RUN without an ARG, and leave them out of history and cache. */
const PREDEFINED = /^(?:https?|ftp|no|all)_proxy$/i;
/** The frontends whose RUN has mounts. */
const KNOWN_SYNTAX = /^(?:docker\.io\/)?docker\/dockerfile(?:-upstream)?(?:[:@]|$)/;

/** `folder`: of the context, for files that are sent with it; no file of the user's can be in it. */
export function planEntryTrust(
  hostTrust: HostTrust | undefined,
  { engine, folder }: { readonly engine: EngineDescription | undefined; readonly folder: string },
): EntryTrust {
  const files = trustFiles(hostTrust);
  const common = { buildArgs: proxiesOf(hostTrust), variables: trustVariables(hostTrust) };
  if (files.length === 0) return { ...common, flags: [], served: new Map(), parts: [] };
  if (isServed(engine)) {
    const served = new Map(files.map(({ content, name }) => [idOf(name), bytesOf(content)]));
    const mounts = files.map(({ name }) =>
      fileMount({ id: idOf(name), target: `${FOLDER.buildOnly}/${name}` }),
    );
    return { ...common, flags: flagsOf([emptyMount(FOLDER.buildOnly), ...mounts]), served, parts: [] };
  }
  const parts = files.map(
    ({ content, name }): ArchivePart => ({
      kind: "file",
      path: `${folder}/${name}`,
      content,
      mode: 0o444,
      owner: { uid: 0, gid: 0 },
    }),
  );
  return { ...common, flags: flagsOf([contextMount(folder, FOLDER.buildOnly)]), served: new Map(), parts };
}

/** The problem that keeps an entry from getting host trust without a trace in its image. */
export function checkEntryTrust(
  target: ImageTarget,
  dockerfile: Dockerfile,
  {
    engine,
    hostTrust,
  }: { readonly engine: EngineDescription | undefined; readonly hostTrust: HostTrust | undefined },
): readonly Failure[] {
  const refusal = refusalOf(dockerfile, { engine, hostTrust });
  if (refusal === undefined) return [];
  const path = [...target.path, "hostTrust"];
  return [{ code: "host-trust-refused", target: target.name, path, ...refusal }];
}

function refusalOf(
  { args, isComplete, runs, syntax, takesWholeContext }: Dockerfile,
  { engine, hostTrust }: Parameters<typeof checkEntryTrust>[2],
): Pick<Extract<Failure, { code: "host-trust-refused" }>, "reason" | "found"> | undefined {
  const proxies = Object.keys(proxiesOf(hostTrust)).map((name) => name.toLowerCase());
  const declared = args.find((name) => proxies.includes(name.toLowerCase()));
  if (declared !== undefined) return { reason: "declared-proxy", found: declared };
  if (runs.length === 0 || trustFiles(hostTrust).length === 0) return undefined;
  if (syntax !== undefined && !KNOWN_SYNTAX.test(syntax)) return { reason: "other-syntax", found: syntax };
  if (!isComplete) return { reason: "incomplete" };
  return takesWholeContext && !isServed(engine) ? { reason: "whole-context" } : undefined;
}

function isServed(engine: EngineDescription | undefined): boolean {
  return engine?.buildsWithSecrets !== false;
}

function proxiesOf(hostTrust: HostTrust | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(hostTrust?.env ?? {}).filter(([name]) => PREDEFINED.test(name)));
}

/** No secret of the user's can have this id. */
function idOf(name: string): string {
  return `.sti-${name}`;
}

function flagsOf(mounts: readonly string[]): readonly string[] {
  return mounts.map((mount) => `--mount=${mount}`);
}

function bytesOf(content: string | Uint8Array): Uint8Array {
  return typeof content === "string" ? new TextEncoder().encode(content) : content;
}
