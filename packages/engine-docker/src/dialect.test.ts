import { expect, test } from "vitest";
import { readDialect } from "./dialect.ts";

const engine = { Components: [{ Name: "Engine" }, { Name: "containerd" }] };
const podman = { Version: "4.4.0", Components: [{ Name: "Podman Engine" }, { Name: "Conmon" }] };
const store = [["driver-type", "io.containerd.snapshotter.v1"]];

test.each([
  [
    "Docker with its own image store",
    engine,
    { ID: "a", Driver: "overlay2", SecurityOptions: ["name=seccomp,profile=default"] },
    {
      product: "Docker Engine",
      id: "a",
      imageStore: "overlay2",
      rootless: false,
      overlays: true,
      commitsExactly: true,
    },
  ],
  [
    "Docker with the containerd image store",
    engine,
    { ID: "a", Driver: "overlayfs", DriverStatus: store },
    { product: "Docker Engine", imageStore: "containerd", overlays: true, commitsExactly: true },
  ],
  [
    "Docker with registries that it does not ask for trusted TLS",
    engine,
    {
      RegistryConfig: {
        IndexConfigs: {
          "docker.io": { Name: "docker.io", Secure: true },
          "build:5000": { Name: "build:5000", Secure: false },
        },
      },
    },
    { insecureRegistries: ["build:5000"] },
  ],
  [
    "Docker without root",
    engine,
    { ID: "a", Driver: "fuse-overlayfs", SecurityOptions: ["name=seccomp", "name=rootless"] },
    { product: "Docker Engine", rootless: true, overlays: false, commitsExactly: true },
  ],
  [
    "Docker with mapped users",
    engine,
    { ID: "a", SecurityOptions: ["name=userns"] },
    { rootless: false, overlays: false },
  ],
  [
    "Podman, whose id is another one each time",
    podman,
    { ID: "b", Driver: "overlay", Rootless: true },
    { product: "Podman", rootless: true, overlays: false, commitsExactly: false, takesNetwork: "of-step" },
  ],
  [
    "a Podman whose builder knows no network of a step",
    { ...podman, Version: "4.3.1" },
    {},
    { takesNetwork: "none" },
  ],
  ["an engine that says nothing of itself", undefined, undefined, { product: "an engine", overlays: false }],
])("of %s it is known what it can do", (_, version, info, expected) => {
  expect(readDialect(version, info)).toMatchObject(expected);
  if (version === podman) expect(readDialect(version, info).id).toBeUndefined();
});
