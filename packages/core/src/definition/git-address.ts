// Addresses and refs that may be passed to git. Anything else could be taken for an option, or run a program. Pure.

/** The problem of an address, in words that follow it; undefined if it is valid. */
export function findGitProblem(url: string, { local }: { readonly local: boolean }): string | undefined {
  if (url.startsWith("-")) return "must not start with '-'";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  if (/[\x00-\x20\x7f]/.test(url)) return "must not contain spaces or control characters";
  if (/^[A-Za-z0-9+.-]+::/.test(url)) return "names a remote helper, which could run any program";
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(url)?.[1]?.toLowerCase();
  if (scheme === "https" || scheme === "ssh") return checkRemote(url);
  if (scheme === "file") return local ? undefined : LOCAL;
  if (scheme !== undefined) return `uses ${scheme}://; repositories are read by https:// or ssh://`;
  if (SHORT_SSH.test(url)) return undefined;
  return local ? undefined : LOCAL;
}

/** Whether this is the address of a repository elsewhere rather than a path. */
export function isRemoteGit(text: string): boolean {
  return /^(?:https|ssh):\/\//i.test(text) || SHORT_SSH.test(text);
}

export function findRefProblem(ref: string): string | undefined {
  if (ref.startsWith("-")) return "must not start with '-'";
  const fits =
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
    /^[A-Za-z0-9_][^\s~^:?*[\\\x00-\x20\x7f]*$/.test(ref) && !/\.\.|@\{|\/\/|\/$|\.lock$/.test(ref);
  return fits ? undefined : "is not a name of a branch, a tag or a commit";
}

/** user@host:path */
const SHORT_SSH = /^[A-Za-z0-9_][A-Za-z0-9_.-]*@[A-Za-z0-9][A-Za-z0-9.-]*:(?!-)[^\s]+$/;
const LOCAL = "is a repository on this machine; set allowLocalGit: true to allow it";

function checkRemote(url: string): string | undefined {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || parsed.hostname === "") return "is not a valid address";
  if (parsed.hostname.startsWith("-") || parsed.username.startsWith("-")) return "is not a valid address";
  const hasSecret = parsed.password !== "" || (parsed.protocol === "https:" && parsed.username !== "");
  return hasSecret ? "has a user or password in it, which would be kept in images and logs" : undefined;
}
