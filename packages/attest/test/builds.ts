// Results and images for tests of attestations.
import type { AttestedBuild, AttestedImage, KeyPreimage, Target } from "@sti/core";
import { makeTar, type TarFile } from "@sti/testing/make-tar";
import type { VisitFiles } from "../src/create-attester.ts";

const preimage: KeyPreimage = {
  schema: 3,
  target: {
    kind: "app",
    name: "api",
    extended: true,
    env: [["PORT", "digest-of-the-port"]],
    buildEnv: [["NPM_REGISTRY", "digest-of-the-registry"]],
    secrets: ["npm-token"],
    scripts: "/usr/bin",
    workspace: null,
    network: "default",
    hosts: [],
    user: null,
  },
  labels: [["maintainer", "somebody"]],
  source: "5".repeat(64),
  dockerfile: null,
  images: [
    { role: "build-image", name: "acme/builder:1", isTarget: false, id: "sha256:b", identity: "sha256:i" },
  ],
  dependencies: [{ target: "base", id: "sha256:c", identity: "sha256:j" }],
  time: 0,
};

export function aBuild(fields: Partial<AttestedBuild> = {}): AttestedBuild {
  const target = { name: "api", kind: "app", method: "dockerfile", tag: { short: "acme/api:1" } };
  return {
    target: { ...target, attest: { provenance: true, sbom: true } } as Target,
    key: "f".repeat(64),
    preimage,
    commit: { url: "https://git.example/acme/shop", commit: "1".repeat(40) },
    bases: [
      {
        role: "build-image",
        name: "acme/builder:1",
        identity: "sha256:i",
        reference: `registry.example/acme/builder@sha256:${"b".repeat(64)}`,
      },
      { role: "runtime-image", name: "base", identity: "sha256:k" },
    ],
    layers: ["a".repeat(64)],
    engine: undefined,
    time: { started: 1_700_000_000_000, finished: 1_700_000_004_000 },
    ...fields,
  };
}

export function anImage(
  files: readonly TarFile[] = [],
  build = aBuild(),
): AttestedImage & { readonly reads: string[] } {
  const reads: string[] = [];
  return {
    subject: { name: "registry.example/acme/api", digest: `sha256:${"d".repeat(64)}` },
    imageId: "sha256:image",
    build,
    reads,
    openFiles: async () => {
      reads.push("export");
      return inPieces(makeTar(files));
    },
  };
}

async function* inPieces(bytes: Buffer, size = 5000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** Of archives with short names. */
export const visitTar: VisitFiles = async (stream, visitor) => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  const text = (from: number, length: number) =>
    bytes.toString("latin1", from, from + length).split("\0")[0] ?? "";
  for (let at = 0; bytes[at] !== 0; ) {
    const size = Number.parseInt(text(at + 124, 12), 8);
    const [path, type, link] = [text(at, 100), text(at + 156, 1), text(at + 157, 100)];
    if (type === "1") visitor.link(path, link);
    if (type === "2") visitor.symlink(path, link);
    const reader = type === "0" ? visitor.open(path, size) : undefined;
    const end = at + 512 + size;
    for (let from = at + 512; from < end; from += 777)
      reader?.update(bytes.subarray(from, Math.min(end, from + 777)));
    reader?.finish();
    at += 512 + Math.ceil(size / 512) * 512;
  }
};

/** A program with the build information of Go 1.18 and later, somewhere in it. */
export function goProgram({
  at = 64 * 1024,
  modules,
}: {
  readonly at?: number;
  readonly modules: string;
}): Buffer {
  const sized = (text: Buffer) => {
    const length: number[] = [];
    for (let left = text.length; ; left >>= 7) {
      if (left < 0x80) return Buffer.concat([Buffer.from([...length, left]), text]);
      length.push((left & 0x7f) | 0x80);
    }
  };
  const sentinel = Buffer.alloc(16, 0xee);
  const info = Buffer.concat([
    Buffer.from("\xff Go buildinf:\x08\x02", "latin1"),
    Buffer.alloc(16),
    sized(Buffer.from("go1.24.2")),
    sized(Buffer.concat([sentinel, Buffer.from(modules), sentinel])),
  ]);
  const program = Buffer.alloc(200 * 1024 + info.length);
  program.write("\x7fELF", 0, "latin1");
  info.copy(program, at);
  return program;
}
