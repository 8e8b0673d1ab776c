import { truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { AppTarget, SourceSnapshot } from "@sti/core";
import { makeZip } from "@sti/testing/make-zip";
import { unpackTar } from "modern-tar";
import { expect, test } from "vitest";
import {
  appTarget,
  fillFolder,
  makeFolder,
  pathsOf,
  readFolder,
  type Tree,
  unwrap,
} from "../../test/temp-folder.ts";
import { createIgnoreMatcher } from "../ignore/ignore.ts";
import { pack } from "../send/pack.ts";
import { readSources } from "./read-sources.ts";
import { snapshotFolder } from "./snapshot-folder.ts";

function partsTarget(
  parts: readonly (readonly [path: string, to: string])[],
  ignore: string[] = [],
): AppTarget {
  const source = parts.map(([path, to], index) => ({
    from: { kind: "path", path } as const,
    to,
    path: ["apps", "web", "source", index, "from"],
  }));
  return { ...appTarget("."), source, ignore };
}

async function readParts(directory: string, target: AppTarget): Promise<SourceSnapshot> {
  return unwrap(await readSources([target], { directory })).get("web") as SourceSnapshot;
}

const SHOP: Tree = {
  "api/main.js": "main",
  "api/lib/a.js": "a",
  "shared/.stiignore": "*.md",
  "shared/index.js": "shared",
  "shared/README.md": "ignored",
  tool: "#!/bin/sh\n",
};

test("parts make one source, each by its own ignore rules, and the bytes of all are sent", async () => {
  const directory = await makeFolder(SHOP);
  await writeFile(join(directory, "assets.zip"), makeZip([{ name: "logo.svg", content: "<svg/>" }]));
  const target = partsTarget([
    ["api", ""],
    ["shared", "packages/shared"],
    ["tool", "bin"],
    ["assets.zip", "packages"],
  ]);
  const snapshot = await readParts(directory, target);
  expect(pathsOf(snapshot)).toEqual([
    "bin",
    "bin/tool",
    "lib",
    "lib/a.js",
    "main.js",
    "packages",
    "packages/logo.svg",
    "packages/shared",
    "packages/shared/.stiignore",
    "packages/shared/index.js",
  ]);
  const chunks: Uint8Array[] = [];
  const part = { kind: "source", snapshot, path: "src", owner: { uid: 0, gid: 0 } } as const;
  for await (const chunk of pack([part], { time: 0 })) chunks.push(chunk);
  const sent = new Map(
    (await unpackTar(Buffer.concat(chunks))).map(({ header, data }) => [
      header.name,
      Buffer.from(data ?? "").toString(),
    ]),
  );
  expect(sent.get("src/packages/shared/index.js")).toBe("shared");
  expect(sent.get("src/packages/logo.svg")).toBe("<svg/>");
  expect(sent.get("src/bin/tool")).toBe("#!/bin/sh\n");
});

test("the digest of parts is that of a folder with the same tree", async () => {
  const directory = await makeFolder({
    ...SHOP,
    "whole/main.js": "main",
    "whole/lib/a.js": "a",
    "whole/s/x": "1",
  });
  await fillFolder(directory, { "extra/x": "1" });
  const parts = await readParts(
    directory,
    partsTarget([
      ["api", ""],
      ["extra", "s"],
    ]),
  );
  expect(parts.digest).toBe((await readFolder(directory, appTarget("whole"))).digest);
});

test("a path that two parts give is an error that names both", async () => {
  const directory = await makeFolder({ "a/lib/x": "1", "b/lib/x": "2", "b/lib/y": "2" });
  const result = await readSources(
    [
      partsTarget([
        ["a", ""],
        ["b", ""],
      ]),
    ],
    { directory },
  );
  expect(result).toMatchObject({
    failures: [
      {
        code: "source-path-twice",
        file: "lib/x",
        parts: ["apps.web.source[0].from: a", "apps.web.source[1].from: b"],
        path: ["apps", "web", "source"],
      },
    ],
  });
});

test("a file that two parts give alike is sent once", async () => {
  const directory = await makeFolder({ "a/lib/x": "1", "b/lib/x": "1", "b/lib/y": "2" });
  const snapshot = await readParts(
    directory,
    partsTarget([
      ["a", ""],
      ["b", ""],
    ]),
  );
  expect(pathsOf(snapshot)).toEqual(["lib", "lib/x", "lib/y"]);
  const chunks: Uint8Array[] = [];
  const part = { kind: "source", snapshot, path: "", owner: { uid: 0, gid: 0 } } as const;
  for await (const chunk of pack([part], { time: 0 })) chunks.push(chunk);
  const sent = (await unpackTar(Buffer.concat(chunks))).map(({ header }) => header.name);
  expect(sent.filter((name) => !name.endsWith("/")).sort()).toEqual(["lib/x", "lib/y"]);
});

test("no part goes through a link of another, whichever comes first", async () => {
  const directory = await makeFolder({ "a/out": { link: "/etc" }, "b/passwd": "x" });
  for (const parts of [
    [
      ["a", ""],
      ["b", "out"],
    ],
    [
      ["b", "out"],
      ["a", ""],
    ],
  ] as const) {
    const result = await readSources([partsTarget(parts)], { directory });
    expect(result).toMatchObject({ failures: [{ code: "source-path-twice" }] });
  }
});

test("ignore in the config adds to the ignore file, of every part", async () => {
  const directory = await makeFolder({
    "a/.dockerignore": "*.log",
    "a/x.log": "",
    "a/y.md": "",
    "b/z.md": "",
    "b/k": "",
  });
  const snapshot = await readParts(
    directory,
    partsTarget(
      [
        ["a", ""],
        ["b", ""],
      ],
      ["*.md"],
    ),
  );
  expect(pathsOf(snapshot)).toEqual([".dockerignore", "k"]);
});

test("a pattern of the config that is none is reported at its place", async () => {
  const directory = await makeFolder({ "a/x": "" });
  expect(await readSources([partsTarget([["a", ""]], ["ok", "[a"])], { directory })).toMatchObject({
    failures: [{ code: "ignore-invalid", path: ["apps", "web", "ignore"], lines: ["line 2: [a"] }],
  });
});

test("a source of more bytes than any has is refused before it is read, with its largest files", async () => {
  const directory = await makeFolder({ "disk.img": "", small: "1" });
  await truncate(join(directory, "disk.img"), 20e9);
  const result = await snapshotFolder(directory, createIgnoreMatcher([]), undefined);
  expect(result).toMatchObject({
    problems: [
      {
        code: "source-too-large",
        largest: [
          { file: join(directory, "disk.img"), size: 20e9 },
          { file: join(directory, "small"), size: 1 },
        ],
      },
    ],
  });
});
