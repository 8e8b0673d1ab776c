import { env } from "node:process";
import { defineConfig } from "vitest/config";
import { pageModule } from "./packages/cli/bundle/page-module.ts";
import { LongFilesFirst } from "./scripts/long-files-first.ts";

// Sources are run as they stand: the packages' "sti-source" export condition leads to src/.
const ssr = { resolve: { conditions: ["sti-source", "node"] } };
const resolve = { conditions: ["sti-source"] };

/** Files that look at everything an engine holds have it to themselves: as many run at once as there are engines. */
const engines = (env.STI_TEST_ENGINES ?? "").split(" ").length;
const outsideCi = "packages/testing/src/outside-ci.ts";
const setupFiles = [
  outsideCi,
  "packages/testing/src/lane-engine.ts",
  "packages/testing/src/private-cache.ts",
];

/** End-to-end tests of two folders. */
const endToEnd = (name: string) => ({
  ssr,
  resolve,
  plugins: [pageModule()],
  test: {
    name,
    // Among the files of the engine project: no engine waits until the other one has done the last of these.
    sequence: { groupOrder: 1 },
    include: [`packages/cli/test/${name}/**/*.test.ts`],
    setupFiles,
    isolate: false,
    testTimeout: 600_000,
    hookTimeout: 600_000,
    maxWorkers: engines,
  },
});

const workers = {
  ssr,
  resolve,
  test: {
    name: "workers",
    sequence: { groupOrder: 1 },
    include: ["packages/cli/test/workers/**/*.test.ts"],
    setupFiles,
    isolate: false,
    testTimeout: 600_000,
    hookTimeout: 600_000,
    maxWorkers: engines,
  },
};

export default defineConfig({
  test: {
    sequence: { sequencer: LongFilesFirst },
    projects: [
      {
        ssr,
        resolve,
        plugins: [pageModule()],
        test: {
          name: "unit",
          sequence: { groupOrder: 0 },
          include: [
            "packages/*/src/**/*.test.ts",
            "packages/cli/bundle/**/*.test.ts",
            "scripts/**/*.test.ts",
            "bench/**/*.test.ts",
            "sweep/**/*.test.ts",
          ],
          exclude: ["**/*.engine.test.ts", "**/node_modules/**"],
          setupFiles: [outsideCi],
          // Most of their time they wait, for files and processes: on few processors, too, several go on at once.
          maxWorkers: 4,
          // No test replaces a module or leaves anything in its process.
          isolate: false,
          testTimeout: 60_000,
        },
      },
      {
        ssr,
        resolve,
        test: {
          name: "engine",
          sequence: { groupOrder: 1 },
          include: ["packages/*/src/**/*.engine.test.ts"],
          setupFiles,
          // As above: what the files import is loaded once for each worker.
          isolate: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: engines,
        },
      },
      endToEnd("e2e"),
      // Examples, builders and projects of other tools: `./pnpmw test` leaves them out unless they are named.
      endToEnd("field"),
      // They need engines that can be killed, one for each worker, and minutes: `./pnpmw acceptance` runs them.
      ...(env.STI_TEST_WORKERS ? [workers] : []),
    ],
  },
});
