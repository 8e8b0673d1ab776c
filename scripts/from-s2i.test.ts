// docs/from-s2i.md names every flag of s2i 1.3.8, those of `s2i build` and the global ones.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const FLAGS = `add-host allowed-uids application-name as-dockerfile assemble-runtime-user assemble-user callback-url cap-drop
  context-dir copy description destination dockercfg-path env environment-file exclude help ignore-submodules
  image-scripts-url incremental incremental-pull-policy inject keep-symlinks location network pull-policy quiet ref rm run
  runtime-artifact runtime-image runtime-pull-policy save-temp-dir scripts scripts-url use-config volume ca cert key loglevel
  tls tlsverify url`;

test("the page for users of s2i has every flag of s2i build, and no other", () => {
  const page = readFileSync(new URL("../docs/from-s2i.md", import.meta.url), "utf8");
  const rows = page.slice(page.indexOf("## Flags of"), page.indexOf("`s2i rebuild`")).split("\n");
  const cells = rows.map((row) => row.split("|")[1] ?? "").join();
  const named = [...cells.matchAll(/`--([a-z-]+)`/g)].map(([, flag]) => flag);
  expect(named.sort()).toEqual(FLAGS.split(/\s+/).sort());
});
