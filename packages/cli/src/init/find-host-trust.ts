// Signs that networks of this machine re-sign TLS or are behind a proxy: scripts reach registries with `hostTrust` only.
// Pure.

const CERTIFICATES = ["SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"];
const PROXIES = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"];

/** Names of the variables that are set. */
export function findHostTrust(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  const names = [...CERTIFICATES, ...PROXIES, ...PROXIES.map((name) => name.toLowerCase())];
  return names.filter((name) => env[name] !== undefined && env[name] !== "");
}
