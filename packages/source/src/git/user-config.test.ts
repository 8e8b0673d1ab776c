// The table of docs/git.md on the user's configuration: each setting is tried.
import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { failureOf, gitTarget, readGit } from "../../test/git-repository.ts";
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

// A test starts dozens of processes.
vi.setConfig({ testTimeout: 60_000 });

/** Places of a setting: variables, and files in the user's home, by the text of the setting. */
type Place = (
  text: string,
  home: string,
) => {
  readonly files?: Readonly<Record<string, string>>;
  readonly variables?: Readonly<Record<string, string>>;
};

test.each<readonly [name: string, counts: boolean, place: Place]>([
  ["~/.gitconfig", true, (text) => ({ files: { ".gitconfig": text } })],
  ["~/.config/git/config", true, (text) => ({ files: { ".config/git/config": text } })],
  [
    "XDG_CONFIG_HOME",
    true,
    (text, home) => ({
      files: { "xdg/git/config": text },
      variables: { XDG_CONFIG_HOME: join(home, "xdg") },
    }),
  ],
  [
    "GIT_CONFIG_GLOBAL",
    true,
    (text, home) => ({ files: { other: text }, variables: { GIT_CONFIG_GLOBAL: join(home, "other") } }),
  ],
  [
    "the system's file",
    true,
    (text, home) => ({ files: { system: text }, variables: { GIT_CONFIG_SYSTEM: join(home, "system") } }),
  ],
  [
    "an included file",
    true,
    (text) => ({ files: { ".gitconfig": "[include]\n\tpath = more\n", more: text } }),
  ],
  [
    "a file that is included for a repository",
    false,
    (text) => ({ files: { ".gitconfig": '[includeIf "gitdir:/**"]\n\tpath = more\n', more: text } }),
  ],
])("a setting in %s counts: %s", async (_name, counts, place) => {
  const { root } = await makeBareRepository();
  const server = await startGitServer(root);
  const home = await asUser("");
  const { files = {}, variables = {} } = place(`[http]\n\tsslCAInfo = ${server.ca}\n`, home);
  await fillFolder(home, files);
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  const failure = await failureOf(gitTarget(`${server.url}/repo.git`, remote));
  if (counts) expect(failure).toBeUndefined();
  else expect(failure).toMatchObject({ message: expect.stringContaining("certificate") });
});

test.each([
  [
    "GIT_CONFIG_COUNT",
    (name: string, value: string) => ({
      GIT_CONFIG_COUNT: "1",
      GIT_CONFIG_KEY_0: name,
      GIT_CONFIG_VALUE_0: value,
    }),
  ],
  [
    "GIT_CONFIG_PARAMETERS",
    (name: string, value: string) => ({ GIT_CONFIG_PARAMETERS: `'${name}'='${value}'` }),
  ],
])("settings of %s count for repositories elsewhere", async (_name, variablesOf) => {
  const { root } = await makeBareRepository();
  const server = await startGitServer(root);
  await asUser("", variablesOf("http.sslCAInfo", server.ca));
  expect(pathsOf(await readGit(gitTarget(`${server.url}/repo.git`, remote)))).toContain("b/c");
});

test.each([
  ["~/.netrc", { ".netrc": `machine localhost login ${USER} password ${PASSWORD}\n` }],
  [
    "http.extraHeader",
    {
      ".gitconfig": `[http "https://localhost"]\n\textraHeader = other: x\n[http]\n\textraHeader = AUTHORIZATION: Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString("base64")}\n`,
    },
  ],
])("credentials in %s open a private repository", async (_name, files) => {
  const { ca, repository } = await startPrivateServer();
  const home = await asUser("", { GIT_SSL_CAINFO: ca });
  await fillFolder(home, files);
  expect(pathsOf(await readGit(gitTarget(repository, remote)))).toContain("b/c");
});

const PROXIES = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"];

/** A proxy that notes the hosts it is asked for. */
async function startProxy() {
  const asked: string[] = [];
  const server = createServer().on("connect", ({ url = "" }, client) => {
    asked.push(url);
    const [host, port] = url.split(":");
    const far = connect(Number(port), host, () => client.write("HTTP/1.1 200 OK\r\n\r\n"));
    far.on("error", () => client.destroy()).pipe(client);
    client.on("error", () => far.destroy()).pipe(far);
  });
  server.listen(0, "localhost");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return { asked, url: `http://localhost:${(server.address() as AddressInfo).port}` };
}

test.each<readonly [string, (url: string) => readonly [string, Readonly<Record<string, string>>], boolean]>([
  ["http.proxy", (url) => [`[http]\n\tproxy = ${url}\n`, {}], true],
  ["HTTPS_PROXY", (url) => ["", { HTTPS_PROXY: url }], true],
  ["https_proxy", (url) => ["", { https_proxy: url }], true],
  ["ALL_PROXY", (url) => ["", { ALL_PROXY: url }], true],
  ["HTTPS_PROXY, but for NO_PROXY", (url) => ["", { HTTPS_PROXY: url, NO_PROXY: "localhost" }], false],
])("%s leads to a repository", async (_name, settingsOf, isAsked) => {
  const { root } = await makeBareRepository();
  const [server, proxy] = [await startGitServer(root), await startProxy()];
  const [config, variables] = settingsOf(proxy.url);
  for (const name of PROXIES) vi.stubEnv(name, undefined);
  await asUser(config, { GIT_SSL_CAINFO: server.ca, ...variables });
  expect(pathsOf(await readGit(gitTarget(`${server.url}/repo.git`, remote)))).toContain("b/c");
  expect(new Set(proxy.asked)).toEqual(new Set(isAsked ? [server.url.slice("https://".length)] : []));
});

const OPTIONS = "BatchMode=yes";
test.each([
  ["GIT_SSH", "", { GIT_SSH: "PLACE/own" }, "own", true],
  ["core.sshCommand before GIT_SSH", "[core]\n\tsshCommand = PLACE/own\n", { GIT_SSH: "false" }, "own", true],
  ["a command with plink in it", "", { GIT_SSH_COMMAND: "PLACE/plink" }, "plink", false],
  ["ssh.variant", "[core]\n\tsshCommand = PLACE/own\n[ssh]\n\tvariant = simple\n", {}, "own", false],
  [
    "GIT_SSH_VARIANT before ssh.variant",
    "[ssh]\n\tvariant = simple\n",
    { GIT_SSH_COMMAND: "PLACE/own", GIT_SSH_VARIANT: "ssh" },
    "own",
    true,
  ],
] as const)("ssh is run by %s", async (_name, config, variables, program, hasOptions) => {
  const { argsOf, place, root } = await startSsh((folder) => config.replace("PLACE", folder), variables);
  const read = await readGit(gitTarget(`git@example.test:${root}/repo.git`, remote));
  expect(pathsOf(read)).toContain("b/c");
  const args = await argsOf();
  expect([args[0], args.includes(OPTIONS)]).toEqual([join(place, program), hasOptions]);
});

test("what git does besides reading is not run: hooks, aliases and excludes of the user", async () => {
  const { root } = await makeBareRepository();
  const server = await startGitServer(root);
  const home = await makeFolder({ hooks: { executable: "#!/bin/sh\nexit 1\n" }, ignore: "*\n" });
  await asUser(
    `[core]\n\thooksPath = ${home}\n\texcludesFile = ${home}/ignore\n[alias]\n\tls-tree = !false\n\tfetch = !false\n`,
    { GIT_SSL_CAINFO: server.ca },
  );
  expect(pathsOf(await readGit(gitTarget(`${server.url}/repo.git`, remote)))).toEqual(["a", "b", "b/c"]);
});
