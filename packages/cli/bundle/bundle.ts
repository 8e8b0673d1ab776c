// Makes `dist/` of this package with rolldown: sources of the workspace and libraries in a set of chunks, of which a
// command loads what it imports. Publishing (package.json) and the start (bin/) are defined elsewhere.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type InputOptions, type OutputChunk, rolldown } from "rolldown";
import { allowUrlParse } from "./allow-url-parse.ts";
import { collectNotices } from "./collect-notices.ts";
import { deferChunks } from "./defer-chunks.ts";
import { deferModules } from "./defer-modules.ts";
import { deferredModules } from "./deferred-modules.ts";
import { groupModules } from "./group-modules.ts";
import { importBuiltins } from "./import-builtins.ts";
import { inspectLazily } from "./inspect-lazily.ts";
import { keepAscii } from "./keep-ascii.ts";
import { pageModule } from "./page-module.ts";

const packages = new URL("../..", import.meta.url).pathname;
const dist = join(packages, "cli/dist");
const deferred = {
  "string-width": { functions: ["default"], importer: join(packages, "cli/src/render/text-width.ts") },
  acorn: {
    functions: ["parse", "parseExpressionAt"],
    importer: join(packages, "config/src/parse-module.ts"),
  },
  yauzl: {
    functions: ["getFileNameLowLevel", "openPromise"],
    importer: join(packages, "source/src/archive/read-zip.ts"),
  },
};

/** A chunk that starts with a library has the library's name. */
function nameOfPackage(module: string | null | undefined): string | undefined {
  return /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(module ?? "")?.[1]?.replace("/", "-");
}

/** A digest of all code in these folders. */
function codeId(...names: readonly string[]): string {
  const files = names
    .map((name) => join(packages, name))
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => join(folder, name)),
    )
    .filter((file) => /\.ts$|package\.json$/.test(file) && statSync(file).isFile())
    .sort();
  const digest = createHash("sha256");
  for (const file of files) digest.update(`${readFileSync(file, "utf8")}\0`);
  return digest.digest("hex").slice(0, 16);
}

const page = pageModule();
const common = {
  platform: "node",
  preserveEntrySignatures: "allow-extension",
  // cosmiconfig loads the first one for YAML, which sti reads itself; the others write and check XML, which sti does not.
  external: (id, importer) =>
    (id === "js-yaml" && importer?.includes("/cosmiconfig/") === true) ||
    (["libxmljs2", "xmlbuilder2"].includes(id) && importer?.includes("/cyclonedx-library/") === true),
  resolve: { conditionNames: ["sti-source", "node"] },
  transform: {
    define: {
      // All code that takes part in the check of a config, and in the parsing of a Dockerfile.
      STI_SCHEMA_ID: JSON.stringify(codeId("core/src", "config/src", "core/node_modules/zod")),
      STI_DOCKERFILE_ID: JSON.stringify(
        codeId("source/src/dockerfile", "source/node_modules/dockerfile-ast"),
      ),
    },
  },
} satisfies InputOptions;
const plugins = () => [
  deferModules(deferred),
  allowUrlParse(),
  inspectLazily(),
  importBuiltins(),
  keepAscii(),
];
const comments = { legal: true, annotation: false, jsdoc: false };

/** The module that configs import, the threads, and libraries that are loaded on first use, by these names. */
const modules = await rolldown({
  ...common,
  input: {
    // Found beside the chunk of live-page.ts.
    "graph-worker": join(packages, "cli/src/report/page/graph-worker.ts"),
    // Both are found beside the chunk that has config-thread.ts.
    "evaluation-worker": join(packages, "config/src/evaluation-worker.ts"),
    index: join(packages, "config/src/index.ts"),
    ...Object.fromEntries(Object.keys(deferred).map((name) => [name, name])),
  },
  plugins: plugins(),
});
/** The program: its chunks are CommonJS, which load-program.ts can load with their bytecode. */
const late = deferChunks(deferredModules);
const program = await rolldown({
  ...common,
  input: { main: join(packages, "cli/src/main.ts"), ...late.input },
  plugins: [late.plugin, page, ...plugins()],
});
/** Loads the others. */
const start = await rolldown({
  ...common,
  input: { start: join(packages, "cli/src/start/load-program.ts") },
  plugins: plugins(),
});
const written = [
  await modules.write({
    dir: dist,
    format: "esm",
    entryFileNames: "[name].js",
    // Names without a hash: the compile cache replaces its entry of a changed file.
    chunkFileNames: "[name].js",
    comments,
  }),
  await program.write({
    dir: dist,
    format: "cjs",
    entryFileNames: "[name].cjs",
    chunkFileNames: ({ facadeModuleId, name }) => `${nameOfPackage(facadeModuleId) ?? name}.cjs`,
    codeSplitting: {
      // The groups are whole as they are.
      includeDependenciesRecursively: false,
      groups: [
        {
          debugName: "loaded together",
          name: groupModules(join(packages, "cli/src/main.ts"), {
            program: join(packages, "cli/src/program/program.ts"),
            // Completion in a shell needs no more than this.
            config: ["config/src/load.ts", "cli/src/project/config-memory.ts"].map((name) =>
              join(packages, name),
            ),
            session: join(packages, "cli/src/commands/run.ts"),
            engine: join(packages, "engine-docker/src/index.ts"),
            ...deferredModules,
            registry: join(packages, "registry/src/index.ts"),
            dockerode: createRequire(join(packages, "engine-docker/")).resolve("dockerode"),
            attest: join(packages, "attest/src/index.ts"),
            zod: fileURLToPath(import.meta.resolve("zod")),
            remote: join(packages, "core/src/remote.ts"),
            // Last: what it shares with others stays with them, so that they do not load it.
            queue: join(packages, "queue/src/index.ts"),
          }),
        },
      ],
    },
    comments,
  }),
  await start.write({ dir: dist, format: "cjs", entryFileNames: "[name].cjs", comments }),
];
const output = written.flatMap((one) => one.output);
const notices = "THIRD-PARTY-NOTICES";
const chunks = output.filter((file): file is OutputChunk => file.type === "chunk");
collectNotices([...chunks.flatMap((chunk) => chunk.moduleIds), ...page.moduleIds()], join(dist, notices));
// Files of an earlier build are removed last: a running program may still load its chunks.
const made = new Set([notices, "types", ...output.map((file) => file.fileName)]);
for (const name of readdirSync(dist)) if (!made.has(name)) rmSync(join(dist, name), { recursive: true });
