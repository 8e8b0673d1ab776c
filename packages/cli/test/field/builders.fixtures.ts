// Projects with a builder and a test app, and the parts of their images that a test looks at.
import { cp } from "node:fs/promises";
import { join } from "node:path";
import type { Endpoint } from "@sti/engine-docker/endpoint";
import { callEngine } from "@sti/testing/engine-api";
import { readImageTree } from "@sti/testing/image-tree";
import { createWorkspace } from "@sti/testing/workspace";
import { type BuilderKind, builderImages, copyBuilder } from "../../src/project/builders.ts";

const SOURCES = new URL("../builders/", import.meta.url).pathname;

export interface BuilderCase {
  /** Name of the app's folder in test/builders. */
  readonly app: string;
  readonly kind: BuilderKind;
  /** A builder whose image serves the result of an extended build. Default: the same one. */
  readonly runtime?: BuilderKind;
  /** Whether it is built in both ways. Default: both. */
  readonly shapes?: readonly ("plain" | "extended")[];
  /** Part of the answer to a request for /. */
  readonly answer: string;
  /** A file of the source to change, with the text that replaces another, and the answer to expect then. */
  readonly edit: readonly [file: string, text: string, replacement: string, answer: string];
  /** Package of a workspace to build. */
  readonly workspace?: string;
  readonly buildEnv?: Readonly<Record<string, string>>;
  /** Arguments of the builder's Dockerfile. */
  readonly args?: Readonly<Record<string, string>>;
  /** Whether an edit of the file finds a dependency layer. */
  readonly layered: boolean;
}

/** Debian packages that only native add-ons need take long to install. */
const npm = { kind: "node", args: { PACKAGES: "" }, layered: true } as const;
const shell = { app: "shell", kind: "shell", answer: "shell, a dependency, a text", layered: true } as const;
const nodeEdit = ["build.js", "a & b", "a & c", "a &amp; c"] as const;

export const QUICK: BuilderCase = {
  ...shell,
  args: { PACKAGES: "", RUNTIME_PACKAGES: "" },
  edit: ["text.txt", "a text", "an edit", "shell, a dependency, an edit"],
};

export const CASES: readonly BuilderCase[] = [
  { ...QUICK, args: {} },
  {
    app: "static",
    kind: "static",
    shapes: ["plain"],
    answer: "plain site",
    edit: ["index.html", "plain site", "edited site", "edited site"],
    layered: false,
  },
  {
    ...npm,
    app: "site",
    runtime: "static",
    shapes: ["extended"],
    answer: "<title>site",
    edit: ["build.js", "<title>site", "<title>edited", "<title>edited"],
  },
  {
    app: "python",
    kind: "python",
    answer: "python, a wheel",
    edit: ["app.py", "python,", "edited,", "edited, a wheel"],
    buildEnv: { PIP_NO_INDEX: "1", PIP_FIND_LINKS: "wheels" },
    layered: true,
  },
  {
    app: "go",
    kind: "go",
    answer: "go, vendored, template",
    edit: ["main.go", "go, ", "edited, ", "edited, vendored, template"],
    layered: true,
  },
  { ...npm, app: "node-npm", answer: "node 24, 1m, a &amp; b", edit: nodeEdit },
  { ...npm, app: "node-pnpm", answer: "node 22, 1m, a &amp; b", edit: nodeEdit },
  { ...npm, app: "node-yarn", answer: "node 24, 1m, a &amp; b", edit: nodeEdit },
  { ...npm, app: "node-berry", answer: "node 24, 1m, a &amp; b", edit: nodeEdit },
  {
    ...npm,
    app: "node-workspace",
    workspace: "@builders/api",
    answer: "workspace, 1m",
    edit: ["packages/api/server.js", "workspace,", "edited,", "edited, 1m"],
  },
];

export const TOKEN = "t0ken-of-a-builder-test";

/** The base of all builders, in place of those in their Dockerfiles. */
const { STI_TEST_BUILDERS_BASE } = process.env;
const BASE: Readonly<Record<string, string>> =
  STI_TEST_BUILDERS_BASE === undefined ? {} : { BASE: STI_TEST_BUILDERS_BASE };

/** A project with apps named plain, extended and user, whose images are PREFIX/APP-NAME. */
export async function createProject(tested: BuilderCase, prefix: string) {
  const { app, args = {}, buildEnv = {}, kind, runtime = kind, workspace } = tested;
  const shapes = tested.shapes ?? ["plain", "extended"];
  const { folder, write } = await createWorkspace({});
  await cp(join(SOURCES, app), join(folder, "app"), { recursive: true });
  const kinds = [...new Set([kind, runtime])];
  for (const one of kinds) await copyBuilder(one, join(folder, "builders", one));
  const entries = kinds.flatMap((one) => builderImages(one, `./builders/${one}`, `${prefix}/images`));
  const images = entries.map(({ name, ...entry }) => [
    name,
    { ...entry, args: { ...BASE, ...(name.startsWith(kind) ? args : {}) } },
  ]);
  const tagOf = (name: string) => `${prefix}/images/${name}`;
  const define = (name: string, more: object) => ({
    source: workspace === undefined ? "./app" : { workspace, root: "./app" },
    buildImage: tagOf(kind),
    tag: `${prefix}/${app}-${name}`,
    buildEnv,
    secrets: { token: { env: "BUILDER_TOKEN" } },
    hostTrust: true,
    ...more,
  });
  const runtimeImage = { runtimeImage: tagOf(runtime === kind ? `${kind}-runtime` : runtime) };
  const [shape] = shapes;
  const config = {
    images: Object.fromEntries(images),
    apps: {
      ...(shapes.includes("plain") ? { plain: define("plain", {}) } : {}),
      ...(shapes.includes("extended") ? { extended: define("extended", runtimeImage) } : {}),
      user: define("user", { user: "1234", ...(shape === "extended" ? runtimeImage : {}) }),
    },
  };
  await write({ "sti.config.json": JSON.stringify(config) });
  const tags = Object.values(config.apps).map(({ tag }) => tag);
  return { folder, write, tags, images: entries };
}

/** Leftovers of a build, by path, which no result may have. */
const LEFTOVERS =
  /^tmp\/(?!src$|artifacts$|build$)|(?:^|\/)(?:\.npm|\.cache|_cacache|\.sti-home|\.home|pip\/http.*|go-build)(?:\/|$)/;

/** The deployed files by path, and paths of leftovers. */
export async function readResult(endpoint: Endpoint, image: string) {
  const tree = await readImageTree(endpoint, image);
  const paths = [...tree.keys()].map((path) => path.replace(/^\.?\//, ""));
  const deployed = [...tree]
    .filter(([path]) => path.startsWith("srv/") && !path.startsWith("srv/artifacts"))
    .map(([path, { digest, linkTarget, mode }]) => `${path} ${mode.toString(8)} ${linkTarget} ${digest}`);
  return { leftovers: paths.filter((path) => LEFTOVERS.test(path)), deployed: deployed.sort() };
}

/** The command line of process 1 of a container. */
export async function readFirstProcess(endpoint: Endpoint, container: string): Promise<string> {
  const { body } = await callEngine(endpoint, "GET", `/containers/${container}/top?ps_args=-o+pid,args`);
  return (body as { readonly Processes: readonly (readonly string[])[] }).Processes[0]?.[1] ?? "";
}
