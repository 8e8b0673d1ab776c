// Writes a project of many small apps, as the benchmarks use it: folders, one builder made by the project itself.
// What is in it depends on the options alone, so that two runs give the same keys.
import { createHash, generateKeyPairSync } from "node:crypto";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

export interface WorkspaceShape {
  /** Folder that gets the project; made when it is missing. */
  readonly folder: string;
  /** Number of apps. */
  readonly apps: number;
  /** Source files of each app. Default: 10. */
  readonly files?: number;
  /** Megabytes of each app that do not compress, in a file beside the others. Default: none. */
  readonly megabytes?: number;
  /** Megabytes of each app that compress like program text. Default: none. */
  readonly textMegabytes?: number;
  /** Gigabytes that each build hashes, for the time that a compiler takes. Default: none. */
  readonly work?: number;
  /** Form of the config file. Default: "ts". */
  readonly config?: "ts" | "json";
  /** Of all apps. Default: "dockerfile". */
  readonly method?: "dockerfile" | "container";
  /** First part of all tags. Default: "sti-bench". */
  readonly repository?: string;
  /** Repository of the shared store. Left out: none. */
  readonly store?: string;
  /** Results of the store are signed, and only signed ones are used. Default: false. */
  readonly signed?: boolean;
}

/** The tags of all images that the project makes. */
export function generateWorkspace(shape: WorkspaceShape): readonly string[] {
  const {
    apps,
    config = "ts",
    files = 10,
    folder,
    megabytes = 0,
    method = "dockerfile",
    repository = "sti-bench",
    signed = false,
    store,
    textMegabytes = 0,
    work = 0,
  } = shape;
  const write = (path: string, content: string | Uint8Array) => {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    if (typeof content === "string" && content.startsWith("#!")) chmodSync(file, 0o755);
  };
  write("builder/Dockerfile", "FROM debian:bookworm-slim\nCOPY prepare run /usr/bin/\n");
  const compile = work === 0 ? "" : `head -c ${work * 1e9} /dev/zero | sha512sum > /dev/null\n`;
  write("builder/prepare", `#!/bin/sh\ncp -r /tmp/src/. /srv/\n${compile}`);
  write("builder/run", "#!/bin/sh\ncat /srv/file-0.txt\n");
  const names = Array.from({ length: apps }, (_, index) => `app-${index}`);
  for (const name of names) {
    for (let index = 0; index < files; index += 1) {
      const path = index % 2 === 0 ? `file-${index}.txt` : `lib/file-${index}.txt`;
      write(`apps/${name}/${path}`, `${name} ${index}\n`.repeat(20));
    }
    if (megabytes > 0) {
      const hash = createHash("shake256", { outputLength: megabytes * 1_000_000 });
      write(`apps/${name}/data`, hash.update(name).digest());
    }
    if (textMegabytes > 0) write(`apps/${name}/text`, makeText(name, textMegabytes * 1_000_000));
  }
  const builder = `${repository}/builder`;
  const key = signed ? createKey(folder) : undefined;
  const cache = store === undefined ? undefined : { image: store, ...(key && { verify: key.public }) };
  const attest = key && { key: { file: key.file } };
  if (config === "json") {
    const entry = (name: string) => [
      name,
      { source: `apps/${name}`, buildImage: builder, tag: `${repository}/${name}` },
    ];
    const written = {
      attest,
      cache,
      defaults: { method },
      images: { builder: { context: "builder", tag: builder } },
      apps: Object.fromEntries(names.map(entry)),
    };
    write("sti.config.json", `${JSON.stringify(written, null, 2)}\n`);
  } else {
    write(
      "sti.config.ts",
      `import { defineConfig } from "@sti/cli/config";

const names = Array.from({ length: ${apps} }, (_, index) => \`app-\${index}\`);

export default defineConfig({
  ...${JSON.stringify({ attest, cache })},
  defaults: { method: "${method}" },
  images: { builder: { context: "builder", tag: "${builder}" } },
  apps: Object.fromEntries(
    names.map((name) => [
      name,
      { source: \`apps/\${name}\`, buildImage: "${builder}", tag: \`${repository}/\${name}\` },
    ]),
  ),
});
`,
    );
  }
  return [builder, ...names.map((name) => `${repository}/${name}`)];
}

/** Keys have no part in the keys of results. */
function createKey(folder: string): { readonly public: string; readonly file: string } {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const file = "signing.key";
  writeFileSync(join(folder, file), privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
  const raw = publicKey.export({ type: "spki", format: "der" }).subarray(-32);
  return { public: `ed25519:${raw.toString("base64")}`, file };
}

/** Lines with a name of eight random bytes each, like the bundle of a program: a quarter is left when it is compressed. */
function makeText(seed: string, length: number): string {
  const line = (name: string) => `  const _${name} = call("text");\n`;
  const count = Math.ceil(length / line("0123456789abcdef").length);
  const names = createHash("shake256", { outputLength: count * 8 })
    .update(seed)
    .digest("hex");
  return Array.from({ length: count }, (_, index) => line(names.slice(index * 16, (index + 1) * 16))).join(
    "",
  );
}
