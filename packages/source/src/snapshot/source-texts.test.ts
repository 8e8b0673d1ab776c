import { join } from "node:path";
import type { SourceSnapshot } from "@sti/core";
import { expect, test } from "vitest";
import { appTarget, makeFolder, unwrap } from "../../test/temp-folder.ts";
import { readSources } from "./read-sources.ts";

async function read(files: Readonly<Record<string, string>>): Promise<SourceSnapshot | undefined> {
  const directory = await makeFolder(files);
  return unwrap(await readSources([appTarget("app")], { directory: join(directory) })).get("web");
}

test("variables and scripts of a source are read, other files are not", async () => {
  const snapshot = await read({
    "app/.s2i/environment": "A=1\n",
    "app/.s2i/bin/assemble": "#!/bin/bash -e\r\n",
    "app/.s2i/bin/run": "#!/bin/sh\r\nexec node\r\n",
    "app/.s2i/bin/save-artifacts": "#!/bin/sh\ntar c .\r\n",
    "app/.s2i/bin/program": "\u007fELF\r\n",
    "app/bin/run": "#!/bin/sh\r\n",
  });
  expect(snapshot).toMatchObject({
    variablesText: "A=1\n",
    brokenScripts: [{ path: ".s2i/bin/run", interpreter: "/bin/sh" }],
  });
});

test("a source without such files says nothing of them", async () => {
  const snapshot = await read({ "app/run": "#!/bin/sh\r\n" });
  expect(Object.keys(snapshot ?? {})).not.toEqual(expect.arrayContaining(["brokenScripts"]));
});
