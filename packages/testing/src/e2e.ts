// The engine and the project of an end-to-end test file. Leftovers are checked after each test, images are removed.
import { randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Endpoint, resolveEndpoint } from "@sti/engine-docker/endpoint";
import { afterAll, afterEach, beforeAll, beforeEach, onTestFinished } from "vitest";
import { callEngine } from "./engine-api.ts";
import { type FaultProxy, startFaultProxy } from "./fault-proxy.ts";
import type { FaultRule } from "./fault-rules.ts";
import { expectNoLeftovers, type Holdings, listHoldings } from "./leftovers.ts";
import { localSocket } from "./local-request.ts";
import { removeImagesOf } from "./remove-images.ts";

/** Fields of the API's description of an image that tests read. */
export interface ApiImage {
  readonly Id: string;
  /** The container that the image was committed from. */
  readonly Container?: string;
  readonly Config: {
    readonly Env: readonly string[];
    readonly Labels: Readonly<Record<string, string>>;
    readonly [field: string]: unknown;
  };
  readonly RootFS: { readonly Layers: readonly string[] };
}

/** The engine's content, compared with an earlier list of it. */
export interface LeftoversCheck {
  /** The content as it was listed last. */
  before(): Holdings;
  /** Lists the content; the hooks do it before each test or before the file. */
  list(): Promise<void>;
  /** Fails unless the content is as it was listed last; the hooks do it after each test or after the file. */
  expectNone(): Promise<void>;
}

/** The hooks of a leftovers check: around each test, around the file, or none. */
export type CheckScope = "test" | "file" | "none";

export interface TestEngine {
  readonly endpoint: Endpoint;
  readonly leftovers: LeftoversCheck;
  /** Reference of an image in the file's repository. */
  image(name: string): string;
  /** Undefined if the engine has no such image. */
  inspect(reference: string): Promise<ApiImage | undefined>;
  /** Id of an image in the file's repository. */
  imageId(name: string): Promise<string | undefined>;
  /** Removes the images of the file's repository, except the tags in `keep`. */
  removeImages(keep?: readonly string[]): Promise<void>;
  /** Text of a config whose tags are in the file's repository. */
  config(
    apps: Readonly<Record<string, object>>,
    more?: ConfigParts & Readonly<Record<string, unknown>>,
  ): string;
}

/** `images`: entries by name, each with the fields that differ from `context: NAME, tag: IMAGE`. */
export interface ConfigParts {
  readonly images?: Readonly<Record<string, object>>;
}

export interface TestEngineOptions {
  /** Scope of the leftovers check. Default: "test". */
  readonly check?: CheckScope;
  /** Removes the file's images after each test, or only at the start and the end of the file (the default). */
  readonly removes?: "test" | "file";
  /** Images in the file's repository that stay from test to test, by name: builders, which sti finds up to date. */
  readonly keeps?: readonly string[];
}

/**
 * Registers the hooks of a file whose images are in `repository`. Hooks that the file registers afterwards run inside
 * these: its `beforeEach` after the engine's content was listed, its `afterEach` before the content is compared.
 */
export async function withEngine(
  repository: string,
  { check = "test", removes = "file", keeps = [] }: TestEngineOptions = {},
): Promise<TestEngine> {
  const endpoint = await resolveEndpoint();
  const image = (name: string) => `${repository}/${name}`;
  const removeImages = (keep?: readonly string[]) => removeImagesOf(endpoint, repository, keep);
  const inspect = (reference: string) => inspectImage(endpoint, reference);
  if (removes === "test") afterEach(() => removeImages(keeps.map((name) => `${image(name)}:latest`)));
  beforeAll(() => removeImages());
  const leftovers = checkLeftovers(endpoint, check);
  afterAll(() => removeImages());
  return {
    endpoint,
    leftovers,
    image,
    inspect,
    imageId: async (name) => (await inspect(image(name)))?.Id,
    removeImages,
    config: (apps, { images = { builder: {} }, ...more } = {}) =>
      JSON.stringify({
        ...more,
        images: mapEntries(images, (name, entry) => ({ context: name, tag: image(name), ...entry })),
        apps: mapEntries(apps, (name, app) => ({
          source: name,
          buildImage: image("builder"),
          tag: image(name),
          ...app,
        })),
      }),
  };
}

/** Registers hooks that compare the engine's content before and after each test, or before and after the file. */
export function checkLeftovers(endpoint: Endpoint, scope: CheckScope): LeftoversCheck {
  let listed: Holdings | undefined;
  const check: LeftoversCheck = {
    before: () => {
      if (listed === undefined) throw new Error("the engine's content is not listed yet");
      return listed;
    },
    list: async () => {
      listed = await listHoldings(endpoint);
    },
    expectNone: () => expectNoLeftovers(endpoint, check.before()),
  };
  if (scope === "test") {
    beforeEach(check.list);
    afterEach(check.expectNone);
  }
  if (scope === "file") {
    beforeAll(check.list);
    afterAll(check.expectNone);
  }
  return check;
}

/** Undefined if the engine has no such image. */
export async function inspectImage(endpoint: Endpoint, reference: string): Promise<ApiImage | undefined> {
  const { body, status } = await callEngine(endpoint, "GET", `/images/${reference}/json`);
  return status === 200 ? (body as ApiImage) : undefined;
}

/** A proxy to the engine that applies `rules`. Closed when the test ends. */
export async function proxyTo(endpoint: Endpoint, rules: readonly FaultRule[] = []): Promise<FaultProxy> {
  const socket = join(tmpdir(), `sti-proxy-${randomUUID()}.sock`);
  const proxy = await startFaultProxy({ target: localSocket(endpoint), socket });
  onTestFinished(() => proxy.close());
  for (const rule of rules) proxy.inject(rule);
  return proxy;
}

/**
 * A step of a Dockerfile that removes most files of the base image, and leaves sh, perl and what they need: an image is
 * listed or compared sooner.
 */
export const FEW_FILES =
  "RUN rm -r /usr/share/* /var/lib/dpkg /usr/lib/apt /usr/lib/terminfo /usr/lib/*-linux-gnu/gconv\n";

/**
 * Files of an image's folder: the scripts by name, and a Dockerfile that puts them on the base image. `before` and
 * `after` are lines of the Dockerfile around that step.
 */
export function imageFolder<Folder extends string, Script extends string>(
  folder: Folder,
  scripts: Readonly<Record<Script, string>>,
  steps?: { readonly before?: string; readonly after?: string },
): Readonly<Record<`${Folder}/${Script | "Dockerfile"}`, string>>;
export function imageFolder(
  folder: string,
  scripts: Readonly<Record<string, string>>,
  { before = "", after = "" }: { readonly before?: string; readonly after?: string } = {},
): Readonly<Record<string, string>> {
  const names = Object.keys(scripts);
  return {
    [`${folder}/Dockerfile`]: `FROM debian:bookworm-slim\n${before}COPY ${names.join(" ")} /usr/bin/\n${after}`,
    ...Object.fromEntries(names.map((name) => [`${folder}/${name}`, scripts[name] ?? ""])),
  };
}

/**
 * Scripts of a builder whose prepare copies the source to /srv/app and then runs `lines`; its images print the file
 * "text" of the source.
 */
export function copyingScripts(...lines: readonly string[]): {
  readonly prepare: string;
  readonly run: string;
} {
  const copy = "mkdir -p /srv/app && cp -r /tmp/src/. /srv/app/";
  return {
    prepare: ["#!/bin/sh", "set -e", copy, ...lines, ""].join("\n"),
    run: "#!/bin/sh\nexec cat /srv/app/text\n",
  };
}

function mapEntries<Value>(
  entries: Readonly<Record<string, object>>,
  map: (name: string, entry: object) => Value,
): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.entries(entries).map(([name, entry]) => [name, map(name, entry)]));
}
