// The container that an image is inspected with: it is never started. Pure.
import type { ContainerSpec } from "../engine/container.ts";
import { LABEL } from "./labels.ts";

export function idleContainer(image: string, name: string): ContainerSpec {
  return {
    image,
    name,
    entrypoint: ["/bin/sh"],
    cmd: [],
    env: [],
    user: "",
    labels: { [LABEL.managed]: "1" },
    mounts: [],
  };
}
