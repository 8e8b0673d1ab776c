// Repositories of registries as references name them, and the scopes of requests to them.
import { parseImageReference } from "@sti/core";
import type { Scope } from "../transport/tokens.ts";

export interface Repository {
  /** "registry.example:5000", "docker.io" */
  readonly registry: string;
  /** "acme/api" */
  readonly path: string;
}

export interface Located extends Repository {
  /** A tag, or a digest; the digest where there are both. */
  readonly name: string;
}

/** `reference`: in any spelling; throws if it is none, which is a defect. */
export function locate(reference: string): Located {
  const parsed = parseImageReference(reference);
  if ("problem" in parsed) throw new Error(`${reference} ${parsed.problem}`);
  const { digest, repository, tag } = parsed.reference;
  const slash = repository.indexOf("/");
  return {
    registry: repository.slice(0, slash),
    path: repository.slice(slash + 1),
    name: digest ?? tag ?? "latest",
  };
}

/** "docker.io/library/debian" */
export function formatRepository({ path, registry }: Repository): string {
  return `${registry}/${path}`;
}

export function isSameRepository(one: Repository, other: Repository): boolean {
  return one.registry === other.registry && one.path === other.path;
}

export function pullScope({ path }: Repository): Scope {
  return `repository:${path}:pull`;
}

export function pushScope({ path }: Repository): Scope {
  return `repository:${path}:pull,push`;
}

export function deleteScope({ path }: Repository): Scope {
  return `repository:${path}:delete,pull`;
}
