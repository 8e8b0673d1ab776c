// The address of an engine: its type, and its full spelling. Its choice is endpoint.ts.

/** Address of an engine. */
export interface Endpoint {
  /** "unix:///path", "tcp://host:port", "ssh://user@host" or "npipe:////./pipe/name". */
  readonly host: string;
  /** Its origin, for messages: "--engine", "DOCKER_HOST", "context NAME", "default socket /path". */
  readonly from: string;
  /** Only where the connection is to be made by TLS. */
  readonly tls?: EndpointTls;
}

/** TLS material of an endpoint, as file paths. A path is left out where the file does not exist. */
export interface EndpointTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** Whether the server's certificate is checked. */
  readonly verify: boolean;
}

/** The named endpoint cannot be used: an unknown context, an unreadable file, a malformed host. */
export class EndpointError extends Error {
  override readonly name = "EndpointError";
}

/** Full spelling of what docker accepts as a host: a missing scheme is tcp (a path: unix), parts left out are filled in. */
export function normalizeHost(written: string, from: string, port: number): string {
  const host = written.trim();
  if (host.startsWith("/")) return `unix://${host}`;
  if (/^unix:\/[^/]/.test(host)) return `unix://${host.slice("unix:".length)}`;
  const [scheme, rest] = splitHost(host.includes("://") ? host : `tcp://${host}`);
  if (scheme === "unix") {
    if (rest !== "" && !rest.startsWith("/")) {
      throw new EndpointError(`${from}: "${written}" needs an absolute path, as in unix:///run/docker.sock`);
    }
    return `unix://${rest || "/var/run/docker.sock"}`;
  }
  if (scheme === "npipe") return `npipe://${rest || "//./pipe/docker_engine"}`;
  if (scheme === "ssh" && rest !== "") return `ssh://${rest}`;
  if (scheme === "tcp") {
    const withHost = rest === "" || rest.startsWith(":") ? `127.0.0.1${rest}` : rest;
    const url = URL.parse(`http://${withHost}`);
    if (url !== null && (url.pathname !== "/" || url.search !== "" || url.username !== "")) {
      throw new EndpointError(
        `${from}: "${written}" has more than a host and a port; sti cannot reach an engine below a path`,
      );
    }
    if (url !== null) return `tcp://${url.hostname}:${/:80(\/|$)/.test(withHost) ? 80 : url.port || port}`;
  }
  throw new EndpointError(
    `${from}: "${written}" is not an engine address; use unix:///path, tcp://host:port or ssh://user@host`,
  );
}

export function splitHost(host: string): [scheme: string, rest: string] {
  const at = host.indexOf("://");
  return [host.slice(0, at), host.slice(at + 3)];
}
