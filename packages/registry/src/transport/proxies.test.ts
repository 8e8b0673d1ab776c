import { createServer, request } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { LINUX, makeImage, OCI_MANIFEST } from "../../test/make-image.ts";
import { startScripted } from "../../test/scripted-registry.ts";
import { errorOf, testClient } from "../../test/test-client.ts";
import { createImageRegistry } from "../images/image-registry.ts";

/** A proxy that leads every host to one address, and notes each request with its credentials. */
async function startProxy(to: string) {
  const seen: string[] = [];
  const [host = "", port = ""] = to.split(":");
  const note = (line: string, credentials: string | undefined) =>
    void seen.push(credentials === undefined ? line : `${line} as ${credentials}`);
  const server = createServer((incoming, response) => {
    note(`${incoming.method} ${incoming.url}`, incoming.headers["proxy-authorization"]);
    const { pathname } = new URL(incoming.url ?? "");
    const onward = request({ host, port, path: pathname, method: incoming.method }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    incoming.pipe(onward);
  });
  server.on("connect", (incoming, socket) => {
    note(`CONNECT ${incoming.url}`, incoming.headers["proxy-authorization"]);
    const onward = connect(Number(port), host, () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      onward.pipe(socket).pipe(onward);
    });
    for (const one of [socket, onward]) one.on("error", () => {}); // the other side ends, too
    socket.on("close", () => onward.destroy());
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await promise;
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

const image = makeImage();
const startRegistry = () =>
  startScripted(({ path }) => {
    if (path.endsWith("/manifests/1"))
      return { body: image.manifest, headers: { "content-type": OCI_MANIFEST } };
    return path.includes("/blobs/") ? { body: image.config } : undefined;
  });

test("requests go by the proxies of the environment, with the credentials of their addresses", async () => {
  const registry = await startRegistry();
  const [plain, secure] = [await startProxy(registry.address), await startProxy(registry.address)];
  const env = { HTTP_PROXY: `http://me:pass@${plain.address}`, HTTPS_PROXY: `http://${secure.address}` };
  const client = await testClient({ env, insecure: ["registry.test"] });
  const read = createImageRegistry(client).readImage("registry.test/app:1", { platform: LINUX });
  expect(await read).toMatchObject({ digest: image.digest });
  const credentials = `Basic ${Buffer.from("me:pass").toString("base64")}`;
  expect(secure.seen).toEqual(["CONNECT registry.test:443"]);
  expect(plain.seen).toEqual([
    `GET http://registry.test/v2/ as ${credentials}`,
    `GET http://registry.test/v2/app/manifests/1 as ${credentials}`,
    `GET http://registry.test/v2/app/blobs/${image.configDigest} as ${credentials}`,
  ]);
  expect(registry.asked.every(({ headers }) => headers["proxy-authorization"] === undefined)).toBe(true);
});

test("hosts of NO_PROXY and this machine are asked directly", async () => {
  const registry = await startRegistry();
  const proxy = await startProxy(registry.address);
  const env = { HTTP_PROXY: proxy.address, HTTPS_PROXY: proxy.address, NO_PROXY: "registry.invalid" };
  const images = createImageRegistry(await testClient({ env }));
  expect(await images.readImage(`${registry.address}/app:1`, { platform: LINUX })).toBeDefined();
  const absent = images.readImage("registry.invalid/app:1", { platform: LINUX });
  expect(await errorOf(absent)).toMatchObject({
    reason: "unreachable",
    message: "registry.invalid: no such host",
  });
  expect(proxy.seen).toEqual([]);
});

test("a proxy that refuses is reported", async () => {
  const refusing = await startScripted(() => ({ status: 407 }));
  const images = createImageRegistry(
    await testClient({ env: { HTTPS_PROXY: `http://${refusing.address}` } }),
  );
  const error = await errorOf(images.readImage("registry.test/app:1", { platform: LINUX }));
  expect(error).toMatchObject({ reason: "unreachable" });
});
