// Looks into one image: its config, and in a container that is never started its scripts, shell and users.
import type { CallOptions } from "../engine/call.ts";
import type { ContainerFile } from "../engine/container.ts";
import type { Engine } from "../engine/engine.ts";
import type { ImageDetails } from "../engine/image.ts";
import { type BuilderContract, s2iContract, stiContract } from "../plan/builder-contract.ts";
import type { ImageContents, ImageFacts, ScriptFact } from "../plan/facts.ts";
import { findOwner, type UserDatabases } from "../plan/find-owner.ts";
import { idleContainer } from "../plan/idle-container.ts";
import { ELF_HEAD_BYTES, elfArchitecture } from "../source/elf-architecture.ts";
import type { Owner } from "../source/source.ts";

/** Enough for a first line; the kernel itself reads 256 bytes. */
const HEAD_BYTES = 256;
const USER_DATABASE_BYTES = 1 << 20;

/** The folder to inspect, and the name of the container for it. */
export interface ImageSurvey {
  /** Folder of the scripts. */
  readonly scripts: string;
  readonly containerName: string;
}

export async function surveyImage(
  engine: Engine,
  details: ImageDetails,
  survey: ImageSurvey,
  options: CallOptions = {},
): Promise<ImageFacts> {
  options.signal?.throwIfAborted();
  // Without the signal: a container whose id is not waited for could not be removed.
  const container = await engine.createContainer(idleContainer(details.id, survey.containerName));
  try {
    const read: Read = (path, headBytes) => engine.readFile(container, path, { ...options, headBytes });
    const own = stiContract(survey.scripts);
    const [shell, accounts, found] = await Promise.all([
      read("/bin/sh", 0),
      readAccounts(read),
      readScripts(own, read),
    ]);
    const other = found.prepare.state === "missing" ? s2iContract(details.config) : undefined;
    const contents: ImageContents = {
      scripts: other === undefined ? found : await readScripts(other, read),
      shell: shell?.kind === "file",
      accounts,
      speaks: (other ?? own).kind,
    };
    return imageFactsOf(details, contents, survey.scripts);
  } finally {
    await engine.removeContainer(container);
  }
}

/**
 * `contents`: found now, or in an earlier session. Everything that the image's config decides comes from `details`.
 * `folder`: of the app's scripts.
 */
export function imageFactsOf(details: ImageDetails, contents: ImageContents, folder: string): ImageFacts {
  const { accounts, scripts, shell, speaks } = contents;
  const owner = resolveOwner(details.config.user, accounts);
  const contract = (speaks === "s2i" ? s2iContract(details.config) : undefined) ?? stiContract(folder);
  return { details, scripts, shell, accounts, owner, contract };
}

async function readScripts({ scripts }: BuilderContract, read: Read): Promise<ImageContents["scripts"]> {
  const [dependencies, prepare, run, save, runtime] = await Promise.all([
    readScript(scripts["prepare-dependencies"], read),
    readScript(scripts.prepare, read),
    readScript(scripts.run, read),
    readScript(scripts["save-artifacts"], read),
    scripts["prepare-runtime"] === scripts.prepare ? undefined : readScript(scripts["prepare-runtime"], read),
  ]);
  return {
    "prepare-dependencies": dependencies,
    prepare,
    run,
    "save-artifacts": save,
    ...(runtime === undefined ? {} : { "prepare-runtime": runtime }),
  };
}

type Read = (path: string, headBytes: number) => Promise<ContainerFile | undefined>;

/** `read`: of a container of the image. */
export async function readScript(path: string, read: Read): Promise<ScriptFact> {
  const file = await read(path, HEAD_BYTES);
  if (file === undefined || file.kind !== "file") return { state: "missing" };
  if ((file.mode & 0o111) === 0) return { state: "not-executable" };
  const interpreter = parseInterpreter(file.head);
  if (interpreter === undefined) return presentAs(path, file);
  const found = interpreter.carriageReturn ? undefined : await read(interpreter.path, ELF_HEAD_BYTES);
  if (found?.kind === "file") return presentAs(interpreter.path, found);
  return {
    state: "interpreter-missing",
    interpreter: interpreter.path,
    carriageReturn: interpreter.carriageReturn,
  };
}

function presentAs(path: string, { head }: ContainerFile): ScriptFact {
  const architecture = elfArchitecture(head);
  return architecture === undefined
    ? { state: "present" }
    : { state: "present", program: { path, architecture } };
}

/** The program that the first line of a script names; undefined for anything but a script. */
export function parseInterpreter(
  head: Uint8Array,
): { readonly path: string; readonly carriageReturn: boolean } | undefined {
  const [line = ""] = new TextDecoder().decode(head).split("\n", 1);
  const match = /^#![ \t]*([^ \t\r]+)/.exec(line);
  const path = match?.[1];
  if (path === undefined) return undefined;
  // A CR after arguments belongs to the last argument; directly after the program it is part of its name.
  return { path, carriageReturn: line[match?.[0].length ?? 0] === "\r" };
}

/** The texts of a container's user databases. */
export async function readAccounts(
  read: (path: string, headBytes: number) => Promise<ContainerFile | undefined>,
): Promise<UserDatabases> {
  const text = async (path: string) =>
    new TextDecoder().decode((await read(path, USER_DATABASE_BYTES))?.head ?? new Uint8Array());
  const [passwd, group] = await Promise.all([text("/etc/passwd"), text("/etc/group")]);
  return { passwd, group };
}

/** The user as numbers, by the image's own user database where it is given by name. */
export function resolveOwner(user: string, accounts: UserDatabases): Owner | undefined {
  if (user === "" || /^0(?::0)?$/.test(user) || user === "root") return { uid: 0, gid: 0 };
  return findOwner(user, accounts);
}
