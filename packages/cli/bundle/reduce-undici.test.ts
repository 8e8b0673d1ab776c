import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rolldown } from "rolldown";
import { expect, onTestFinished, test } from "vitest";
import { importBuiltins } from "./import-builtins.ts";
import { reduceUndici } from "./reduce-undici.ts";

test("undici sends requests without its fetch", async () => {
  const folder = mkdtempSync(join(tmpdir(), "sti-bundle-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const code = `
    import { Agent, ProxyAgent } from "undici";
    export async function ask(origin) {
      const pools = [new Agent(), new ProxyAgent(origin)];
      const answers = await Promise.all(pools.map((pool) => pool.request({ origin, path: "/", method: "GET" })));
      const texts = await Promise.all(answers.map(({ body }) => body.text()));
      await Promise.all(pools.map((pool) => pool.destroy()));
      return texts;
    }
  `;
  writeFileSync(join(folder, "entry.mjs"), code);
  const registry = new URL("../../registry/", import.meta.url).pathname;
  const bundle = await rolldown({
    input: join(folder, "entry.mjs"),
    platform: "node",
    plugins: [reduceUndici(registry), importBuiltins()],
  });
  const { output } = await bundle.write({ file: join(folder, "bundle.mjs"), format: "esm" });
  const modules = output[0].moduleIds.filter((id) =>
    /\/undici\/lib\/(?:web\/fetch\/index|mock|cache)/.test(id),
  );
  expect(modules).toEqual([]);

  const server = createServer((_request, response) => response.end("OK"));
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  onTestFinished(() => void server.close());
  await promise;
  const { ask } = await import(join(folder, "bundle.mjs"));
  const { port } = server.address() as AddressInfo;
  expect(await ask(`http://127.0.0.1:${port}`)).toEqual(["OK", "OK"]);
});
