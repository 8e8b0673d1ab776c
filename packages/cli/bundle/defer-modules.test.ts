import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rolldown } from "rolldown";
import { expect, onTestFinished, test } from "vitest";
import { allowUrlParse } from "./allow-url-parse.ts";
import { deferModules } from "./defer-modules.ts";
import { inspectLazily } from "./inspect-lazily.ts";

test("dockerode sends requests without the packages that it has for ssh, sessions and folders", async () => {
  expect(await runBundled(`${SERVED}\n console.log(String(await docker.ping())); process.exit();`)).toBe(
    "OK\n",
  );
});

test("an engine that is reached by its address causes no warning of Node", async () => {
  expect(await runBundled(`${SERVED}\n await docker.ping(); process.exit();`, "stderr")).toBe("");
});

test("options of a request are written down for debugging only where that is asked for", async () => {
  const counted = `
    import util from "node:util";
    let inspected = 0;
    const agent = new http.Agent();
    agent[util.inspect.custom] = () => { inspected += 1; return "an agent"; };
    const asked = new Docker({ protocol: "http", host: "127.0.0.1", port: server.address().port, agent });
    await asked.ping();
    console.error(inspected);
    process.exit();
  `;
  expect(await runBundled(SERVED + counted, "stderr")).toBe("0\n");
  const debugged = await runBundled(SERVED + counted, "stderr", { DEBUG: "modem" });
  expect(debugged).toMatch(/modem Sending: .*agent: an agent/s);
});

test("a connection that the engine hands over carries both ways", async () => {
  const upgraded = `
    server.on("upgrade", (_request, socket) => {
      socket.write("HTTP/1.1 101 UPGRADED\\r\\nConnection: Upgrade\\r\\nUpgrade: tcp\\r\\n\\r\\n");
      socket.on("data", (data) => socket.end("said " + data));
    });
    const stream = await new Promise((resolve, reject) =>
      docker.modem.dial(
        { path: "/attach", method: "POST", hijack: true, isStream: true, statusCodes: { 200: true } },
        (error, opened) => (error ? reject(error) : resolve(opened)),
      ),
    );
    stream.write("hello");
    for await (const data of stream) console.log(String(data));
    process.exit();
  `;
  expect(await runBundled(SERVED + upgraded)).toBe("said hello\n");
});

const SERVED = `
  import { once } from "node:events";
  import http from "node:http";
  import Docker from "dockerode";
  const server = http.createServer((_request, response) => response.end("OK")).listen(0, "127.0.0.1");
  await once(server, "listening");
  const docker = new Docker({ protocol: "http", host: "127.0.0.1", port: server.address().port });
`;

/** Bundles a module as the program is bundled, runs it without any package and resolves to its output, on `from` alone. */
async function runBundled(
  code: string,
  from: "stdout" | "stderr" = "stdout",
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "sti-bundle-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const packages = join(folder, "node_modules");
  symlinkSync(new URL("../../engine-docker/node_modules", import.meta.url).pathname, packages);
  writeFileSync(join(folder, "entry.js"), code);
  const bundle = await rolldown({
    input: join(folder, "entry.js"),
    platform: "node",
    plugins: [deferModules(), allowUrlParse(), inspectLazily()],
  });
  await bundle.write({ file: join(folder, "bundle.mjs"), format: "esm" });
  rmSync(packages);
  const child = spawn(process.execPath, [join(folder, "bundle.mjs")], {
    env: { ...process.env, ...env },
    stdio: ["ignore", from === "stdout" ? "pipe" : "inherit", from === "stderr" ? "pipe" : "inherit"],
  });
  let output = "";
  for await (const chunk of child[from]?.setEncoding("utf8") ?? []) output += chunk;
  return output;
}
