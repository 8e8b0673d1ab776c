// Addresses of ports published by an engine, as seen from this machine.
import type { Address, BoundPort } from "@sti/core";

export interface EnginePlace {
  /** Whether published ports are on this machine. */
  readonly isLocal: boolean;
  addressOf(port: Pick<BoundPort, "hostIp" | "hostPort">): Address;
}

/** `host` is an endpoint's: "unix:///path", "tcp://host:port", "ssh://user@host", "npipe://…". */
export function placeOfEngine(host: string): EnginePlace {
  const name = /^(?:tcp|ssh):\/\//.test(host)
    ? new URL(host.replace(/^[a-z]+:/, "http:")).hostname.replace(/^\[|\]$/g, "")
    : "127.0.0.1";
  return {
    isLocal: isLoopback(name),
    addressOf: ({ hostIp, hostPort }) => ({
      // One of the engine's machine itself cannot be reached from another: then its name is the better guess.
      host: isAny(hostIp) || (isLoopback(hostIp) && !isLoopback(name)) ? name : hostIp,
      port: hostPort,
    }),
  };
}

function isLoopback(name: string): boolean {
  return name === "localhost" || name === "::1" || /^127(?:\.\d+){3}$/.test(name);
}

function isAny(ip: string): boolean {
  return ip === "" || ip === "0.0.0.0" || ip === "::";
}
