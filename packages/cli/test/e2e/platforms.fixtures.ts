// Two machines of different processors. The second processor is faked: the engine of the file stands behind a proxy that calls
// it arm64, and that asks for arm64 wherever an engine of arm64 would do so by itself. The base image for arm64 is that for
// amd64 with another architecture in its config, so its programs run. All but the instruction set is real.
// (Neither an arm64 processor nor binfmt_misc can be expected where the tests run.)
import { createHash, randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDockerEngine } from "@sti/engine-docker";
import type { Endpoint } from "@sti/engine-docker/endpoint";
import { proxyTo, type TestEngine } from "@sti/testing/e2e";
import { callEngine } from "@sti/testing/engine-api";
import { startFaultProxy } from "@sti/testing/fault-proxy";
import { localSocket } from "@sti/testing/local-request";
import { removeNames } from "@sti/testing/remove-images";
import { runSti } from "@sti/testing/run-cli";
import { createWorkspace, type Workspace } from "@sti/testing/workspace";
import { onTestFinished } from "vitest";

const ARM = "linux/arm64";
const MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
const INDEX = "application/vnd.oci.image.index.v1+json";

/** Interpreter of the scripts: a script itself, since sti refuses to run programs of amd64 on arm64. */
const PLAIN_SHELL = '#!/bin/sh\nexec /bin/sh "$@"\n';

export interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

type Architecture = "amd64" | "arm64";
type Targets = Readonly<
  Record<
    string,
    {
      readonly outcome: string;
      readonly platform?: string;
      readonly pushed?: object;
      readonly failure?: string;
    }
  >
>;

export function platformFixtures({ endpoint, image }: TestEngine, address: () => string) {
  /** One app on one builder, with the tag "acme/api:1" in the registry. */
  async function createProject(platforms: readonly string[]): Promise<Workspace> {
    return await createWorkspace({
      "api/text": "1",
      "builder/Dockerfile": `FROM ${address()}/base:1\nCOPY plain-sh prepare run /usr/bin/\nWORKDIR /srv\n`,
      "builder/plain-sh": PLAIN_SHELL,
      "builder/prepare": "#!/usr/bin/plain-sh\nset -eu\ncp -r /tmp/src/. /srv/\n",
      "builder/run": "#!/usr/bin/plain-sh\ncat /srv/text\n",
      "sti.config.json": JSON.stringify({
        cache: { image: `${address()}/sti/store`, insecure: true },
        images: { builder: { context: "builder", tag: image("builder"), push: false } },
        apps: {
          api: {
            source: "api",
            buildImage: image("builder"),
            tag: `${address()}/acme/api:1`,
            method: "container",
            platforms,
          },
        },
      }),
    });
  }

  async function sti(project: Workspace, architecture: Architecture, ...args: string[]): Promise<Ended> {
    const host = await machineOf(endpoint, architecture);
    const env = { XDG_CACHE_HOME: project.beside(architecture), DOCKER_HOST: host };
    return await runSti(args, { cwd: project.folder, env });
  }

  async function run(
    project: Workspace,
    architecture: Architecture,
    ...args: string[]
  ): Promise<Ended & { readonly targets: Targets }> {
    const ended = await sti(project, architecture, "run", ...args, "--metadata-file", "out.json");
    const { targets } = JSON.parse(await readFile(join(project.folder, "out.json"), "utf8"));
    return { ...ended, targets };
  }

  /** As a machine that has built nothing yet. */
  async function empty(): Promise<void> {
    await removeNames(endpoint, [image(""), address()]);
  }

  return { createProject, empty, run, sti };
}

/** The value of DOCKER_HOST of a machine. */
export async function machineOf(endpoint: Endpoint, architecture: Architecture): Promise<string> {
  if (architecture === "amd64") return (await proxyTo(endpoint)).host;
  const { body } = await callEngine(endpoint, "GET", "/info");
  const socket = join(tmpdir(), `sti-arm-${randomUUID()}.sock`);
  const proxy = await startFaultProxy({
    target: localSocket(endpoint),
    socket,
    rewrite: (url) => (/\/(?:images\/create|build)\?/.test(url) ? `${url}&platform=${ARM}` : url),
  });
  onTestFinished(() => proxy.close());
  const info = JSON.stringify({ ...(body as object), Architecture: "aarch64" });
  proxy.inject({ call: "GET /info", fault: { kind: "replace", status: 200, body: info } });
  return proxy.host;
}

/** An index of the base image for amd64 and arm64, as `reference`. */
export async function publishBase(endpoint: Endpoint, reference: string): Promise<void> {
  const docker = await createDockerEngine({ endpoint });
  await docker.tagImage("debian:bookworm-slim", reference, { isHeld: true });
  await docker.pushImage(reference);
  await callEngine(endpoint, "DELETE", `/images/${reference}`);
  const [repository = "", tag = ""] = reference.split(/:(?=[^/]*$)/);
  const [host = "", ...path] = repository.split("/");
  const place = `http://${host}/v2/${path.join("/")}`;
  const amd = Buffer.from(await read(`${place}/manifests/${tag}`, MANIFEST));
  const manifest = JSON.parse(amd.toString()) as { config: { digest: string; size: number } };
  const config = JSON.parse(Buffer.from(await read(`${place}/blobs/${manifest.config.digest}`)).toString());
  const foreign = Buffer.from(JSON.stringify({ ...config, architecture: "arm64" }));
  await writeBlob(place, foreign);
  const arm = Buffer.from(
    JSON.stringify({
      ...manifest,
      config: { ...manifest.config, digest: digestOf(foreign), size: foreign.length },
    }),
  );
  await write(`${place}/manifests/${digestOf(arm)}`, arm, MANIFEST);
  const manifests = [
    {
      mediaType: MANIFEST,
      digest: digestOf(amd),
      size: amd.length,
      platform: { os: "linux", architecture: "amd64" },
    },
    {
      mediaType: MANIFEST,
      digest: digestOf(arm),
      size: arm.length,
      platform: { os: "linux", architecture: "arm64" },
    },
  ];
  const index = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests }));
  await write(`${place}/manifests/${tag}`, index, INDEX);
}

/** The index that a tag stands for. */
export async function readIndex(reference: string): Promise<{
  readonly digest: string;
  readonly platforms: readonly string[];
}> {
  const [repository = "", tag = ""] = reference.split(/:(?=[^/]*$)/);
  const [host = "", ...path] = repository.split("/");
  const bytes = Buffer.from(await read(`http://${host}/v2/${path.join("/")}/manifests/${tag}`, INDEX));
  const { manifests } = JSON.parse(bytes.toString()) as {
    manifests: readonly { platform: { os: string; architecture: string } }[];
  };
  return {
    digest: digestOf(bytes),
    platforms: manifests.map(({ platform }) => `${platform.os}/${platform.architecture}`),
  };
}

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

async function read(url: string, accept = "*/*"): Promise<ArrayBuffer> {
  const response = await fetch(url, { headers: { accept } });
  if (!response.ok) throw new Error(`GET ${url}: ${response.status}`);
  return await response.arrayBuffer();
}

async function write(url: string, bytes: Buffer, type: string): Promise<void> {
  const response = await fetch(url, {
    method: "PUT",
    body: new Uint8Array(bytes),
    headers: { "content-type": type },
  });
  if (!response.ok) throw new Error(`PUT ${url}: ${response.status}`);
}

async function writeBlob(place: string, bytes: Buffer): Promise<void> {
  const begun = await fetch(`${place}/blobs/uploads/`, { method: "POST" });
  const location = new URL(begun.headers.get("location") ?? "", place);
  location.searchParams.set("digest", digestOf(bytes));
  await write(location.href, bytes, "application/octet-stream");
}
