import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { builderImages, builderKinds, copyBuilder, inspectBuilder, updateBuilder } from "./builders.ts";

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "sti-builders-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

test.each(builderKinds)("the builder %s is copied with executable scripts, and is stock", async (kind) => {
  const folder = join(makeFolder(), "builders", kind);
  const files = await copyBuilder(kind, folder);
  expect(files).toEqual(
    expect.arrayContaining(["Dockerfile", "README.md", "bin/prepare", "bin/run", "bin/usage"]),
  );
  for (const path of files) {
    const isProgram = /^(?:bin|runtime)\//.test(path);
    expect({ path, mode: statSync(join(folder, path)).mode & 0o111 }).toEqual({
      path,
      mode: isProgram ? 0o111 : 0,
    });
    if (isProgram) execFileSync("sh", ["-n", join(folder, path)]);
  }
  const copy = await inspectBuilder(folder);
  expect(copy?.kind).toBe(kind);
  expect(new Set(copy?.files.values())).toEqual(new Set(["current"]));
  // The list is what sha256sum reads.
  execFileSync("sha256sum", ["--check", "--quiet", "builder.sha256"], { cwd: folder });
});

test.each(builderKinds)(
  "the Dockerfile of %s has the stages of its images, and names no registry",
  async (kind) => {
    const folder = makeFolder();
    await copyBuilder(kind, folder);
    const text = readFileSync(join(folder, "Dockerfile"), "utf8");
    expect(text).toMatch(/^ARG BASE=debian:/m);
    expect(text).not.toMatch(/https?:/);
    const stages = [...text.matchAll(/^FROM \S+ AS (\S+)$/gm)].map(([, name]) => name);
    for (const { stage } of builderImages(kind, "./x", "acme")) {
      if (stage !== undefined) expect(stages).toContain(stage);
    }
  },
);

test("a file is outdated if it is that of another sti, edited if the user changed it, or missing", async () => {
  const folder = makeFolder();
  await copyBuilder("shell", folder);
  const old = "#!/bin/sh\n# of an older sti\n";
  const digest = execFileSync("sha256sum", { input: old, encoding: "utf8" }).slice(0, 64);
  const list = readFileSync(join(folder, "builder.sha256"), "utf8");
  writeFileSync(join(folder, "builder.sha256"), list.replace(/^.{64}(?= {2}bin\/run$)/m, digest));
  writeFileSync(join(folder, "bin/run"), old);
  writeFileSync(join(folder, "bin/usage"), "#!/bin/sh\n# mine\n");
  rmSync(join(folder, "bin/save-artifacts"));
  const states = (await inspectBuilder(folder))?.files;
  expect(states?.get("bin/run")).toBe("outdated");
  expect(states?.get("bin/usage")).toBe("edited");
  expect(states?.get("bin/save-artifacts")).toBe("missing");
  await updateBuilder("shell", folder, ["bin/run", "bin/save-artifacts"]);
  const updated = (await inspectBuilder(folder))?.files;
  expect([...(updated ?? [])].filter(([, state]) => state !== "current")).toEqual([["bin/usage", "edited"]]);
});

test("nothing is written into a folder with files, or through a linked folder", async () => {
  const folder = makeFolder();
  const other = makeFolder();
  await copyBuilder("shell", folder);
  await expect(copyBuilder("node", folder)).rejects.toThrow("is not empty");
  rmSync(join(folder, "bin"), { recursive: true });
  symlinkSync(other, join(folder, "bin"));
  await expect(updateBuilder("shell", folder, ["bin/run"])).rejects.toThrow("is not a folder");
  expect(await inspectBuilder(other)).toBeUndefined();
});
