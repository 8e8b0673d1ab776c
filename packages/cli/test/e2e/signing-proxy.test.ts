// `npm ci` in the Dockerfile of an image entry, on a network whose proxy signs all traffic again.
import { cpSync } from "node:fs";
import { join } from "node:path";
import { withEngine } from "@sti/testing/e2e";
import { callEngine } from "@sti/testing/engine-api";
import { TAKES_NETWORK } from "@sti/testing/engine-methods";
import { readImageTree } from "@sti/testing/image-tree";
import { installManagers } from "@sti/testing/package-managers";
import { runSti } from "@sti/testing/run-cli";
import { createWorkspace } from "@sti/testing/workspace";
import { expect, test } from "vitest";
import { startSignedRegistry } from "./signing-proxy.fixtures.ts";

const { endpoint, image } = await withEngine("sti-e2e-signing-proxy", { removes: "test" });
const TAG = image("tools");
const managers = await installManagers([{ name: "npm", from: "npm@11.6.2", program: "bin/npm-cli.js" }]);

const DOCKERFILE = `FROM debian:bookworm-slim
COPY node /usr/bin/
COPY npm /opt/npm
WORKDIR /opt/tools
COPY package.json package-lock.json .npmrc ./
RUN node /opt/npm/bin/npm-cli.js ci --cache /tmp/cache && rm -r /tmp/cache
RUN [ "$(node -p 'require("lib")')" = "from the registry" ]
`;

// The proxy is on this machine: only RUNs in its network reach it.
test.runIf(TAKES_NETWORK)(
  "npm ci reaches its registry with hostTrust, and without it does not; nothing of it stays",
  async () => {
    const project = await createWorkspace({ "tools/Dockerfile": DOCKERFILE });
    const context = join(project.folder, "tools");
    const registry = await startSignedRegistry(project.folder);
    cpSync(process.execPath, join(context, "node"));
    cpSync(join(managers, "node_modules", "npm-11-6-2"), join(context, "npm"), { recursive: true });
    const run = async (hostTrust: boolean) => {
      const tools = { context: "tools", tag: TAG, network: "host", hostTrust };
      const files = Object.entries(registry.files).map(([name, text]) => [`tools/${name}`, text]);
      await project.write({
        ...Object.fromEntries(files),
        "sti.config.json": JSON.stringify({ images: { tools } }),
      });
      return await runSti(["run", "-v"], {
        cwd: project.folder,
        env: {
          ...Object.fromEntries(PROXIES.map((name) => [name, undefined])),
          HTTPS_PROXY: registry.proxy,
          SSL_CERT_FILE: registry.authority,
          NODE_EXTRA_CA_CERTS: "",
        },
      });
    };
    const without = await run(false);
    expect(without.exitCode).toBe(1);
    expect(registry.requests).toEqual([]);

    const { exitCode, stderr } = await run(true);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(registry.requests).toEqual(["/lib/-/lib-1.2.3.tgz"]);
    const paths = [...(await readImageTree(endpoint, TAG)).keys()];
    expect(paths.filter((path) => path.includes("opt/tools/node_modules/lib/"))).toHaveLength(2);
    expect(paths.filter((path) => /run\/sti\/./.test(path))).toEqual([]);
    const { body } = await callEngine(endpoint, "GET", `/images/${TAG}/history`);
    expect(JSON.stringify(body)).not.toContain(registry.proxy);
  },
);

const PROXIES = ["HTTP_PROXY", "ALL_PROXY", "NO_PROXY"].flatMap((name) => [name, name.toLowerCase()]);
