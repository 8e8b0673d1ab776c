// Files that never end, and names that are orders: in the places that sti reads and prints.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type HostilePlant, linkIn, pipeIn, writeIn } from "./hostile-plant.ts";

/** Files read beside sources, and their config entries where needed. */
const READ: readonly (readonly [path: string, app?: Readonly<Record<string, unknown>>])[] = [
  ["secret.txt", { secrets: { S: { file: "./secret.txt" } } }],
  ["app.env", { envFile: "./app.env" }],
  ["build.env", { buildEnvFile: "./build.env" }],
  ["app/.stiignore"],
  ["app/.dockerignore"],
  ["builder/.dockerignore"],
  ["builder/Dockerfile"],
  ["sti.lock"],
  ["sti.config.json"],
  ["package.json"],
  ["app.tar", { source: "./app.tar" }],
  ["app/package.json", { source: { workspace: "app" } }],
  ["pnpm-lock.yaml", { source: { workspace: "app" } }],
  ["turbo.json", { source: { workspace: "app" } }],
  ["bunfig.toml", { source: { workspace: "app" } }],
  ["bun.lock", { source: { workspace: "app" } }],
];

export const FILE_PLANTS: readonly HostilePlant[] = READ.map(([path, app], index) => {
  // Every second one; that both are refused everywhere is shown where they are read.
  const isPipe = index % 2 === 0;
  return {
    name: `${path} as ${isPipe ? "a named pipe" : "a device"}`,
    about: "files",
    takes: [path, ...(app === undefined ? [] : ["sti.config.json", "pnpm-workspace.yaml"])],
    stops: true,
    plant: ({ folder }) => {
      if (app !== undefined) changeApp(folder, app);
      if (typeof app?.source === "object") {
        writeIn(folder, "app/package.json", '{"name":"app"}');
        writeIn(folder, "pnpm-workspace.yaml", "packages: [app]\n");
      }
      rmSync(join(folder, path), { force: true });
      if (isPipe) pipeIn(folder, path);
      else linkIn(folder, path, "/dev/zero");
    },
  };
});

const ESCAPE = "\u001b";

/** Names of files that would be orders to a terminal or a CI. */
export const HOSTILE_NAMES = [
  `title${ESCAPE}]0;owned\u0007`,
  `clear${ESCAPE}[2J${ESCAPE}[1;1H`,
  "eight-bit\u009b2J",
  "line\n::error::owned",
  "::error::owned",
  "##[error]owned",
  "turned\u202egnp.exe",
  "bell\u0007return\rover",
];

export const NAME_PLANTS: readonly HostilePlant[] = [
  {
    name: "names of files that are orders to a terminal or a CI",
    about: "names",
    takes: ["app/names"],
    stops: false,
    plant: ({ folder }) => {
      for (const name of HOSTILE_NAMES) writeIn(folder, `app/names/${name}`, name);
    },
  },
  ...["apps", "images", "groups"].map(
    (place): HostilePlant => ({
      name: `an entry of ${place} that is called __proto__`,
      about: "names",
      takes: ["sti.config.json"],
      stops: true,
      plant: ({ folder }) => {
        const file = join(folder, "sti.config.json");
        const config = { [place]: {}, ...JSON.parse(readFileSync(file, "utf8")) };
        // JSON.stringify writes an entry of its own only.
        Object.defineProperty(config[place], "__proto__", { value: ["app"], enumerable: true });
        writeFileSync(file, JSON.stringify(config));
      },
    }),
  ),
];

function changeApp(folder: string, change: Readonly<Record<string, unknown>>): void {
  const file = join(folder, "sti.config.json");
  const config = JSON.parse(readFileSync(file, "utf8")) as { apps: { app: object } };
  writeFileSync(file, JSON.stringify({ ...config, apps: { app: { ...config.apps.app, ...change } } }));
}
