// The settings and variables that git runs with. None of them comes from a repository. For repositories elsewhere the
// user's own settings count as far as they open the way there; docs/git.md lists them.
import { isAbsolute } from "node:path";
import type { GitSetting } from "./parse-git-config.ts";

/** For every call; on the command line they outrank all files. */
export function fixedSettings({ local }: { readonly local?: boolean | undefined }): readonly string[] {
  return [
    "safe.bareRepository=explicit",
    "protocol.allow=never",
    "protocol.https.allow=always",
    "protocol.ssh.allow=always",
    `protocol.file.allow=${local === true ? "always" : "never"}`,
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.attributesFile=/dev/null",
    "fetch.fsckObjects=true",
    // Blemishes of old programs that do no harm.
    "fetch.fsck.zeroPaddedFilemode=ignore",
    "fetch.fsck.badTimezone=ignore",
    "fetch.fsck.missingSpaceBeforeDate=ignore",
    "http.followRedirects=initial",
    "http.lowSpeedLimit=1000",
    "http.lowSpeedTime=60",
    "submodule.recurse=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "advice.detachedHead=false",
  ].flatMap((setting) => ["-c", setting]);
}

/** Taken over from the user: the way to the network, the agent that has the keys, whose certificates to trust. */
const PASSED = [
  "SSH_AUTH_SOCK",
  "TMPDIR",
  ...["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"].flatMap((name) => [name, name.toLowerCase()]),
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "GIT_SSL_CAINFO",
  "GIT_SSL_CAPATH",
];

const FIXED = {
  LC_ALL: "C",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_ATTR_NOSYSTEM: "1",
  GIT_TERMINAL_PROMPT: "0",
  GIT_ASKPASS: "/bin/false",
  SSH_ASKPASS: "/bin/false",
  GIT_NO_REPLACE_OBJECTS: "1",
  GIT_NO_LAZY_FETCH: "1",
  GIT_OPTIONAL_LOCKS: "0",
  GIT_LITERAL_PATHSPECS: "1",
};

/** No repository: git is not to look for one above its folder. */
export const NO_REPOSITORY = "/dev/null";

/** For repositories on this machine: nothing of the user's counts. */
export function localEnvironment(): NodeJS.ProcessEnv {
  return {
    ...taken(),
    ...FIXED,
    HOME: "/dev/null",
    XDG_CONFIG_HOME: "/dev/null",
    GIT_SSH_COMMAND: "false",
  };
}

/** For repositories elsewhere. Helpers find what they know by the user's own variables; those of git stay behind. */
export function remoteEnvironment(settings: readonly GitSetting[]): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^GIT_/i.test(name));
  const given = settings.filter(([name]) => OPENS.test(name));
  // As variables: a helper's line may have a secret in it, and arguments can be seen by everybody.
  const variables = given.flatMap(([name, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, name] as const,
    [`GIT_CONFIG_VALUE_${index}`, value] as const,
  ]);
  return {
    ...Object.fromEntries(own),
    ...taken(),
    ...FIXED,
    ...sshVariables(settings),
    GCM_INTERACTIVE: "never",
    GIT_CONFIG_COUNT: String(given.length),
    ...Object.fromEntries(variables),
  };
}

/** For asking git for the user's settings: their variables, but for those that lead it into a repository. */
export function userEnvironment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !REPOSITORY_VARIABLE.test(name));
  return { ...Object.fromEntries(own), ...taken(), LC_ALL: "C" };
}

const REPOSITORY_VARIABLE =
  /^GIT_(?:CONFIG|DIR|WORK_TREE|COMMON_DIR|INDEX_FILE|OBJECT_DIRECTORY|NAMESPACE|TRACE.*)$/;

/** Of the user's settings, those that lead to repositories and open them: addresses, passwords, certificates, proxies. */
const OPENS = new RegExp(
  `^(?:credential\\..*|url\\..*\\.insteadof|http\\.(?:.*\\.)?(?:${[
    ...["sslcainfo", "sslcapath", "sslcert", "sslkey", "sslbackend"],
    ...["proxy", "proxyauthmethod", "proxysslcainfo", "proxysslcert", "proxysslkey"],
    ...["extraheader", "cookiefile", "emptyauth", "delegation", "useragent", "version", "curloptresolve"],
  ].join("|")}))$`,
  "is",
);

const SSH_OPTIONS = [
  "BatchMode=yes",
  "StrictHostKeyChecking=yes",
  "ConnectTimeout=30",
  "ServerAliveInterval=15",
  "ServerAliveCountMax=4",
  // A connection that outlives git would keep its output open.
  "ControlMaster=no",
  "ClearAllForwardings=yes",
].map((option) => `-o ${option}`);

/** The user's ssh, with git's own order of precedence. Of an option that is given twice, ssh takes the first. */
function sshVariables(settings: readonly GitSetting[]): NodeJS.ProcessEnv {
  const last = (wanted: string) => settings.findLast(([name]) => name === wanted)?.[1];
  const { GIT_SSH, GIT_SSH_COMMAND, GIT_SSH_VARIANT } = process.env;
  const program = GIT_SSH ? `'${GIT_SSH.replaceAll("'", `'\\''`)}'` : "ssh";
  const command = GIT_SSH_COMMAND || last("core.sshcommand") || program;
  const variant = GIT_SSH_VARIANT || last("ssh.variant") || "auto";
  // Other programs do not know these options; the user chose one and is responsible for its prompts.
  const isOpenSsh = variant === "ssh" || (variant === "auto" && !/plink/i.test(command));
  return isOpenSsh
    ? { GIT_SSH_COMMAND: [command, ...SSH_OPTIONS].join(" "), GIT_SSH_VARIANT: "ssh" }
    : { GIT_SSH_COMMAND: command, GIT_SSH_VARIANT: variant };
}

function taken(): NodeJS.ProcessEnv {
  const found = PASSED.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { PATH: absolutePath(process.env.PATH), ...Object.fromEntries(found) };
}

/** Git runs in folders of repositories: a relative entry would find programs there. */
function absolutePath(path = ""): string {
  return path.split(":").filter(isAbsolute).join(":");
}
