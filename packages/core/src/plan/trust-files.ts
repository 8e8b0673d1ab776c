// This machine's certificates as scripts and the commands of a Dockerfile find them: files, and variables that name them.
import type { HostTrust } from "../source/source.ts";
import { FOLDER } from "./app-build.ts";

const CA_FILE = "ca-bundle.crt";
const APT_FILE = "apt.conf";
/** The names under which common tools look for a CA bundle. */
const CA_VARIABLES = [
  "SSL_CERT_FILE",
  "NODE_EXTRA_CA_CERTS",
  "REQUESTS_CA_BUNDLE",
  "CURL_CA_BUNDLE",
  "PIP_CERT",
  "GIT_SSL_CAINFO",
  "AWS_CA_BUNDLE",
  "CARGO_HTTP_CAINFO",
  "DENO_CERT",
  "NIX_SSL_CERT_FILE",
];

export interface TrustFile {
  /** In FOLDER.buildOnly. */
  readonly name: string;
  readonly content: string | Uint8Array;
}

/** None where the machine has no bundle. */
export function trustFiles(hostTrust: HostTrust | undefined): readonly TrustFile[] {
  if (hostTrust?.caBundle === undefined) return [];
  return [
    { name: CA_FILE, content: hostTrust.caBundle },
    // apt reads no variable with a bundle, but one with a file of settings, which are added to the image's.
    { name: APT_FILE, content: `Acquire::https::CaInfo "${pathOf(CA_FILE)}";\n` },
  ];
}

/** The same on every machine that has a bundle. */
export function trustVariables(hostTrust: HostTrust | undefined): Readonly<Record<string, string>> {
  if (hostTrust?.caBundle === undefined) return {};
  return {
    ...Object.fromEntries(CA_VARIABLES.map((name) => [name, pathOf(CA_FILE)])),
    APT_CONFIG: pathOf(APT_FILE),
  };
}

function pathOf(name: string): string {
  return `${FOLDER.buildOnly}/${name}`;
}
