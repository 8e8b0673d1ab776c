// The kinds of engine that tests can run on: a row each. A kind is a Debian root with its packages, and a recipe that starts the
// daemon in it; `docker20` alone is the machine's own Docker.

import { docker, dockerRootless, podman, podmanRootless, type Recipe } from "./engine-recipes.ts";
import type { RootName } from "./engine-root.ts";
import { dockerSsh, dockerTls } from "./remote-recipes.ts";

export interface EngineKind {
  readonly name: string;
  readonly about: string;
  /** Undefined: the private engine of `./pnpmw engine start`, with the packages of this machine. */
  readonly start: { readonly root: RootName; readonly recipe: Recipe } | undefined;
}

export const engineKinds: readonly EngineKind[] = [
  { name: "docker20", about: "this machine's Docker (20.10 on Debian 12)", start: undefined },
  kind("docker26", "Docker 26.1, overlay2", "trixie", docker()),
  kind("docker28", "Docker 28.5, overlay2", "sid", docker()),
  kind(
    "docker28-containerd",
    "Docker 28.5, containerd image store",
    "sid",
    docker({ features: { "containerd-snapshotter": true } }),
  ),
  kind("docker28-tls", "Docker 28.5, over TCP with TLS", "sid", dockerTls()),
  kind("docker28-ssh", "Docker 28.5, over ssh", "sid", dockerSsh()),
  kind("docker-rootless", "Docker 28.5 without root, overlay2", "sid", dockerRootless()),
  kind("podman4", "Podman 4.3", "bookworm", podman()),
  kind("podman54", "Podman 5.4", "trixie", podman()),
  kind("podman5", "Podman 5.8", "sid", podman()),
  kind("podman6", "Podman 6.1, control groups version 2", "experimental", podman({ groups: 2 })),
  kind("podman-rootless", "Podman 5.8 without root", "sid", podmanRootless()),
];

/** Kinds that people have and that the tests cannot run on, each with the reason. */
export const missingKinds: Readonly<Record<string, string>> = {
  "docker26-containerd": "with that store, Docker 26 builds from no context that comes with the call",
  docker29: "no Debian suite has Docker 29; docker28-containerd has the image store that is its default",
  "docker-desktop": "Docker Desktop is in no Debian suite; docker28-containerd has its image store",
};

function kind(name: string, about: string, root: RootName, recipe: Recipe): EngineKind {
  return { name, about, start: { root, recipe } };
}
