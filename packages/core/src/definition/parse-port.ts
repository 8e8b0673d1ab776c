// Reads how a port is published: "3000", "8080:3000", "127.0.0.1:8080:3000/tcp", "[::1]:8080:3000".

export interface ParsedPort {
  readonly port: number;
  readonly protocol: "tcp" | "udp";
  readonly hostPort: number | undefined;
  readonly hostIp: string | undefined;
}

const FORMS = `write "3000", "8080:3000" or "127.0.0.1:8080:3000/tcp"`;

/** A problem follows the place: "has the protocol …". */
export function parsePort(written: string): ParsedPort | { readonly problem: string } {
  const [mapping = "", protocol = "tcp", ...more] = written.split("/");
  if (more.length > 0) return { problem: `is ${JSON.stringify(written)}: ${FORMS}` };
  if (protocol !== "tcp" && protocol !== "udp") {
    const meant = /^t|^$/i.test(protocol) ? "tcp" : "udp";
    return {
      problem: `has the protocol ${JSON.stringify(protocol)}; did you mean ${JSON.stringify(`${mapping}/${meant}`)}?`,
    };
  }
  const match = /^(?:(?:\[([^\]]*)\]|([^:]*)):(?=[^:]*:))?(?:([^:]*):)?([^:]*)$/.exec(mapping);
  if (match === null) return { problem: `is ${JSON.stringify(written)}: ${FORMS}` };
  const [, ip6, ip4, hostPort, port = ""] = match;
  const address = findAddressProblem(ip6, ip4, `${hostPort}:${port}`);
  if (address !== undefined) return { problem: address };
  const range = [hostPort, port].find((text) => text !== undefined && /^\d+-\d+$/.test(text));
  if (range !== undefined) return { problem: `has the range ${range}; write one entry for each port` };
  const wrong = [port, hostPort === "" && (ip4 ?? ip6) !== undefined ? undefined : hostPort].find(
    (text) => text !== undefined && !isPort(text),
  );
  if (wrong !== undefined) {
    return { problem: `has the port ${JSON.stringify(wrong)}, expected a number from 1 to 65535; ${FORMS}` };
  }
  return {
    port: Number(port),
    protocol,
    hostPort: hostPort === undefined || hostPort === "" ? undefined : Number(hostPort),
    hostIp: ip6 ?? ip4,
  };
}

function findAddressProblem(ip6: string | undefined, ip4: string | undefined, rest: string) {
  if (ip6 !== undefined) {
    return /^[0-9a-f.:]*:[0-9a-f.:]*$/i.test(ip6)
      ? undefined
      : `has the address [${ip6}], expected an IPv6 address; did you mean "[::1]:${rest}"?`;
  }
  if (ip4 === undefined) return undefined;
  const parts = ip4.split(".");
  const isAddress = parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256);
  if (isAddress) return undefined;
  return `has the address ${JSON.stringify(ip4)}, expected an IP address; did you mean "127.0.0.1:${rest}"?`;
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65535;
}
