// Every kind of clone and work tree that people have: their commits are found, and what differs from them.
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { commitAll, git, gitTarget, makeRepository, readGit } from "../../test/git-repository.ts";
import { clone, KINDS } from "../../test/repository-kinds.ts";
import { makeFolder, pathsOf } from "../../test/temp-folder.ts";
import { readAffected, readAtCommit } from "./read-changes.ts";
import { readCheckouts } from "./read-checkout.ts";

// A test starts dozens of processes.
vi.setConfig({ testTimeout: 60_000 });

let origin = "";

beforeAll(() => {
  origin = mkdtempSync(join(tmpdir(), "sti-test-origin-"));
  git(origin, "init", "-q", "-b", "main");
  for (const files of [["api/a", "web/w"], ["web/x"]]) {
    for (const file of files) {
      mkdirSync(join(origin, file, ".."), { recursive: true });
      writeFileSync(join(origin, file), "1");
    }
    commitAll(origin);
  }
  git(origin, "config", "uploadpack.allowFilter", "true");
});

afterAll(() => rmSync(origin, { recursive: true }));

async function cleanOf(folder: string, ...names: string[]) {
  const problems: string[] = [];
  const paths = names.map((name) => join(folder, name));
  const found = await readCheckouts(folder, paths, { onProblem: (problem) => problems.push(problem) });
  return { problems, found: [...found].map(([path, { commit }]) => [relative(folder, path), commit]) };
}

test.each(Object.entries(KINDS))("%s is read", async (_name, make) => {
  const folder = await make(origin);
  const commit = git(folder, "rev-parse", "HEAD");
  expect(await cleanOf(folder, "api", "web")).toEqual({
    problems: [],
    found: [
      ["api", commit],
      ["web", commit],
    ],
  });
  writeFileSync(join(folder, "api/a"), "2");
  writeFileSync(join(folder, "api/new"), "2");
  expect(await cleanOf(join(folder, "web"), "../api", ".")).toEqual({ problems: [], found: [["", commit]] });
  const read = await readAffected("HEAD", { directory: join(folder, "web"), env: {} });
  if (!read.ok) throw new Error(JSON.stringify(read.failures));
  expect(read.value.files.map((file) => relative(folder, file)).sort()).toEqual(["api/a", "api/new"]);
  const [content] = (await readAtCommit(commit, [join(folder, "api/a")], { directory: folder })).values();
  expect(content?.toString()).toBe("1");
});

test.each(["a clone", "a linked work tree", "a repository with sha256", "objects of another clone"])(
  "as a source, %s is read",
  async (kind) => {
    const folder = (await KINDS[kind]?.(origin)) ?? "";
    const snapshot = await readGit(gitTarget(folder));
    expect(snapshot.revision?.commit).toBe(git(folder, "rev-parse", "HEAD"));
    expect(pathsOf(snapshot)).toEqual(expect.arrayContaining(["api/a", "web/w"]));
  },
);

test("folders that a sparse checkout leaves out have no commit", async () => {
  const folder = await clone(origin, "--sparse");
  git(folder, "sparse-checkout", "set", "api");
  const { found } = await cleanOf(folder, "api", ".");
  expect(found.map(([path]) => path)).toEqual(["api"]);
});

test("a file that git was set not to compare leaves its folder without a commit", async () => {
  const folder = await clone(origin);
  git(folder, "update-index", "--assume-unchanged", "api/a");
  writeFileSync(join(folder, "api/a"), "2");
  expect((await cleanOf(folder, "api", "web")).found.map(([path]) => path)).toEqual(["web"]);
});

test("a submodule counts as it is: at its commit, edited, or left empty", async () => {
  const outer = await makeRepository({ main: "1" });
  git(outer.folder, "submodule", "--quiet", "add", `file://${origin}`, "app/lib");
  const commit = commitAll(outer.folder);
  const read = async (folder: string) => (await cleanOf(folder, "app")).found;
  expect(await read(outer.folder)).toEqual([["app", commit]]);
  const place = await makeFolder();
  git(place, "clone", "-q", outer.folder, "clone");
  expect(await read(join(place, "clone"))).toEqual([["app", commit]]);

  writeFileSync(join(outer.folder, "app/lib/web/w"), "2");
  expect(await read(outer.folder)).toEqual([]);
  const affected = await readAffected("HEAD", { directory: outer.folder, env: {} });
  expect(affected).toMatchObject({ ok: true, value: { files: [join(outer.folder, "app/lib")] } });
  git(join(outer.folder, "app/lib"), "checkout", "-q", ".");
  git(join(outer.folder, "app/lib"), "checkout", "-q", "HEAD~1");
  expect(await read(outer.folder)).toEqual([]);
});

test("files of Git LFS are as committed when their digest is that of the pointer, whatever their time", async () => {
  const folder = await makeFolder({ "big.bin": "large content\n", ".gitattributes": "*.bin filter=lfs\n" });
  git(folder, "init", "-q", "-b", "main");
  const clean =
    'f() { cat >"$1.lfs"; echo version https://git-lfs.github.com/spec/v1; printf "oid sha256:%s\\n" "$(sha256sum <"$1.lfs" | cut -c-64)"; echo size $(wc -c <"$1.lfs"); rm "$1.lfs"; }; f';
  git(folder, "-c", `filter.lfs.clean=${clean} %f`, "add", "-A");
  git(folder, "-c", `filter.lfs.clean=${clean} %f`, "commit", "-qm", "lfs");
  expect(git(folder, "cat-file", "blob", "HEAD:big.bin")).toContain("size 14");
  mkdirSync(join(folder, ".git/lfs"));
  utimesSync(join(folder, "big.bin"), 1_600_000_000, 1_600_000_000);
  const commit = git(folder, "rev-parse", "HEAD");
  expect((await cleanOf(folder, "big.bin")).found).toEqual([["big.bin", commit]]);
  writeFileSync(join(folder, "big.bin"), "LARGE content\n");
  expect((await cleanOf(folder, "big.bin")).found).toEqual([]);
});

test("branches are named by what they follow, by their past and by the last fetch", async () => {
  const folder = await clone(origin);
  writeFileSync(join(folder, "api/a"), "2");
  commitAll(folder);
  git(folder, "fetch", "-q", "origin");
  for (const base of ["@{upstream}", "origin/HEAD", "HEAD@{1}", "FETCH_HEAD", undefined]) {
    const read = await readAffected(base, { directory: folder, env: {} });
    expect([base, read]).toMatchObject([base, { ok: true, value: { files: [join(folder, "api/a")] } }]);
  }
});

test("line ends are converted as the repository's config defines", async () => {
  const folder = await clone(origin);
  git(folder, "config", "core.autocrlf", "true");
  writeFileSync(join(folder, "api/a"), "1\r\n");
  commitAll(folder);
  utimesSync(join(folder, "api/a"), 1_600_000_000, 1_600_000_000);
  expect((await cleanOf(folder, "api")).found).toHaveLength(1);
});

/** A clone with a program, a link and a text file, and these settings. */
async function cloneWith(...settings: readonly string[]): Promise<string> {
  const { folder } = await makeRepository({
    "api/a": { executable: "1\n" },
    ".gitattributes": "*.txt text\n",
  });
  symlinkSync("a", join(folder, "api/link"));
  writeFileSync(join(folder, "api/t.txt"), "1\n");
  commitAll(folder);
  for (const setting of settings) git(folder, "config", ...(setting.split("=") as [string, string]));
  return folder;
}

const makePlain = (folder: string) => chmodSync(join(folder, "api/a"), 0o644);
const unlink = (folder: string) => {
  rmSync(join(folder, "api/link"));
  writeFileSync(join(folder, "api/link"), "a");
};
/** git writes line ends as the config defines. */
const checkOut = (folder: string) => {
  rmSync(join(folder, "api/t.txt"));
  git(folder, "checkout", "-q", ".");
  expect(readFileSync(join(folder, "api/t.txt"), "utf8")).toBe("1\r\n");
  utimesSync(join(folder, "api/t.txt"), 1_600_000_000, 1_600_000_000);
};

test.each<readonly [setting: string, change: (folder: string) => void, isClean: boolean]>([
  ["core.fileMode=true", makePlain, false],
  ["core.fileMode=false", makePlain, true],
  ["core.symlinks=true", unlink, false],
  ["core.symlinks=false", unlink, true],
  ["core.eol=crlf", checkOut, true],
  ["core.autocrlf=true", checkOut, true],
])("with %s, files are compared as git compares them", async (setting, change, isClean) => {
  const folder = await cloneWith(setting);
  change(folder);
  expect(git(folder, "status", "--porcelain") === "").toBe(isClean);
  expect((await cleanOf(folder, "api")).found).toHaveLength(isClean ? 1 : 0);
});

test("in a clone without blobs, nothing is fetched for a comparison with an earlier commit", async () => {
  const folder = await clone(origin, "--filter=blob:none");
  git(folder, "remote", "set-url", "origin", "file:///nonexistent");
  const read = await readAffected("HEAD~1", { directory: folder, env: {} });
  expect(read).toMatchObject({ ok: true, value: { files: [join(folder, "web/x")] } });
  const unknown = join(folder, "web/none");
  const contents = await readAtCommit("HEAD", [join(folder, "web/x"), unknown], { directory: folder });
  expect([...contents.values()].map((one) => one?.toString())).toEqual(["1", undefined]);
});
