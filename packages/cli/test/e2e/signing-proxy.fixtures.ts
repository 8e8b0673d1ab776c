// A registry of npm with one package, behind a proxy that signs its traffic again, as those of company networks do.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createSecureServer, request } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { makeTar } from "@sti/testing/make-tar";
import { onTestFinished } from "vitest";

/** A name that no server of the network has: only the proxy knows it. */
const HOST = "registry.test";

export interface SignedRegistry {
  /** Of the proxy. */
  readonly proxy: string;
  /** PEM file of the authority that the proxy signs with. */
  readonly authority: string;
  /** Paths that were requested, in their order. */
  readonly requests: readonly string[];
  /** Files of a package that needs the one of the registry: manifest, lock file and settings. */
  readonly files: Readonly<Record<string, string>>;
}

/** `folder`: for keys. It listens on this machine's loopback until the test has ended. */
export async function startSignedRegistry(folder: string): Promise<SignedRegistry> {
  const own = makeCertificate(folder, "registry");
  const authority = makeCertificate(folder, "authority", ["/CN=authority of a proxy"]);
  const signed = makeCertificate(folder, "signed", [`/CN=${HOST}`, authority]);
  const { files, tarball } = makePackage();
  const requests: string[] = [];
  const registry = createSecureServer(readPair(own), (incoming, response) => {
    requests.push(incoming.url ?? "");
    if (incoming.url === TARBALL) response.end(tarball);
    else response.writeHead(404).end("{}");
  });
  const upstream = await listen(registry);
  const inside = createSecureServer(readPair(signed), (incoming, response) =>
    passOn(incoming, response, { port: upstream, ca: readFileSync(own.certificate) }),
  );
  // The sockets of its tunnels come from the proxy; it listens nowhere.
  const proxy = createServer((_, response) => response.writeHead(405).end());
  proxy.on("connect", ({ url }, socket) => {
    if (url !== `${HOST}:443`) return void socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
    socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
    inside.emit("connection", socket);
  });
  return {
    proxy: `http://127.0.0.1:${await listen(proxy)}`,
    authority: authority.certificate,
    requests,
    files,
  };
}

const TARBALL = "/lib/-/lib-1.2.3.tgz";

function makePackage() {
  const manifest = { name: "lib", version: "1.2.3", main: "index.js" };
  const tarball = gzipSync(
    makeTar([
      { name: "package/package.json", content: JSON.stringify(manifest) },
      { name: "package/index.js", content: "module.exports = 'from the registry';\n" },
    ]),
  );
  const integrity = `sha512-${createHash("sha512").update(tarball).digest("base64")}`;
  const root = { name: "tools", version: "1.0.0", dependencies: { lib: "1.2.3" } };
  const lock = {
    ...{ name: root.name, version: root.version, lockfileVersion: 3, requires: true },
    packages: {
      "": root,
      "node_modules/lib": { version: "1.2.3", resolved: `https://${HOST}${TARBALL}`, integrity },
    },
  };
  const settings = `registry=https://${HOST}/\nfetch-retries=0\naudit=false\nfund=false\nupdate-notifier=false\n`;
  return {
    tarball,
    files: {
      "package.json": JSON.stringify(root),
      "package-lock.json": JSON.stringify(lock),
      ".npmrc": settings,
    },
  };
}

interface CertificatePlace {
  readonly key: string;
  readonly certificate: string;
}

/** Signed by the issuer, else by itself. */
function makeCertificate(
  folder: string,
  name: string,
  [subject = `/CN=${HOST}`, issuer]: readonly [subject?: string, issuer?: CertificatePlace] = [],
): CertificatePlace {
  const place = { key: join(folder, `${name}.key`), certificate: join(folder, `${name}.pem`) };
  const args = ["-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", subject];
  const by = issuer === undefined ? [] : ["-CA", issuer.certificate, "-CAkey", issuer.key];
  const forHost = subject === `/CN=${HOST}` ? ["-addext", `subjectAltName=DNS:${HOST}`] : [];
  execFileSync(
    "openssl",
    ["req", "-x509", ...args, ...by, ...forHost, "-keyout", place.key, "-out", place.certificate],
    { stdio: "ignore" },
  );
  return place;
}

function readPair({ certificate, key }: CertificatePlace) {
  return { key: readFileSync(key), cert: readFileSync(certificate) };
}

async function listen(server: Server | ReturnType<typeof createSecureServer>): Promise<number> {
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return (server.address() as AddressInfo).port;
}

function passOn(
  incoming: IncomingMessage,
  response: ServerResponse,
  upstream: { readonly port: number; readonly ca: Buffer },
): void {
  const { headers, method, url } = incoming;
  const outgoing = request({ ...upstream, host: "127.0.0.1", servername: HOST, path: url, method, headers });
  outgoing.on("response", (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  outgoing.on("error", (error) => response.destroy(error));
  incoming.pipe(outgoing);
}
