// A container as the engine's API describes it: the body of the call that makes one. Pure.
import type { ContainerLimits, ContainerSpec, Mount, NetworkPlace, PortBinding } from "@sti/core";

export function describeContainer(spec: ContainerSpec): object {
  return {
    Image: spec.image,
    Entrypoint: spec.entrypoint,
    Cmd: spec.cmd,
    Env: spec.env,
    ...(spec.user === "" ? {} : { User: spec.user }),
    Labels: spec.labels,
    AttachStdout: true,
    AttachStderr: true,
    Tty: false,
    ...(spec.hasInput === true ? { AttachStdin: true, OpenStdin: true, StdinOnce: true } : {}),
    ...(spec.ports === undefined ? {} : { ExposedPorts: exposePorts(spec.ports) }),
    ...(spec.network === undefined ? {} : { NetworkingConfig: describeNetwork(spec.network) }),
    HostConfig: {
      ...(spec.network === undefined ? {} : { NetworkMode: spec.network.network }),
      ...(spec.ports === undefined ? {} : { PortBindings: bindPorts(spec.ports) }),
      // Output goes to the attached client; a copy on the engine's disk is of no use.
      LogConfig: { Type: "none" },
      ...describeLimits(spec.limits),
      Mounts: spec.mounts.flatMap(describeVolume),
      Tmpfs: Object.fromEntries(spec.mounts.flatMap(describeTmpfs)),
    },
  };
}

function describeNetwork({ aliases, network }: NetworkPlace): object {
  return { EndpointsConfig: { [network]: { Aliases: aliases } } };
}

function describeLimits(limits: ContainerLimits | undefined): object {
  if (limits === undefined) return {};
  const { capDrop, cpus, hosts, memory, network, noNewPrivileges } = limits;
  return {
    ...(network === "default" ? {} : { NetworkMode: network }),
    ...(hosts.length === 0 ? {} : { ExtraHosts: hosts }),
    ...(memory === undefined ? {} : { Memory: memory, MemorySwap: memory }),
    ...(cpus === undefined ? {} : { NanoCpus: Math.round(cpus * 1e9) }),
    ...(capDrop.length === 0 ? {} : { CapDrop: capDrop }),
    ...(noNewPrivileges ? { SecurityOpt: ["no-new-privileges"] } : {}),
  };
}

function describeVolume(mount: Mount): object[] {
  if (mount.kind === "folder") {
    return [{ Type: "bind", Source: mount.folder, Target: mount.target, ReadOnly: mount.readOnly }];
  }
  if (mount.kind === "overlay") return [describeOverlay(mount)];
  if (mount.kind !== "volume") return [];
  const volume = {
    Type: "volume",
    Target: mount.target,
    Source: mount.name,
    ...(mount.readOnly === true ? { ReadOnly: true } : {}),
    VolumeOptions: { NoCopy: mount.fromImage !== true, Labels: mount.labels ?? {} },
  };
  return [volume];
}

/** A volume of the driver that hands its options to mount(2). */
function describeOverlay({
  labels = {},
  lower,
  name,
  target,
  upper,
  work,
}: Extract<Mount, { kind: "overlay" }>): object {
  const options = {
    type: "overlay",
    device: "overlay",
    // So that folders from below can be renamed.
    o: `lowerdir=${lower},upperdir=${upper},workdir=${work},redirect_dir=on`,
  };
  return {
    Type: "volume",
    Source: name,
    Target: target,
    VolumeOptions: { NoCopy: true, Labels: labels, DriverConfig: { Name: "local", Options: options } },
  };
}

function describeTmpfs(mount: Mount): [string, string][] {
  if (mount.kind !== "tmpfs") return [];
  return [[mount.target, `uid=${mount.uid},gid=${mount.gid},mode=${mount.mode.toString(8)}`]];
}

function nameOf({ port, protocol }: Pick<PortBinding, "port" | "protocol">): string {
  return `${port}/${protocol}`;
}

function exposePorts(ports: readonly PortBinding[]): object {
  return Object.fromEntries(ports.map((binding) => [nameOf(binding), {}]));
}

/** A port may be published at several places. */
function bindPorts(ports: readonly PortBinding[]): object {
  return Object.fromEntries(
    ports.map((binding) => [
      nameOf(binding),
      ports
        .filter((other) => nameOf(other) === nameOf(binding))
        .map(({ hostIp = "", hostPort = "" }) => ({ HostIp: hostIp, HostPort: String(hostPort) })),
    ]),
  );
}
