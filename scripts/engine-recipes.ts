// Setup and start of each kind of engine's daemon inside its Debian root.
import { join } from "node:path";
import type { PrivateEngine } from "./private-engine.ts";

/** Input of a recipe about the engine to be started. */
export interface RecipeInput {
  readonly places: PrivateEngine;
  /** Holds HOST:PORT/ca.crt for each registry whose CA the engine is to trust. */
  readonly certificates: string;
  /** Address of a registry that is plain HTTP, where the engine does not reach the tests' 127.0.0.1. */
  readonly registryHost: string;
  readonly mtu: number;
  /** Whether processes may be given more than this process's own limits. */
  readonly canRaiseLimits: boolean;
}

export interface EngineSetup {
  /** Files to write before the start, by their paths in the root. */
  readonly files: Readonly<Record<string, { readonly content: string; readonly mode?: number }>>;
  /** Symbolic links to make, by their paths in the root. */
  readonly links: Readonly<Record<string, string>>;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Owner of the engine's folders, if it is not root. */
  readonly owner?: number;
  /** Address of tests' registries, if 127.0.0.1 does not work. */
  readonly registryHost?: string;
  /** Variables for tests, when they are not to use the local socket. */
  readonly testEnv?: Readonly<Record<string, string>>;
}

export type Recipe = (input: RecipeInput) => EngineSetup;

/** The user of engines that run without root. */
const user = { name: "sti", id: 1000, home: "/home/sti" } as const;

const daemonFile = "/etc/docker/daemon.json";

export function docker(settings: object = {}): Recipe {
  return ({ places, certificates, mtu }) => ({
    files: { [daemonFile]: daemonConfig(places, { mtu, ...settings }) },
    links: { "/etc/docker/certs.d": certificates },
    command: ["dockerd"],
    env: {},
  });
}

export function dockerRootless(): Recipe {
  return ({ places, certificates, registryHost }) => ({
    files: {
      ...userFiles(),
      [daemonFile]: daemonConfig(places, { "insecure-registries": [`${registryHost}/32`] }),
    },
    links: { [`${user.home}/.config/docker/certs.d`]: certificates },
    command: asUser("/usr/share/docker.io/contrib/dockerd-rootless.sh", "--config-file", daemonFile),
    env: { HOME: user.home, XDG_RUNTIME_DIR: places.runDirectory },
    owner: user.id,
    registryHost,
  });
}

/** `groups`: the version of control groups that the daemon sees on a machine that has both. */
export function podman({ groups }: { readonly groups: 1 | 2 } = { groups: 1 }): Recipe {
  // Podman's own limit of processes fails where control groups of version 2 have no controllers.
  const containers = groups === 2 ? ["[containers]", "pids_limit = 0"] : [];
  return (input) => ({
    ...podmanFiles(input, "/etc/containers/storage.conf", containers),
    command: podmanService(input.places),
    env: { STI_GROUPS: String(groups) },
  });
}

export function podmanRootless(): Recipe {
  return (input) => {
    const { files, links } = podmanFiles(input, `${user.home}/.config/containers/storage.conf`);
    return {
      files: { ...files, ...userFiles() },
      links,
      command: asUser(...podmanService(input.places)),
      env: { HOME: user.home, XDG_RUNTIME_DIR: input.places.runDirectory },
      owner: user.id,
    };
  };
}

function daemonConfig(places: PrivateEngine, settings: object): { readonly content: string } {
  const config = {
    hosts: [`unix://${places.socket}`],
    "data-root": places.dataRoot,
    "exec-root": places.execRoot,
    pidfile: places.pidFile,
    "shutdown-timeout": 5,
    ...settings,
  };
  return { content: `${JSON.stringify(config, null, 2)}\n` };
}

function podmanService(places: PrivateEngine): readonly string[] {
  return ["podman", "system", "service", "--time=0", `unix://${places.socket}`];
}

/** Without root, Podman takes the folders of its storage from the user's own file only. */
function podmanFiles(
  input: RecipeInput,
  storageFile: string,
  containers: readonly string[] = [],
): Pick<EngineSetup, "files" | "links"> {
  const { places, certificates, canRaiseLimits } = input;
  const runtime = canRaiseLimits ? "/usr/bin/crun" : "/usr/local/bin/crun-within-limits";
  return {
    files: {
      "/etc/containers/containers.conf": {
        content: [
          "[network]",
          'network_backend = "netavark"',
          ...containers,
          "[engine]",
          'cgroup_manager = "cgroupfs"',
          'events_logger = "file"',
          'runtime = "crun"',
          "[engine.runtimes]",
          `crun = ["${runtime}"]`,
          "",
        ].join("\n"),
      },
      [storageFile]: {
        content: [
          "[storage]",
          'driver = "overlay"',
          `graphroot = "${places.dataRoot}"`,
          `runroot = "${join(places.runDirectory, "storage")}"`,
          "",
        ].join("\n"),
      },
      // As Docker does by itself: the tests' plain registries are on 127.0.0.1, at any port.
      "/etc/containers/registries.conf": {
        content: [
          'unqualified-search-registries = ["docker.io"]',
          "[[registry]]",
          'location = "127.0.0.1"',
          "insecure = true",
          "",
        ].join("\n"),
      },
      "/usr/local/bin/crun-within-limits": { content: withinLimits, mode: 0o755 },
      // Podman asks it for the packages of its programs with each /info and /version, which takes a part of a second.
      "/usr/bin/dpkg": { content: "#!/bin/sh\nexit 1\n", mode: 0o755 },
    },
    links: { "/etc/containers/certs.d": certificates },
  };
}

/** Podman gives containers a million open files, which only a process with CAP_SYS_RESOURCE may go up to. */
const withinLimits = `#!/bin/sh
previous=
for word; do
  case $previous in
    --bundle | -b) file=$word/config.json ;;
    --process | -p) file=$word ;;
    *) file= ;;
  esac
  if [ -n "$file" ]; then sed -i 's/"rlimits":\\[[^]]*\\]/"rlimits":[]/' "$file"; fi
  previous=$word
done
exec /usr/bin/crun "$@"
`;

function userFiles(): EngineSetup["files"] {
  const { name, id, home } = user;
  const ids = { content: `${name}:100000:65536\n` };
  return {
    "/etc/passwd": {
      content: `root:x:0:0:root:/root:/bin/sh\n${name}:x:${id}:${id}::${home}:/bin/sh\n`,
      mode: 0o644,
    },
    "/etc/group": { content: `root:x:0:\n${name}:x:${id}:\n`, mode: 0o644 },
    "/etc/subuid": ids,
    "/etc/subgid": ids,
  };
}

function asUser(...command: string[]): readonly string[] {
  return ["setpriv", `--reuid=${user.id}`, `--regid=${user.id}`, "--clear-groups", ...command];
}
