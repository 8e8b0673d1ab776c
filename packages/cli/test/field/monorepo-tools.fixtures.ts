// The same packages as a workspace of Turborepo and of Nx, and a builder that runs the tool. "web" depends on "lib" by its
// manifest, on "gen" by the tool's files only, and on "other" not at all.

export interface MonorepoTool {
  readonly name: string;
  /** The tool's own files. */
  readonly files: Readonly<Record<string, string>>;
  /** The package in the registry, with its version. */
  readonly tool: readonly [name: string, version: string];
  /** Builds the app and the packages before it. */
  readonly command: string;
}

const json = (value: object) => JSON.stringify(value, undefined, 2);

export const TOOLS: readonly MonorepoTool[] = [
  {
    name: "Turborepo",
    tool: ["turbo", "2.6.1"],
    command: 'turbo run build --filter="$STI_WORKSPACE"',
    files: {
      "turbo.json": `{
  // Tasks of all packages, and of some.
  "globalDependencies": ["tsconfig.base.json"],
  "tasks": {
    "build": { "dependsOn": ["^build"], "outputs": ["dist/**"] },
    "@acme/other#build": { "dependsOn": ["@acme/lib#build"] },
  },
}
`,
      "packages/web/turbo.json": json({
        extends: ["//"],
        tasks: { build: { dependsOn: ["^build", "@acme/gen#build"], outputs: ["dist/**"] } },
      }),
    },
  },
  {
    name: "Nx",
    tool: ["nx", "22.1.0"],
    command: 'nx run "$STI_WORKSPACE:build"',
    files: {
      "nx.json": json({ targetDefaults: { build: { dependsOn: ["^build"] } } }),
      "packages/web/project.json": json({ implicitDependencies: ["generator"] }),
      "packages/gen/project.json": json({ name: "generator" }),
    },
  },
];

export function monorepoFiles({ files, tool: [name, version] }: MonorepoTool): Record<string, string> {
  const dependencies = (folder: string) => (folder === "web" ? { "@acme/lib": "1.0.0" } : {});
  return {
    ...files,
    "package.json": json({
      name: "acme",
      version: "1.0.0",
      private: true,
      packageManager: "npm@11.4.2",
      workspaces: ["packages/*"],
      devDependencies: { [name]: version, "@acme/other": "1.0.0" },
    }),
    ...Object.fromEntries(
      ["web", "lib", "gen", "other"].flatMap((folder) => [
        [
          `packages/${folder}/package.json`,
          json({
            name: `@acme/${folder}`,
            version: "1.0.0",
            scripts: { build: "node build.js" },
            dependencies: dependencies(folder),
          }),
        ],
        [`packages/${folder}/text.txt`, `${folder} one\n`],
        [`packages/${folder}/build.js`, BUILD],
      ]),
    ),
  };
}

/** Writes the text of the package, and in the app's case also the results of the packages before it. */
const BUILD = `const { mkdirSync, readFileSync, writeFileSync } = require("node:fs");
const before = ["../lib/dist/out.txt", "../gen/dist/out.txt"];
const texts = process.cwd().endsWith("web") ? before.map((file) => readFileSync(file, "utf8")) : [];
mkdirSync("dist", { recursive: true });
writeFileSync("dist/out.txt", readFileSync("text.txt", "utf8") + texts.join(""));
`;

/** The builder, without Node.js and npm, which the test copies to "builder/node" and "builder/npm". */
export const MONOREPO_BUILDER = {
  "builder/Dockerfile": [
    "FROM debian:bookworm-slim",
    "COPY unique /",
    "COPY node bin/npm /usr/local/bin/",
    "COPY npm /opt/npm",
    "COPY prepare run /usr/bin/",
    "",
  ].join("\n"),
  "builder/bin/npm": '#!/bin/sh\nexec node /opt/npm/bin/npm-cli.js "$@"\n',
  "builder/run": "#!/bin/sh\nexec cat /srv/app/packages/web/dist/out.txt\n",
};

/** The script that installs the workspace with its lockfile frozen, and builds by the tool. */
export function prepareScript({ command }: MonorepoTool): string {
  return [
    "#!/bin/sh",
    "set -e",
    "cp -R /tmp/src /srv/app && cd /srv/app",
    "export HOME=/tmp/src/.home CI=1 NX_DAEMON=false DO_NOT_TRACK=1 && mkdir $HOME",
    "npm ci --no-audit --no-fund",
    `PATH=/srv/app/node_modules/.bin:$PATH ${command}`,
    "",
  ].join("\n");
}
