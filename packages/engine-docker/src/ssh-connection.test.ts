import { execFile } from "node:child_process";
import { appendFileSync, chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, onTestFinished, test } from "vitest";

const HOST = "ssh://me@engine.test";

let folder: string;
let starts: () => number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sti-ssh-"));
  const log = join(folder, "starts");
  appendFileSync(log, "");
  starts = () => readFileSync(log, "utf8").length;
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Puts a program in the place of ssh; `work` is JavaScript. */
function standIn(work: string): void {
  const program = `#!${process.execPath}\nrequire("node:fs").appendFileSync(${JSON.stringify(join(folder, "starts"))}, "x");\n${work}\n`;
  writeFileSync(join(folder, "ssh"), program);
  chmodSync(join(folder, "ssh"), 0o755);
}

/** A program of its own makes the calls and has to end by itself; `script` has `engine`. */
async function call(script: string): Promise<string> {
  const code = `import { createDockerEngine } from "@sti/engine-docker";
    const engine = await createDockerEngine({ endpoint: { host: ${JSON.stringify(HOST)}, from: "test" }, env: {} });
    ${script}`;
  const args = ["--conditions=sti-source", "--input-type=module", "--eval", code];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    cwd: import.meta.dirname,
    env: { ...process.env, PATH: `${folder}:${process.env.PATH}` },
    timeout: 30_000,
  });
  return stdout;
}

test("calls one after the other share a connection, which does not hold the process", async () => {
  const server = createServer((request, response) =>
    response.end(JSON.stringify({ Volumes: [], path: request.url })),
  );
  const socket = join(folder, "engine.sock");
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  onTestFinished(() => void server.close());
  standIn(`const socket = require("node:net").connect(${JSON.stringify(socket)});
process.stdin.pipe(socket).pipe(process.stdout);
socket.on("close", () => process.exit(0));`);
  const said = await call(`for (let count = 0; count < 5; count += 1) await engine.listVolumes("a");
    console.log("done");`);
  expect({ said, starts: starts() }).toEqual({ said: "done\n", starts: 1 });
});

test("an error is in ssh's own words", async () => {
  standIn(`console.error("Host key verification failed."); process.exit(255);`);
  const said = await call(`await engine.listVolumes("a").catch((error) => console.log(error.message));`);
  expect(said).toContain("Host key verification failed.");
});
