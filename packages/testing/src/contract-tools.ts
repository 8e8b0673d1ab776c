// Words and helpers of the engine contract's cases.
import { type ContainerSpec, type Engine, EngineError, type ImageBuild } from "@sti/core";
import { unpackTar } from "modern-tar";
import { packFiles } from "./pack-files.ts";

/** Tools of a case. The engine is there when the case runs, not before. */
export interface ContractTools {
  readonly engine: Engine;
  readonly baseImage: string;
  readonly published: PublishedImage;
  /** Creates a container of one program of the base image. */
  create(program: string, changes?: Partial<ContainerSpec>): Promise<string>;
  /** A build that runs one program of the base image. */
  build(program: string, changes?: Partial<ImageBuild>): ImageBuild;
}

/** An image that a registry has. */
export interface PublishedImage {
  /** "registry/repository:tag" */
  readonly reference: string;
  /** "sha256:…" */
  readonly digest: string;
}

/** Programs of the base image: path → text. */
export const contractScripts = {
  "/usr/bin/greet": "#!/bin/sh\nprintf out\nprintf err >&2\n",
  "/usr/bin/fail": "#!/bin/sh\nexit 7\n",
  "/usr/bin/listen": '#!/bin/sh\nread -r line && echo "heard $line"\n',
  "/usr/bin/wait": "#!/bin/sh\necho ready\nexec sleep 100\n",
} as const;

/** Also in the base image: a file that is no program, and a link to one that is. */
export const contractFiles = {
  plain: { path: "/usr/bin/plain", mode: 0o644, content: "text\n" },
  link: { path: "/usr/bin/linked", target: "greet" },
} as const;

/** Names of the cases' containers and volumes begin with it. */
export const contractPrefix = "contract-";
/** Images and volumes that the cases make have it. */
export const contractLabel = "contract.test";

export async function failureOf(call: Promise<unknown>): Promise<EngineError> {
  const error = await call.then(
    () => undefined,
    (problem: unknown) => problem,
  );
  if (!(error instanceof EngineError))
    throw new Error("the call did not reject with EngineError", { cause: error });
  return error;
}

export function recordOutput() {
  const chunks = { stdout: [] as Uint8Array[], stderr: [] as Uint8Array[] };
  return {
    onOutput: ({ stream, bytes }: { readonly stream: "stdout" | "stderr"; readonly bytes: Uint8Array }) => {
      chunks[stream].push(bytes);
    },
    text: (stream: "stdout" | "stderr") => Buffer.concat(chunks[stream]).toString("utf8"),
  };
}

export function pack(files: Readonly<Record<string, string>>): AsyncIterable<Uint8Array> {
  return packFiles(Object.entries(files).map(([path, content]) => ({ path, content })));
}

/** Entries of an export, by path without a "/" at its ends. */
export async function unpackExport(stream: AsyncIterable<Uint8Array>) {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  const entries = await unpackTar(Buffer.concat(chunks));
  return new Map(
    entries.map(({ header, data }) => [
      header.name.replace(/\/$/, ""),
      {
        type: header.type,
        mode: (header.mode ?? 0) & 0o7777,
        link: header.linkname ?? "",
        content: Buffer.from(data ?? []).toString("utf8"),
      },
    ]),
  );
}

/** The first piece of a stream, then an error. */
export async function* breakOff(
  source: AsyncIterable<Uint8Array>,
  problem: Error,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    yield chunk;
    throw problem;
  }
}
