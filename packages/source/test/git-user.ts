// A user's own git configuration, and servers that ask who the user is.
import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { onTestFinished, vi } from "vitest";
import { makeRepository } from "./git-repository.ts";
import { startGitServer } from "./git-server.ts";
import { makeFolder } from "./temp-folder.ts";

export const USER = "ada";
export const PASSWORD = "s3cret-Passw0rd";

/** A home with this git config, and variables, until the end of the test. */
export async function asUser(
  config: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<string> {
  const home = await makeFolder({ ".gitconfig": config });
  onTestFinished(() => void vi.unstubAllEnvs());
  const all = { HOME: home, GIT_SSL_CAINFO: undefined, ...variables };
  for (const [name, value] of Object.entries(all)) vi.stubEnv(name, value);
  return home;
}

export async function makeBareRepository(): Promise<{ readonly root: string; readonly commit: string }> {
  const { folder, commit } = await makeRepository({ a: "1", "b/c": "2" });
  const root = await makeFolder();
  execFileSync("git", ["clone", "-q", "--bare", folder, join(root, "repo.git")]);
  return { root, commit };
}

/** For `gitTarget`: an address that is no path. */
export const remote = { local: false };

export async function startPrivateServer() {
  const { root } = await makeBareRepository();
  const expected = `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString("base64")}`;
  const server = await startGitServer(root, ({ headers }, response) => {
    if (headers.authorization === expected) return false;
    response.writeHead(401, { "www-authenticate": 'Basic realm="test"' }).end();
    return true;
  });
  return { ...server, repository: `${server.url}/repo.git` };
}

/** Stands for ssh: notes its arguments and runs the remote command on this machine. */
const SSH = `#!/bin/sh
printf '%s\\n' "$0" "$@" > "$SSH_NOTES"
while [ "$1" != git@example.test ]; do shift; done
shift
exec sh -c "$*"
`;

export async function startSsh(
  config: (place: string) => string,
  variables: Readonly<Record<string, string>> = {},
) {
  const { root } = await makeBareRepository();
  const place = await makeFolder({
    ssh: { executable: SSH },
    own: { executable: SSH },
    plink: { executable: SSH },
  });
  const notes = join(place, "notes");
  const resolved = Object.entries(variables).map(([name, value]) => [name, value.replace("PLACE", place)]);
  await asUser(config(place), {
    PATH: `${place}:${process.env.PATH}`,
    SSH_NOTES: notes,
    ...Object.fromEntries(resolved),
  });
  return { place, root, argsOf: async () => (await readFile(notes, "utf8")).split("\n") };
}
