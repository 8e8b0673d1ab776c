import { execFileSync } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { withEngine } from "@sti/testing/e2e";
import { callEngine } from "@sti/testing/engine-api";
import { BUILDS_WITH_SECRETS, TAKES_NETWORK } from "@sti/testing/engine-methods";
import { exportImage } from "@sti/testing/image-tree";
import { runSti } from "@sti/testing/run-cli";
import { createWorkspace } from "@sti/testing/workspace";
import { expect, onTestFinished, test } from "vitest";

const { endpoint, image } = await withEngine("sti-e2e-image-settings", { removes: "test" });
const TAG = image("base");

async function start(dockerfile: string, entry: object, files: Readonly<Record<string, string>> = {}) {
  const config = { images: { base: { context: "base", tag: TAG, ...entry } } };
  const project = await createWorkspace({
    "base/Dockerfile": `FROM debian:bookworm-slim\nCOPY unique /\n${dockerfile}`,
    "base/unique": randomUUID(),
    ...files,
    "sti.config.json": JSON.stringify(config),
  });
  const run = async (env: Readonly<Record<string, string>> = {}) => {
    const result = await runSti(["run", "-v"], { cwd: project.folder, env });
    return { ...result, said: [...result.stdout.matchAll(/^base │ (.*)$/gm)].map((match) => match[1] ?? "") };
  };
  return { ...project, run };
}

/** Layers, config and history of the image. */
async function readAll(): Promise<string> {
  const [inspect, history, files] = await Promise.all([
    callEngine(endpoint, "GET", `/images/${TAG}/json`),
    callEngine(endpoint, "GET", `/images/${TAG}/history`),
    exportImage(endpoint, TAG),
  ]);
  expect([inspect.status, history.status]).toEqual([200, 200]);
  return `${files.toString("latin1")}${JSON.stringify([inspect.body, history.body])}`;
}

const PRINTS_TRUST = `RUN echo "bundle $(md5sum < $SSL_CERT_FILE)"; echo "proxy $HTTP_PROXY $https_proxy"
USER 1000:1000
RUN ["/bin/sh", "-c", "echo bundle as 1000 $(md5sum < $NODE_EXTRA_CA_CERTS)"]
`;

test("each RUN has the certificates and proxies of this machine, and the image nothing of them", async () => {
  const [mark, proxy] = [randomUUID(), `http://name:${randomUUID()}@proxy.test:1`];
  const bundle = `# ${mark}\n${"certificate ".repeat(25_000)}\n`;
  const project = await start(PRINTS_TRUST, { hostTrust: true }, { "ca.pem": bundle });
  const env = {
    NODE_EXTRA_CA_CERTS: "",
    SSL_CERT_FILE: join(project.folder, "ca.pem"),
    HTTP_PROXY: proxy,
    https_proxy: `${proxy}2`,
  };
  const { exitCode, said, stderr } = await project.run(env);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  const sum = createHash("md5").update(bundle).digest("hex");
  expect(said).toContain(`bundle ${sum}  -`);
  expect(said).toContain(`bundle as 1000 ${sum} -`);
  expect(said).toContain(`proxy ${proxy} ${proxy}2`);
  const all = await readAll();
  expect([mark, proxy.slice(12, 40), "certificate certificate"].filter((text) => all.includes(text))).toEqual(
    [],
  );
  expect(all).not.toContain("run/sti/ca-bundle.crt\0");
  // Other values change nothing.
  expect((await project.run({ HTTP_PROXY: "http://other.test" })).stdout).toMatch(/● base .*up to date/);
});

test("the plan prints the Dockerfile with the additions, and reports trust that cannot be had", async () => {
  const project = await start("RUN true\n", { hostTrust: true }, { "ca.pem": "certificates\n" });
  const proxy = `http://name:${randomUUID()}@proxy.test:1`;
  const plan = async (bundle: string) =>
    await runSti(["plan", "--dockerfile", "base"], {
      cwd: project.folder,
      env: { NODE_EXTRA_CA_CERTS: "", SSL_CERT_FILE: join(project.folder, bundle), HTTP_PROXY: proxy },
    });
  const { exitCode, stderr, stdout } = await plan("ca.pem");
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  const [from, variables, copy, run, label] = stdout.trimEnd().split("\n");
  expect([from, copy]).toEqual(["FROM debian:bookworm-slim", "COPY unique /"]);
  expect(variables).toMatch(/^ARG SSL_CERT_FILE=\/run\/sti\/ca-bundle\.crt /);
  expect(run).toMatch(/^RUN --mount=type=.*target=\/run\/sti.* true$/);
  expect(label).toMatch(/^LABEL sti\.key=\S{16,}$/);
  expect(stdout).not.toContain(proxy.slice(12, 40));
  const missing = await runSti(["plan"], {
    cwd: project.folder,
    env: { SSL_CERT_FILE: join(project.folder, "gone.pem") },
  });
  expect(missing.exitCode).toBe(4);
  expect(missing.stderr).toContain("gone.pem");
});

test.runIf(TAKES_NETWORK)(
  "apt trusts a server of this machine's authorities, by the network of the entry",
  async () => {
    const project = await start("", { hostTrust: true, network: "host" });
    const { address, bundle } = await startServer(project.folder);
    const download = `RUN /usr/lib/apt/apt-helper download-file ${address} /file && cat /file\n`;
    await project.write({ "base/Dockerfile": `FROM debian:bookworm-slim\n${download}` });
    const { exitCode, said, stderr } = await project.run({ SSL_CERT_FILE: bundle });
    expect({ exitCode, stderr, said }).toMatchObject({ exitCode: 0 });
    expect(said).toContain("downloaded");
    await project.write({
      "sti.config.json": JSON.stringify({ images: { base: { context: "base", tag: TAG, network: "host" } } }),
    });
    await project.write({ "base/Dockerfile": `FROM debian:bookworm-slim\nENV A=1\n${download}` });
    expect((await project.run({ SSL_CERT_FILE: bundle })).exitCode).toBe(1);
  },
);

test.runIf(TAKES_NETWORK)("network none leaves only the loopback, and is a cause of its own", async () => {
  const dockerfile = "RUN echo \"interfaces $(tail -n +3 /proc/net/dev | sed 's/:.*//' | tr -d ' \\n')\"\n";
  const project = await start(dockerfile, { network: "none" });
  const { exitCode, said } = await project.run();
  expect({ exitCode, said }).toMatchObject({ exitCode: 0, said: expect.arrayContaining(["interfaces lo"]) });
  await project.write({
    "sti.config.json": JSON.stringify({ images: { base: { context: "base", tag: TAG } } }),
  });
  const again = await project.run();
  expect(again.stdout).toContain("network changed none→default");
  expect(again.said).not.toContain("interfaces lo");
});

test.runIf(BUILDS_WITH_SECRETS)(
  "a secret is for the RUN that mounts it, and in no image, history or output",
  async () => {
    const token = `t0ken-${randomUUID()}`;
    const dockerfile = [
      "COPY . /all/",
      'RUN --mount=type=secret,id=TOKEN md5sum < /run/secrets/TOKEN; echo "$(cat /run/secrets/TOKEN)."',
      "RUN --mount=type=secret,id=npmrc,target=/home/.npmrc md5sum < /home/.npmrc",
      'RUN [ -z "$(cat /run/secrets/* 2>/dev/null)" ]',
    ].join("\n");
    const secrets = { TOKEN: { env: "STI_TEST_TOKEN" }, npmrc: { file: "npmrc" } };
    const project = await start(dockerfile, { secrets, hostTrust: true }, { npmrc: `${token}\n` });
    const { exitCode, said, stderr, stdout } = await project.run({ STI_TEST_TOKEN: token });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    for (const value of [token, `${token}\n`]) {
      expect(said).toContain(`${createHash("md5").update(value).digest("hex")}  -`);
    }
    expect(said).toContain("***.");
    expect(`${stdout}${await readAll()}`).not.toContain(token.slice(6));
    expect((await project.run({ STI_TEST_TOKEN: "other" })).stdout).toMatch(/● base .*up to date/);
  },
);

test.skipIf(BUILDS_WITH_SECRETS)(
  "where no way for secrets is, and where COPY takes all, an entry is refused",
  async () => {
    const secrets = { TOKEN: { env: "STI_TEST_TOKEN" } };
    const refused = await (await start("", { secrets })).run({ STI_TEST_TOKEN: "x" });
    expect(refused.stderr).toContain("cannot give secrets to the build of base");
    const whole = await (await start("COPY . /all/\nRUN true\n", { hostTrust: true })).run();
    expect(whole.stderr).toContain("images.base.hostTrust");
    expect(whole.stderr).toContain("takes certificates from the context only");
  },
);

test.skipIf(TAKES_NETWORK)(
  "another network is refused where the builder takes none, at its place",
  async () => {
    const { exitCode, stderr } = await (await start("", { network: "none" })).run();
    expect(exitCode).toBe(1);
    expect(stderr).toContain("images.base.network");
  },
);

test("a Dockerfile that would keep the proxy is refused, with the way out", async () => {
  const project = await start("ARG HTTP_PROXY\nRUN true\n", { hostTrust: true });
  const { exitCode, stderr } = await project.run({ HTTP_PROXY: "http://proxy.test:1" });
  expect(exitCode).toBe(1);
  expect(stderr).toContain("with ARG HTTP_PROXY, the proxy would be in the image's history");
  expect(stderr).toContain("remove ARG HTTP_PROXY");
});

/** A server with a certificate of its own authority. */
async function startServer(folder: string) {
  const [key, cert] = ["key.pem", "ca.pem"].map((name) => join(folder, name)) as [string, string];
  execFileSync(
    "openssl",
    [
      ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=sti test"],
      ...["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", cert],
    ],
    { stdio: "ignore" },
  );
  const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_, response) =>
    response.end("downloaded\n"),
  );
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestFinished(() => void server.close());
  return { address: `https://127.0.0.1:${(server.address() as AddressInfo).port}/file`, bundle: cert };
}
