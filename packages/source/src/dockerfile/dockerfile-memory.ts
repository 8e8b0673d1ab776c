// Remembers the outlines and images of a project's Dockerfiles for the next command. They follow from the text, the build and
// the code that parses, so nothing else is compared.
import { createHash } from "node:crypto";
import type { Dockerfile } from "@sti/core";
import { createPrivateFiles } from "../disk/private-files.ts";
import type { PrivateFolder } from "../disk/private-folder.ts";

/** One build of a Dockerfile. */
export interface DockerfileBuild {
  /** Without a byte order mark. */
  readonly text: string;
  /** Build arguments; they count for those that the Dockerfile declares before its first FROM. */
  readonly args: Readonly<Record<string, string>>;
  /** Name or index of the stage that is built. Default: the last one. */
  readonly stage: string | undefined;
}

export interface ParsedBuild {
  readonly dockerfile: Dockerfile;
  /**
   * References as written, variables replaced, each once: those needed for the target's stage. A reference with a
   * variable that only the engine knows is left out.
   */
  readonly images: readonly string[];
}

export interface DockerfileMemory {
  /** Undefined for a build that no command of late has parsed. */
  recall(build: DockerfileBuild): ParsedBuild | undefined;
  add(build: DockerfileBuild, parsed: ParsedBuild): void;
  /** Replaces the file as a whole, where something was added. Never rejects for want of a place. */
  write(): Promise<void>;
}

export const FORGETFUL: DockerfileMemory = {
  recall: () => undefined,
  add: () => undefined,
  write: () => Promise.resolve(),
};

// Stands for the code that parses: the bundler puts a digest of it here. Sources that run as they stand have none, for
// they may change between two commands.
declare const STI_DOCKERFILE_ID: string | undefined;
const CODE = typeof STI_DOCKERFILE_ID === "string" ? STI_DOCKERFILE_ID : undefined;

const FILE = "dockerfiles.json";
/** Bytes. */
const LARGEST = 16 * 1024 ** 2;
/** Builds that this command has not asked for, and that are kept all the same: another profile may have them. */
const MOST_OTHERS = 100;

type Kept = Readonly<Record<string, Omit<ParsedBuild, "dockerfile"> & { readonly outline: Outline }>>;
/** The text is at hand. */
type Outline = Omit<Dockerfile, "text">;

/** `folder`: of what is remembered of the project. `code`: stands for the code that parses. */
export function createDockerfileMemory(folder: PrivateFolder, code = CODE): DockerfileMemory {
  if (code === undefined) return FORGETFUL;
  const files = createPrivateFiles(folder, LARGEST);
  let stored: Kept | undefined;
  const used = new Map<string, Kept[string]>();
  let hasNews = false;
  const read = () => {
    stored ??= parseKept(files.read(FILE), code);
    return stored;
  };
  return {
    recall(build) {
      const digest = digestOf(build);
      const known = Object.hasOwn(read(), digest) ? read()[digest] : undefined;
      if (known === undefined) return undefined;
      used.set(digest, known);
      return { dockerfile: { ...known.outline, text: build.text }, images: known.images };
    },
    add(build, { dockerfile: { text: _, ...outline }, images }) {
      used.set(digestOf(build), { outline, images });
      hasNews = true;
    },
    async write() {
      if (!hasNews) return;
      hasNews = false;
      const others = Object.entries(read()).filter(([digest]) => !used.has(digest));
      const kept: Kept = Object.fromEntries([...used, ...others.slice(0, MOST_OTHERS)]);
      try {
        await files.write(FILE, printKept(kept, code));
      } catch (error) {
        // A folder that cannot be written, a full disk: the next command parses again.
        if ((error as NodeJS.ErrnoException).code === undefined) throw error;
      }
    },
  };
}

/** The shape is not checked: a text that is not the one written is none. */
function parseKept(text: string | undefined, code: string): Kept {
  const end = text?.indexOf("\n") ?? -1;
  if (text === undefined || end < 0) return {};
  const json = text.slice(end + 1);
  return text.slice(0, end) === sumOf(json, code) ? JSON.parse(json) : {};
}

function printKept(kept: Kept, code: string): string {
  const json = JSON.stringify(kept);
  return `${sumOf(json, code)}\n${json}`;
}

function sumOf(json: string, code: string): string {
  return sha256(`${code}\n${json}`);
}

function digestOf({ args, stage, text }: DockerfileBuild): string {
  const names = Object.keys(args).sort();
  return sha256(JSON.stringify([text, stage ?? null, names.map((name) => [name, args[name]])]));
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
