// Decides which proxy of the environment a request goes by, as programs in Go do, docker among them.
import { BlockList, isIP } from "node:net";
import { isLoopback } from "./registry-options.ts";

/** The address of the proxy, or undefined for none. `env` has HTTP_PROXY, HTTPS_PROXY, NO_PROXY, also in lower case. */
export function chooseProxy(url: URL, env: Readonly<Record<string, string | undefined>>): string | undefined {
  const of = (name: string) => env[name.toLowerCase()] || env[name] || undefined;
  const proxy = url.protocol === "https:" ? of("HTTPS_PROXY") : of("HTTP_PROXY");
  if (proxy === undefined || isLoopback(url.hostname)) return undefined;
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  const exempt = (of("NO_PROXY") ?? "").split(/[\s,]+/).some((entry) => isExempt(entry, url.hostname, port));
  if (exempt) return undefined;
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(proxy) ? proxy : `http://${proxy}`;
}

/** `entry`: "*", "host", ".domain", "host:port", an address or a range of addresses. */
function isExempt(entry: string, hostname: string, port: string): boolean {
  if (entry === "" || entry === "*") return entry === "*";
  const host = hostname.replace(/^\[|\]$/g, "").toLowerCase();
  if (entry.includes("/")) return isInRange(entry, host);
  const [, bracketed, plain, entryPort] =
    /^(?:\[(.+)\]|([^:]+|.*:.*:.*))(?::(\d+))?$/.exec(entry.toLowerCase()) ?? [];
  if (entryPort !== undefined && entryPort !== port) return false;
  const name = bracketed ?? plain ?? "";
  if (isIP(name) !== 0 || isIP(host) !== 0) return host === name;
  const domain = name.replace(/^\*?\./, "");
  return host.endsWith(`.${domain}`) || (host === domain && domain === name);
}

function isInRange(range: string, host: string): boolean {
  const [address = "", bits = ""] = range.split("/");
  const family = isIP(address) === 6 ? "ipv6" : "ipv4";
  const most = family === "ipv6" ? 128 : 32;
  if (isIP(address) === 0 || isIP(host) === 0 || !/^\d{1,3}$/.test(bits) || Number(bits) > most) return false;
  const list = new BlockList();
  list.addSubnet(address, Number(bits), family);
  return list.check(host, isIP(host) === 6 ? "ipv6" : "ipv4");
}
