import { existsSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describeFailure, type Failure } from "@sti/core";
import { expect, test } from "vitest";
import {
  commitAll,
  failureOf,
  git,
  gitTarget,
  makeRepository,
  placeIn,
  readGit,
} from "../../test/git-repository.ts";
import { startGitServer } from "../../test/git-server.ts";
import {
  asUser,
  makeBareRepository,
  PASSWORD,
  remote,
  startPrivateServer,
  startSsh,
  USER,
} from "../../test/git-user.ts";
import { fillFolder, makeFolder, pathsOf } from "../../test/temp-folder.ts";
import { readSources } from "../snapshot/read-sources.ts";

function wordsOf(failure: Failure | undefined): string {
  if (failure === undefined) throw new Error("it did not fail");
  const { summary, detail, hint } = describeFailure(failure, (file) => file);
  return [summary, detail, hint].join("\n");
}

test("a public repository is read by https, its certificate by GIT_SSL_CAINFO or the user's http.sslCAInfo", async () => {
  const { root, commit } = await makeBareRepository();
  const server = await startGitServer(root);
  await asUser("", { GIT_SSL_CAINFO: server.ca });
  const snapshot = await readGit(gitTarget(`${server.url}/repo.git`, remote));
  expect(pathsOf(snapshot)).toEqual(["a", "b", "b/c"]);
  expect(snapshot.revision).toMatchObject({ url: `${server.url}/repo.git`, commit });
  await asUser(`[http "${server.url}"]\n\tsslCAInfo = ${server.ca}\n`);
  expect(pathsOf(await readGit(gitTarget(`${server.url}/repo.git`, remote)))).toEqual(["a", "b", "b/c"]);
});

test("a server whose certificate nobody vouches for is not read, and the failure names the certificate", async () => {
  const { root } = await makeBareRepository();
  const server = await startGitServer(root);
  await asUser("[http]\n\tsslVerify = false\n", { GIT_SSL_NO_VERIFY: "1" });
  const words = wordsOf(await failureOf(gitTarget(`${server.url}/repo.git`, remote)));
  expect(words).toContain(`git could not fetch HEAD of ${server.url}/repo.git`);
  expect(words).toContain("certificate");
  expect(words).toContain("http.sslCAInfo");
});

const helper = (password: string) => `!f() { echo username=${USER}; echo password=${password}; }; f`;

test("a private repository is read with the user's credential helper, which runs in the user's environment", async () => {
  const { repository, ca } = await startPrivateServer();
  await asUser(`[credential]\n\thelper = "${helper("$TEST_PASSWORD")}"\n`, {
    GIT_SSL_CAINFO: ca,
    TEST_PASSWORD: PASSWORD,
  });
  expect(pathsOf(await readGit(gitTarget(repository, remote)))).toEqual(["a", "b", "b/c"]);
});

test("passwords that git stores in the user's home are found, too", async () => {
  const { repository, ca, url } = await startPrivateServer();
  const home = await asUser("[credential]\n\thelper = store\n", { GIT_SSL_CAINFO: ca });
  await writeFile(join(home, ".git-credentials"), `${url.replace("://", `://${USER}:${PASSWORD}@`)}\n`);
  expect(pathsOf(await readGit(gitTarget(repository, remote)))).toEqual(["a", "b", "b/c"]);
});

test.each([
  ["no credentials", ""],
  ["wrong credentials", `[credential]\n\thelper = "${helper("wrong-password")}"\n`],
])("a private repository with %s fails at once, asks nobody and prints no password", async (_, config) => {
  const { repository, ca } = await startPrivateServer();
  await asUser(config, { GIT_SSL_CAINFO: ca, GIT_ASKPASS: "/nonexistent/askpass" });
  const words = wordsOf(await failureOf(gitTarget(repository, remote)));
  expect(words).toContain(repository);
  expect(words).toContain("set up a credential helper of git, or use ssh");
  expect(words).not.toContain("wrong-password");
});

test("what the user's config runs beside credential helpers is not run", async () => {
  const { root } = await makeBareRepository();
  const server = await startGitServer(root);
  const witness = join(await makeFolder(), "witness");
  const hooks = await makeFolder({
    "reference-transaction": { executable: `#!/bin/sh\ntouch ${witness}\n` },
  });
  const lines = [
    `[core]\n\thooksPath = ${hooks}\n\tfsmonitor = touch ${witness}\n\taskPass = touch ${witness}`,
    `[uploadpack]\n\tpackObjectsHook = touch ${witness}`,
  ];
  await asUser(lines.join("\n"), { GIT_SSL_CAINFO: server.ca, GIT_PROXY_COMMAND: `touch ${witness}` });
  await readGit(gitTarget(`${server.url}/repo.git`, remote));
  expect(existsSync(witness)).toBe(false);
});

test("a redirect is followed by https, and not to http or to a file", async () => {
  const { root } = await makeBareRepository();
  const server = await startGitServer(root, (request, response) => {
    const way = /^\/(moved|plain|file)\/(.*)$/.exec(request.url ?? "");
    if (way === null) return false;
    const start = { moved: server.url, plain: "http://localhost:1", file: `file://${root}` }[
      way[1] as "moved"
    ];
    response.writeHead(302, { location: `${start}/${way[2]}` }).end();
    return true;
  });
  await asUser("", { GIT_SSL_CAINFO: server.ca });
  expect(pathsOf(await readGit(gitTarget(`${server.url}/moved/repo.git`, remote)))).toContain("b/c");
  for (const way of ["plain", "file"]) {
    const failure = await failureOf(gitTarget(`${server.url}/${way}/repo.git`, remote));
    expect(failure).toMatchObject({ code: "git-failed", message: expect.stringContaining("Protocol") });
  }
});

test("a missing repository and a missing server are reported", async () => {
  const { root } = await makeBareRepository();
  const server = await startGitServer(root);
  await asUser("", { GIT_SSL_CAINFO: server.ca });
  expect(wordsOf(await failureOf(gitTarget(`${server.url}/none.git`, remote)))).toContain(
    "check the address and your access to the repository",
  );
  expect(wordsOf(await failureOf(gitTarget("https://localhost:1/none.git", remote)))).toMatch(
    /Failed to connect[\s\S]*check the address and the connection/,
  );
});

/** Processes of this machine with this text among their arguments. */
async function processesWith(text: string): Promise<readonly string[]> {
  const numbers = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const read = (number: string) => readFile(`/proc/${number}/cmdline`, "utf8").catch(() => "");
  return (await Promise.all(numbers.map(read))).filter((line) => line.includes(text));
}

test.runIf(existsSync("/proc/self/cmdline")).each(["connect", "fetch"])(
  "an interrupt while a server sends nothing at %s ends git and its helpers, and leaves nothing",
  async (moment) => {
    const { root } = await makeBareRepository();
    const held = Promise.withResolvers<void>();
    let visits = 0;
    const server = await startGitServer(root, ({ method }) => {
      if (method === "GET") visits += 1;
      if (visits < (moment === "connect" ? 1 : 2)) return false;
      held.resolve();
      return true;
    });
    await asUser("", { GIT_SSL_CAINFO: server.ca });
    const directory = await makeFolder();
    const abort = new AbortController();
    const url = `${server.url}/repo.git`;
    const reading = readSources([gitTarget(url, remote)], { ...placeIn(directory), signal: abort.signal });
    await held.promise;
    expect(await processesWith(url)).not.toEqual([]);
    const reason = new Error("interrupted");
    abort.abort(reason);
    await expect(reading).rejects.toBe(reason);
    expect(await processesWith(url)).toEqual([]);
    const kept = await readdir(directory, { recursive: true });
    expect(kept.filter((path) => path.startsWith("cache/git/"))).toEqual([]);
  },
);

test("the user's url.insteadOf leads to a repository, and only by https and ssh", async () => {
  const { root } = await makeBareRepository();
  const server = await startGitServer(root);
  const read = async (base: string) => {
    await asUser(`[url "${base}"]\n\tinsteadOf = https://shop.test/\n`, { GIT_SSL_CAINFO: server.ca });
    return await failureOf(gitTarget("https://shop.test/repo.git", remote));
  };
  expect(await read(`${server.url}/`)).toBeUndefined();
  const witness = join(await makeFolder(), "witness");
  for (const base of [
    `ext::touch ${witness} `,
    `file://${root}/`,
    `${root}/`,
    server.url.replace("https", "http"),
  ])
    expect(await read(base)).toMatchObject({ message: expect.stringContaining("not allowed") });
  expect(existsSync(witness)).toBe(false);
});

test("a repository is read by the user's ssh, which checks the host and asks nobody", async () => {
  const { argsOf, root } = await startSsh(() => "");
  for (const url of [`ssh://git@example.test${root}/repo.git`, `git@example.test:${root}/repo.git`]) {
    expect(pathsOf(await readGit(gitTarget(url, remote)))).toEqual(["a", "b", "b/c"]);
  }
  const args = await argsOf();
  expect(args).toEqual(expect.arrayContaining(["BatchMode=yes", "StrictHostKeyChecking=yes"]));
  // With ~/.ssh/config.
  expect(args).not.toContain("-F");
});

test.each([
  ["core.sshCommand", (place: string) => `[core]\n\tsshCommand = ${place}/own -i key\n`, {}],
  ["GIT_SSH_COMMAND", () => "[core]\n\tsshCommand = false\n", { GIT_SSH_COMMAND: "PLACE/own -i key" }],
] as const)("the user's %s is run, and asks nobody either", async (_name, config, variables) => {
  const { argsOf, place, root } = await startSsh(config, variables);
  expect(pathsOf(await readGit(gitTarget(`git@example.test:${root}/repo.git`, remote)))).toContain("b/c");
  const args = await argsOf();
  expect(args.slice(0, 5)).toEqual([join(place, "own"), "-i", "key", "-o", "BatchMode=yes"]);
});

test.each([
  ["Host key verification failed.", "connect once with ssh, compare the fingerprint"],
  [
    "Host key for example.test has changed and you have requested strict checking.",
    "find out why the server's host key changed",
  ],
  ["git@example.test: Permission denied (publickey).", "add the right key to your ssh agent"],
])("when ssh prints %j, the failure has a hint", async (said, hint) => {
  const place = await makeFolder({ ssh: { executable: `#!/bin/sh\necho '${said}' >&2\nexit 255\n` } });
  await asUser("", { PATH: `${place}:${process.env.PATH}` });
  const words = wordsOf(await failureOf(gitTarget("git@example.test:repo.git", remote)));
  expect(words).toContain(said);
  expect(words).toContain(hint);
});

test("a branch that was moved by force gives its new commit, and the old one is still read by its id", async () => {
  const { folder, commit: first } = await makeRepository({ a: "1" });
  const directory = await makeFolder();
  await readGit(gitTarget(folder, { ref: "main" }), directory);
  git(folder, "update-ref", "-d", "refs/heads/main");
  await fillFolder(folder, { b: "2" });
  const second = commitAll(folder);
  expect((await readGit(gitTarget(folder, { ref: "main" }), directory)).revision?.commit).toBe(second);
  expect((await readGit(gitTarget(folder, { ref: first }), directory)).revision?.commit).toBe(first);
});
