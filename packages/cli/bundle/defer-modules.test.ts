import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { rolldown } from "rolldown";
import { expect, onTestFinished, test } from "vitest";
import { allowUrlParse } from "./allow-url-parse.ts";
import { deferModules } from "./defer-modules.ts";

const dockerode = createRequire(createRequire(import.meta.url).resolve("dockerode"));
const ssh2 = createRequire(dockerode.resolve("docker-modem"))("ssh2") as Ssh2;

const LOADED = `
import { createRequire } from "node:module";
const { cache } = createRequire(import.meta.url);
const report = (when) => {
  const heavy = ["ssh2", "@grpc/grpc-js", "protobufjs", "tar-fs"];
  console.log(when, heavy.filter((name) => Object.keys(cache).some((file) => file.includes("/node_modules/" + name + "/"))));
};
`;

test("dockerode brings ssh2 in when it is to connect by ssh, and not before", async () => {
  const { commands, port } = await startServer();
  const output = await runBundled(`${LOADED}
    import Docker from "dockerode";
    const docker = new Docker({ protocol: "ssh", host: "127.0.0.1", port: ${port}, username: "me", password: "x" });
    report("before");
    console.log(String(await docker.ping()));
    report("after");
    process.exit();
  `);
  expect(output.trim().split("\n")).toEqual(["before []", "OK", "after [ 'ssh2' ]"]);
  expect(commands).toEqual(["docker system dial-stdio"]);
});

test("dockerode brings gRPC in when it is to serve a session, and tar-fs when it packs a folder", async () => {
  const output = await runBundled(`${LOADED}
    import Docker from "dockerode";
    const docker = new Docker({ socketPath: "/none" });
    report("before");
    await docker.buildImage({ context: import.meta.dirname, src: ["entry.js"] }).catch((error) => console.log(error.code));
    report("packed");
    docker.modem.dial = (_options, callback) => callback(new Error("no session"));
    await docker.buildImage("none", { version: "2" }).catch((error) => console.log(error.message));
    report("session");
  `);
  expect(output.trim().split("\n")).toEqual([
    "before []",
    "ENOENT",
    "packed [ 'tar-fs' ]",
    "no session",
    "session [ '@grpc/grpc-js', 'protobufjs', 'tar-fs' ]",
  ]);
});

test("an engine that is reached by its address causes no warning of Node", async () => {
  const warnings = await runBundled(
    `
    import http from "node:http";
    import Docker from "dockerode";
    const server = http.createServer((_request, response) => response.end("OK")).listen(0, "127.0.0.1", async () => {
      const docker = new Docker({ protocol: "http", host: "127.0.0.1", port: server.address().port });
      if (String(await docker.ping()) !== "OK") throw new Error("no answer");
      process.exit();
    });
  `,
    "stderr",
  );
  expect(warnings).toBe("");
});

/** As much of ssh2 as the stand-in for a server uses. */
interface Ssh2 {
  readonly Server: new (
    options: object,
    onClient: (client: Emitter & { readonly username?: string }) => void,
  ) => Emitter & {
    listen(port: number, host: string, done: () => void): void;
    address(): AddressInfo;
    close(): void;
  };
  readonly utils: { generateKeyPairSync(kind: string, options: object): { readonly private: string } };
}

interface Emitter {
  // biome-ignore lint/suspicious/noExplicitAny: what ssh2 hands on differs from event to event
  on(event: string, listener: (...values: any[]) => void): this;
}

/** A server that takes everybody, and an engine behind the command that dockerode starts on it. */
async function startServer(): Promise<{ readonly port: number; readonly commands: readonly string[] }> {
  const commands: string[] = [];
  // Of the ed25519 keys that ssh2 makes, it cannot read one in a hundred itself.
  const hostKeys = [ssh2.utils.generateKeyPairSync("ecdsa", { bits: 256 }).private];
  const server = new ssh2.Server({ hostKeys }, (client) => {
    client.on("authentication", (context: { accept(): void }) => context.accept());
    client.on("error", () => {});
    client.on("session", (accept: () => Emitter) => {
      accept().on(
        "exec",
        (open: () => Duplex, _refuse: unknown, { command }: { readonly command: string }) => {
          commands.push(command);
          const stream = open();
          stream.once("data", () =>
            stream.end("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nOK"),
          );
        },
      );
    });
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await promise;
  onTestFinished(() => server.close());
  return { port: server.address().port, commands };
}

/** Bundles a module as the program is bundled, runs it and resolves to its output, on `from` alone. */
async function runBundled(code: string, from: "stdout" | "stderr" = "stdout"): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "sti-bundle-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  symlinkSync(new URL("../node_modules", import.meta.url).pathname, join(folder, "node_modules"));
  writeFileSync(join(folder, "entry.js"), code);
  const bundle = await rolldown({
    input: join(folder, "entry.js"),
    platform: "node",
    plugins: [deferModules(), allowUrlParse()],
  });
  await bundle.write({ file: join(folder, "bundle.mjs"), format: "esm" });
  const child = spawn(process.execPath, [join(folder, "bundle.mjs")], {
    stdio: ["ignore", from === "stdout" ? "pipe" : "inherit", from === "stderr" ? "pipe" : "inherit"],
  });
  let output = "";
  for await (const chunk of child[from]?.setEncoding("utf8") ?? []) output += chunk;
  return output;
}
