// The leftover oracle: an engine's content, compared before and after. run-cli.ts looks after temporary files.
import { setTimeout as sleep } from "node:timers/promises";
import type { Endpoint } from "@sti/engine-docker/endpoint";
import { expect } from "vitest";
import { callEngine } from "./engine-api.ts";

/** Everything that a session must not leave behind, by kind. */
export interface Holdings {
  readonly containers: readonly string[];
  readonly volumes: readonly string[];
  readonly networks: readonly string[];
  readonly untaggedImages: readonly string[];
}

/** Number of checks, and milliseconds between them, while the engine is still removing something. */
const LOOKS = 20;
const PAUSE = 250;

/** Values of sti.kind of images that builds of apps leave untagged only by mistake. */
const MADE_BY_STI: ReadonlySet<string> = new Set(["app", "dependencies"]);

export async function listHoldings(endpoint: Pick<Endpoint, "host" | "tls">): Promise<Holdings> {
  const list = async (path: string) => (await callEngine(endpoint, "GET", path)).body;
  const untagged = encodeURIComponent(JSON.stringify({ dangling: ["true"] }));
  const [containers, volumes, networks, images] = (await Promise.all([
    list("/containers/json?all=1"),
    list("/volumes"),
    list("/networks"),
    list(`/images/json?filters=${untagged}`),
  ])) as [
    readonly { readonly Names: readonly string[]; readonly Image: string }[],
    { readonly Volumes: readonly { readonly Name: string }[] | null },
    readonly { readonly Name: string }[],
    readonly { readonly Id: string; readonly Labels: Readonly<Record<string, string>> | null }[],
  ];
  return {
    containers: containers.map(({ Names, Image }) => `${Names.join(" ")} of ${Image}`).sort(),
    volumes: (volumes.Volumes ?? []).map(({ Name }) => Name).sort(),
    networks: networks.map(({ Name }) => Name).sort(),
    untaggedImages: images
      .filter(({ Labels }) => !isBuildCache(Labels ?? {}))
      .map(({ Id }) => Id)
      .sort(),
  };
}

/** Fails unless the engine's content is as before. */
export async function expectNoLeftovers(
  endpoint: Pick<Endpoint, "host" | "tls">,
  before: Holdings,
): Promise<void> {
  let now = await listHoldings(endpoint);
  for (let look = 1; look < LOOKS && JSON.stringify(now) !== JSON.stringify(before); look += 1) {
    await sleep(PAUSE);
    now = await listHoldings(endpoint);
  }
  expect(now).toEqual(before);
}

/** Podman's build cache consists of images: those that a build of an app leaves are none of it. */
function isBuildCache(labels: Readonly<Record<string, string>>): boolean {
  return labels["io.buildah.version"] !== undefined && !MADE_BY_STI.has(labels["sti.kind"] ?? "");
}
