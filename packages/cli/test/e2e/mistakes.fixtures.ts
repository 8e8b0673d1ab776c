// Mistakes that people make: the files and the command of each. docs/mistakes.md has the outputs.

export interface Mistake {
  /** The words after `sti`. Default: plan --offline. */
  readonly args?: readonly string[];
  /** Added to those of the project; undefined takes one out. */
  readonly files?: Readonly<Record<string, string | undefined>>;
  readonly env?: Readonly<Record<string, string>>;
}

const APP = { source: "./web", buildImage: "mistakes/builder", tag: "mistakes/web:dev" };

/** Text of the project's config, with other fields of the app and of the config. */
function config(app: object = {}, more: object = {}): string {
  const images = { builder: { context: "./builder", tag: "mistakes/builder" } };
  return JSON.stringify({ images, apps: { web: { ...APP, ...app } }, ...more }, undefined, 2);
}

/** A project without mistakes. */
export const PROJECT: Readonly<Record<string, string>> = {
  "sti.config.json": config(),
  "builder/Dockerfile": "FROM debian:bookworm-slim\nCOPY prepare run /usr/bin/\n",
  "builder/prepare": "#!/bin/sh\ncp -R /tmp/src/. /srv\n",
  "builder/run": "#!/bin/sh\ncat /srv/text\n",
  "web/text": "hello\n",
};

const withApp = (app: object): Mistake => ({ files: { "sti.config.json": config(app) } });
const withConfig = (more: object): Mistake => ({ files: { "sti.config.json": config({}, more) } });
const inCode = (text: string): Mistake => ({
  files: { "sti.config.json": undefined, "sti.config.ts": text },
});
const { source: _, ...NO_SOURCE } = APP;
const { tag: __, ...NO_TAG } = APP;

export const MISTAKES: Readonly<Record<string, Mistake>> = {
  "no config": { args: ["run"], files: { "sti.config.json": undefined, ".git/HEAD": "" } },
  "a folder that does not exist": { args: ["run", "-C", "servces"] },
  "two configs": { files: { "sti.config.yaml": "apps: {}\n" } },
  "an empty config": { files: { "sti.config.json": "" } },
  "a misspelt key": withConfig({ apps: { web: { ...NO_SOURCE, srouce: "./web" } } }),
  "another misspelt key": withConfig({ apps: { web: { ...NO_TAG, tagg: "mistakes/web:dev" } } }),
  "a misspelt section": withConfig({ imagess: {} }),
  "a key of a Dockerfile": withApp({ dockerfile: "./Dockerfile" }),
  "a trailing comma": { files: { "sti.config.json": '{\n  "apps": {\n    "web": {},\n  }\n}\n' } },
  "a comment in JSON": { files: { "sti.config.json": '{\n  // the apps\n  "apps": {}\n}\n' } },
  "a tab in YAML": {
    files: { "sti.config.json": undefined, "sti.config.yaml": "apps:\n\tweb:\n\t\ttag: x\n" },
  },
  "no default export": inCode(
    'import { defineConfig } from "@sti/cli/config";\n\nexport const config = defineConfig({ apps: {} });\n',
  ),
  "a config that throws": inCode(
    "const port = process.env.STI_TEST_NONE.length;\nexport default { apps: {}, concurrency: port };\n",
  ),
  "an import that does not exist": inCode(
    'import { shared } from "./shared";\n\nexport default { apps: shared };\n',
  ),
  "a path of tsconfig": inCode('import { shared } from "@/shared";\n\nexport default { apps: shared };\n'),
  "an enum": inCode("enum Stage { Dev }\n\nexport default { apps: {}, concurrency: Stage.Dev };\n"),
  "a tag in capitals": withApp({ tag: "Acme/Web:dev" }),
  "two tags in one": withApp({ tag: "mistakes/web:dev:2" }),
  "a tag twice": withApp({ tag: "mistakes/builder" }),
  "a number for a tag": withApp({ tag: 1.5 }),
  "a method that does not exist": withApp({ method: "buildkit" }),
  "a duration in words": withApp({ timeout: "5 minutes" }),
  "a size in words": withApp({ method: "container", memory: "2 gigs" }),
  "a port out of range": withApp({ dev: { ports: ["80800:80"] } }),
  "a secret in env": withApp({ env: { API_TOKEN: "abcdef" } }),
  "a variable that is not set": withApp({ env: { REGION: { fromHost: "STI_TEST_NONE" } } }),
  "a secret that is not set": {
    args: ["run", "--engine", "unix:///run/nobody.sock"],
    ...withApp({ secrets: { NPM: { env: "STI_TEST_NONE" } } }),
  },
  "a variables file that does not exist": withApp({ envFile: ".env.prod" }),
  "a source that does not exist": withApp({ source: "./wbe" }),
  "a source outside": withApp({ source: "../web" }),
  "a context that is a file": withConfig({
    images: { builder: { context: "./web/text", tag: "mistakes/builder" } },
  }),
  "a Dockerfile that does not exist": withConfig({
    images: { builder: { context: "./builder", dockerfile: "Dockerfile.prod", tag: "mistakes/builder" } },
  }),
  "an ignore file that ignores all": { files: { "web/.stiignore": "*\n" } },
  "an ignore pattern without an end": { files: { "web/.stiignore": "[ab\n" } },
  "a package that does not exist": {
    files: {
      "sti.config.json": config({ source: { workspace: "wbe" } }),
      "package.json": '{ "private": true, "workspaces": ["web"] }\n',
      "package-lock.json": '{ "lockfileVersion": 3, "packages": {} }\n',
      "web/package.json": '{ "name": "@acme/web", "version": "1.0.0" }\n',
    },
  },
  "targets that need each other": {
    files: { "sti.config.json": config(), "builder/Dockerfile": "FROM mistakes/web:dev\n" },
  },
  "a dependency that does not exist": withApp({ dependsOn: ["databse"] }),
  "a target for an image that does not exist": withApp({ buildImage: { target: "bulider" } }),
  "an app that does not exist": { args: ["run", "wbe"] },
  "a selector with an open bracket": { args: ["plan", "--offline", "[web"] },
  "a profile that does not exist": { args: ["plan", "--offline", "--profile", "prod"] },
  "--set without a value": { args: ["plan", "--offline", "--set", "apps.web.tag"] },
  "--set of an app that does not exist": { args: ["plan", "--offline", "--set", "apps.wbe.tag=x"] },
  "--set with a wrong value": { args: ["plan", "--offline", "--set", "apps.web.timeout=soon"] },
  "a misspelt command": { args: ["wacth"] },
  "a misspelt option": { args: ["run", "--forec"] },
  "an option without a number": { args: ["run", "--concurrency", "many"] },
  "a missing argument": { args: ["compare", "mistakes/web:dev"] },
  "an engine that does not run": { args: ["run", "--engine", "unix:///run/nobody.sock"] },
  "a context that docker does not have": {
    args: ["run"],
    env: { DOCKER_CONTEXT: "staging", DOCKER_HOST: "", DOCKER_CONFIG: "/nowhere" },
  },
  "a lock file that is missing": { args: ["run", "--frozen", "--engine", "unix:///run/nobody.sock"] },
  "a log that does not exist": { args: ["logs", "web"] },
};

/** These need an engine. */
export const BUILD_MISTAKES: Readonly<Record<string, Mistake>> = {
  "a program that the build image lacks": { files: { "builder/prepare": "#!/bin/sh\nnpm ci\n" } },
  "a command of a Dockerfile that fails": {
    files: { "builder/Dockerfile": "FROM debian:bookworm-slim\nRUN echo no such module && exit 3\n" },
  },
  "a COPY of a file that is not there": {
    files: { "builder/Dockerfile": "FROM debian:bookworm-slim\nCOPY perpare /usr/bin/\n" },
  },
  "a stage that the Dockerfile lacks": withConfig({
    images: { builder: { context: "./builder", stage: "prod", tag: "mistakes/builder" } },
  }),
  "an image that the engine lacks": withApp({ buildImage: "mistakes/bulider", pull: "never" }),
  "a runtime image without scripts": withApp({ runtimeImage: "debian:bookworm-slim" }),
  "an empty /tmp/build": withApp({ runtimeImage: "mistakes/builder" }),
  "a user that the image lacks": withApp({ user: "node" }),
};
