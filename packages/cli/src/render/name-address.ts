// The address of a published port, for a user of this machine.
import type { BoundPort } from "@sti/core";

/** "localhost:8080" */
export function nameAddress({ hostIp, hostPort }: BoundPort): string {
  return `${nameHost(hostIp)}:${hostPort}`;
}

/** Host name for a user to type. */
function nameHost(ip: string): string {
  if (ip === "" || ip === "0.0.0.0" || ip === "::" || ip === "::1" || ip.startsWith("127."))
    return "localhost";
  return ip.includes(":") ? `[${ip}]` : ip;
}

/** The port that a browser opens. */
export function openablePort({ ports }: { readonly ports: readonly BoundPort[] }): BoundPort | undefined {
  return ports.find(({ protocol }) => protocol === "tcp");
}
