// The recipe for buildpacks in docs/from-s2i.md, with its own scripts, on a stand-in for a builder: the lifecycle's
// programs in a few lines of shell, and one buildpack with a cached layer.
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { withEngine } from "@sti/testing/e2e";
import { METHODS } from "@sti/testing/engine-methods";
import { runSti } from "@sti/testing/run-cli";
import { createWorkspace } from "@sti/testing/workspace";
import { describe, expect, test } from "vitest";
import { outputOf } from "../e2e/s2i.fixtures.ts";

const { config, endpoint, image } = await withEngine("sti-e2e-buildpacks", { removes: "test" });

const page = readFileSync(new URL("../../../../docs/from-s2i.md", import.meta.url), "utf8");
const recipe = page.slice(page.indexOf("## Recipe: buildpacks"));
const [dockerfile = "", prepare = "", saveArtifacts = "", run = ""] = [
  ...recipe.matchAll(/^```\w+\n(.+?)^```/gms),
].map(([, text = ""]) => text);

const FILES = {
  "cnb/Dockerfile": [
    "FROM debian:bookworm-slim",
    "COPY detector builder launcher /cnb/lifecycle/",
    "COPY detect build /cnb/buildpacks/acme/bin/",
    "COPY unique /",
    "ENV CNB_USER_ID=1001 CNB_GROUP_ID=1000",
    "USER 1001:1000",
    "",
  ].join("\n"),
  // Both get: -app DIR -layers DIR -group FILE -plan FILE.
  "cnb/detector":
    '#!/bin/sh\nset -e\ncd "$2" && /cnb/buildpacks/acme/bin/detect /platform "$8" && echo \'[[group]] id = "acme"\' > "$6"\n',
  "cnb/builder":
    '#!/bin/sh\nset -e\ngrep -q acme "$6" && cd "$2" && mkdir -p "$4/acme" "$4/config" && /cnb/buildpacks/acme/bin/build "$4/acme" /platform "$8"\n',
  "cnb/launcher": '#!/bin/sh\ncd "$CNB_APP_DIR" && exec "$CNB_LAYERS_DIR/acme/tool/start"\n',
  "cnb/detect": "#!/bin/sh\n[ -e page ]\n",
  "cnb/build": [
    "#!/bin/sh",
    "set -e",
    'if [ -e "$1/tool/start" ]; then echo reusing tool; else',
    '  echo installing tool; mkdir "$1/tool"',
    '  printf \'#!/bin/sh\\necho by $(id -u); exec cat page\\n\' > "$1/tool/start"; chmod +x "$1/tool/start"',
    "fi",
    "printf '[types]\\ncache = true\\nlaunch = true\\n' > \"$1/tool.toml\"",
    'mkdir -p "$1/notes" && printf "[types]\\nlaunch = true\\n" > "$1/notes.toml"',
    "",
  ].join("\n"),
  "app/page": "one\n",
};

describe.each(METHODS)("by method %s", (method) => {
  test("the recipe builds, takes cached layers back, and starts the app", async () => {
    const { folder, write } = await createWorkspace({
      ...FILES,
      "cnb/unique": randomUUID(),
      "builder/Dockerfile": dockerfile.replace(/^FROM .*$/m, `FROM ${image("cnb")}`),
      "builder/prepare": prepare,
      "builder/save-artifacts": saveArtifacts,
      "builder/run": run,
      "sti.config.json": config({ app: { method } }, { images: { cnb: {}, builder: {} } }),
    });
    const first = await runSti(["run", "-v"], { cwd: folder });
    expect(first).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("installing tool") });
    expect(await outputOf(endpoint, image("app"))).toBe("by 1001\none\n");

    await write({ "app/page": "two\n" });
    const second = await runSti(["run", "-v"], { cwd: folder });
    expect(second).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("reusing tool") });
    expect(second.stdout).toMatch(/app .*built .*incremental/);
    expect(await outputOf(endpoint, image("app"))).toBe("by 1001\ntwo\n");
    expect(await runSti(["compare", "--incremental", "app"], { cwd: folder })).toMatchObject({ exitCode: 0 });
  });
});
