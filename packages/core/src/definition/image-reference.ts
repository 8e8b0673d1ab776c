// Image references: their grammar, their normal form and their short form. Knows no engine and no registry.

const DOMAIN_PART = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])";
const DOMAIN = new RegExp(`^(?:${DOMAIN_PART}(?:\\.${DOMAIN_PART})*|\\[(?:[a-fA-F0-9:]+)\\])(?::[0-9]+)?$`);
const PATH_PART = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const DIGEST = /^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[0-9a-fA-F]{32,}$/;
const IMAGE_ID = /^sha256:[0-9a-f]{64}$/;

/** A parsed image reference. */
export interface ImageReference {
  /** The normal form, the same for all spellings: "docker.io/library/debian:bookworm-slim". */
  readonly full: string;
  /** The usual spelling: "debian:bookworm-slim". */
  readonly short: string;
  /** "docker.io/library/debian" */
  readonly repository: string;
  readonly tag: string | undefined;
  /** "sha256:…" */
  readonly digest: string | undefined;
}

/** Parses a reference as the engine would; the result's `problem` describes an error in plain words. */
export function parseImageReference(
  written: string,
): { readonly reference: ImageReference } | { readonly problem: string } {
  if (IMAGE_ID.test(written)) {
    return { problem: "is an image id; give it a tag and use that" };
  }
  const at = written.indexOf("@");
  const digest = at < 0 ? undefined : written.slice(at + 1);
  const named = at < 0 ? written : written.slice(0, at);
  const colon = named.indexOf(":", named.lastIndexOf("/") + 1);
  const tag = colon < 0 ? undefined : named.slice(colon + 1);
  const name = colon < 0 ? named : named.slice(0, colon);
  const problem = describeProblem(name, tag, digest);
  if (problem !== undefined) return { problem };

  const { domain, path } = splitDomain(name);
  const repository = `${domain}/${path}`;
  const usedTag = tag ?? (digest === undefined ? "latest" : undefined);
  const suffix = (usedTag === undefined ? "" : `:${usedTag}`) + (digest === undefined ? "" : `@${digest}`);
  return {
    reference: {
      full: repository + suffix,
      short: shortRepository(domain, path) + suffix,
      repository,
      tag: usedTag,
      digest,
    },
  };
}

/** The tag that keeps the build stage of an extended build: `<tag>-build`. */
export function deriveBuildTag(reference: ImageReference): ImageReference {
  return deriveTag(reference, "build");
}

/** The same repository with a tag that ends in "-SUFFIX". */
export function deriveTag(reference: ImageReference, suffix: string): ImageReference {
  const tag = `${reference.tag}-${suffix}`;
  const cut = (text: string) => text.slice(0, text.lastIndexOf(":"));
  return {
    ...reference,
    full: `${cut(reference.full)}:${tag}`,
    short: `${cut(reference.short)}:${tag}`,
    tag,
  };
}

/** The normal form of a tag as an engine lists it, or undefined when it is none ("<none>:<none>"). */
export function normaliseReference(listed: string): string | undefined {
  const parsed = parseImageReference(listed);
  return "reference" in parsed ? parsed.reference.full : undefined;
}

/** The short form of a reference in its normal form. */
export function shortenReference(full: string): string {
  const parsed = parseImageReference(full);
  return "reference" in parsed ? parsed.reference.short : full;
}

function describeProblem(
  name: string,
  tag: string | undefined,
  digest: string | undefined,
): string | undefined {
  if (name === "") return "has no name";
  const slashed = slashedTag(name);
  if (slashed !== undefined) {
    const suggested = slashed.toLowerCase().replaceAll("/", "-");
    return `has a "/" in its tag ${JSON.stringify(slashed)}; write ${JSON.stringify(suggested)} (tagOf of @sti/cli/config makes a tag of a branch)`;
  }
  const { domain, path } = splitDomain(name);
  if (!DOMAIN.test(domain)) return `names a registry, ${JSON.stringify(domain)}, that is not a host name`;
  if (path !== path.toLowerCase()) return "must be in lower case";
  if (!path.split("/").every((part) => PATH_PART.test(part))) {
    return "may only have lower-case letters, digits and single '.', '_', '__' or '-' between them";
  }
  if (`${domain}/${path}`.length > 255) return "is longer than 255 characters";
  if (tag !== undefined && !TAG.test(tag)) {
    return `has the tag ${JSON.stringify(tag)}, but a tag is at most 128 letters, digits, '_', '.' and '-', and begins with neither '.' nor '-'`;
  }
  if (digest !== undefined && !DIGEST.test(digest)) return `has the invalid digest ${JSON.stringify(digest)}`;
  return undefined;
}

/** Of "web:feature/x", which is read as a name since a tag has no "/": "feature/x". The port of a registry is none. */
function slashedTag(name: string): string | undefined {
  return /^[^:[]+:(?!\d+\/)(.+)$|^[^/]*\/[^:]*:(.+)$/
    .exec(name)
    ?.slice(1)
    .find((part) => part !== undefined);
}

function splitDomain(name: string): { readonly domain: string; readonly path: string } {
  const slash = name.indexOf("/");
  const first = slash < 0 ? "" : name.slice(0, slash);
  // Newer engines take one in upper case for a host, too; older ones refuse it, after the build.
  const isDomain = first.includes(".") || first.includes(":") || first === "localhost";
  const domain = isDomain ? first : "docker.io";
  const rest = isDomain ? name.slice(slash + 1) : name;
  const official = domain === "docker.io" || domain === "index.docker.io";
  return {
    domain: official ? "docker.io" : domain,
    path: official && !rest.includes("/") ? `library/${rest}` : rest,
  };
}

function shortRepository(domain: string, path: string): string {
  if (domain !== "docker.io") return `${domain}/${path}`;
  return path.startsWith("library/") ? path.slice("library/".length) : path;
}
