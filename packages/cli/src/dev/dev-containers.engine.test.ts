// The containers of watched apps on a real engine: ports, probes, turns, files that are copied.

import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DevContainers, SourceSnapshot, WatchEvent } from "@sti/core";
import { createDevContainers } from "@sti/core/dev";
import { createDockerEngine } from "@sti/engine-docker";
import { resolveEndpoint } from "@sti/engine-docker/endpoint";
import { createSources } from "@sti/source";
import { askPort } from "@sti/testing/ask-port";
import { appTarget } from "@sti/testing/definitions";
import { checkLeftovers } from "@sti/testing/e2e";
import { packFiles } from "@sti/testing/pack-files";
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from "vitest";
import { askProbe } from "./ask-probe.ts";
import { placeOfEngine } from "./engine-place.ts";
import { createPortForwarder } from "./forward-ports.ts";
import { createTrafficLog } from "./port-traffic.ts";

const endpoint = await resolveEndpoint();
const engine = await createDockerEngine({ endpoint });
checkLeftovers(endpoint, "file");
const images = new Map<string, string>();

beforeAll(async () => {
  for (const version of ["one", "two", "broken"]) {
    const server = version === "broken" ? "print STDERR qq(no database\\n); exit 4;" : SERVER(version);
    const dockerfile = `FROM debian:bookworm-slim\nCOPY server.pl /server.pl\nRUN mkdir -p /srv/public && printf page > /srv/public/page && chown -R 33:33 /srv\nUSER www-data\nCMD ["perl", "/server.pl"]\n`;
    const id = await engine.buildImage({
      context: packFiles([
        { path: "server.pl", content: server },
        { path: "Dockerfile", content: dockerfile },
      ]),
      dockerfile: "Dockerfile",
      buildArgs: {},
      labels: {},
      noCache: false,
      onOutput: () => {},
    });
    await engine.tagImage(id, `dev-test/${version}:1`);
    images.set(version, id);
  }
});

afterAll(async () => {
  for (const version of images.keys()) await engine.removeImage(`dev-test/${version}:1`);
});

let dev: DevContainers;
let events: WatchEvent[];

beforeEach(() => {
  events = [];
  dev = createDev();
});

const imageOf = (version: string) => images.get(version) ?? "";
const WEB = { ports: ["127.0.0.1::80"], probe: { http: "/" } };

test("a container is up when its probe answers, and its output comes whole and by stream", async () => {
  dev.swap(appOf(WEB), imageOf("one"), undefined);
  await dev.idle();
  expect(await askPort(portOf())).toBe("one page");
  const lines = events.flatMap((event) =>
    event.type === "container-output" ? [`${event.stream} ${event.text}`] : [],
  );
  expect(lines.sort()).toEqual(["stderr version one", "stdout listening"]);
});

test("requests are answered throughout while one container takes over from another", async () => {
  dev.swap(appOf(WEB), imageOf("one"), undefined);
  await dev.idle();
  const port = portOf();
  const answers: string[] = [];
  let isOver = false;
  const asking = (async () => {
    while (!isOver) answers.push(await askPort(port));
  })();
  dev.swap(appOf(WEB), imageOf("two"), undefined);
  await dev.idle();
  isOver = true;
  await asking;
  answers.push(await askPort(port));
  expect(new Set(answers)).toEqual(new Set(["one page", "two page"]));
  expect(answers.at(-1)).toBe("two page");
  expect(portOf()).toBe(port);
});

test("a container that dies at its start leaves the old one answering", async () => {
  dev.swap(appOf(WEB), imageOf("one"), undefined);
  await dev.idle();
  dev.swap(appOf(WEB), imageOf("broken"), undefined);
  await dev.idle();
  expect(events.at(-1)).toMatchObject({
    type: "container-failed",
    reason: "ended by itself with exit code 4",
    lastLines: ["no database"],
    remaining: "dev-test-1",
  });
  const started = events.find((event) => event.type === "container-started");
  expect(await askPort(started?.ports[0]?.hostPort)).toBe("one page");
});

test("where the engine publishes a fixed port, the old container gives way, and comes back when the new one dies", async () => {
  const direct = createDev({ forward: false });
  direct.swap(appOf(WEB), imageOf("one"), undefined);
  await direct.idle();
  // A port that is free for certain.
  const fixed = { ...WEB, ports: [`127.0.0.1:${portOf()}:80`] };
  direct.swap(appOf({}), imageOf("one"), undefined);
  await direct.idle();
  direct.swap(appOf(fixed), imageOf("one"), undefined);
  await direct.idle();
  direct.swap(appOf(fixed), imageOf("two"), undefined);
  await direct.idle();
  expect(await askPort(portOf())).toBe("two page");
  direct.swap(appOf(fixed), imageOf("broken"), undefined);
  await direct.idle();
  expect(events.slice(-3).map(({ type }) => type)).toContain("container-up");
  await expect.poll(() => askPort(portOf()).catch(String)).toBe("two page");
});

test("a file is copied into the running container as its user's, and is served at once", async () => {
  const folder = await mkdtemp(join(tmpdir(), "sti-dev-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const settings = { ...WEB, sync: [{ from: "page", to: "/srv/public/page" }] };
  const snapshotOf = async (text: string): Promise<SourceSnapshot> => {
    await writeFile(join(folder, "page"), text);
    const { createHash } = await import("node:crypto");
    const digest = createHash("sha256").update(text).digest("hex");
    const entry = { kind: "file", path: "page", executable: false, size: text.length, digest } as const;
    return { origin: { kind: "folder", root: folder }, entries: [entry], digest, size: text.length };
  };
  dev.swap(appOf(settings), imageOf("one"), await snapshotOf("page"));
  await dev.idle();
  const port = portOf();
  expect(await dev.sync(appOf(settings), await snapshotOf("edited"))).toBe(true);
  expect(await askPort(port)).toBe("one edited");
  expect(events.filter(({ type }) => type === "container-started")).toHaveLength(1);
});

test("a folder of the host is mounted, and one that is not there is reported", async () => {
  const folder = await mkdtemp(join(tmpdir(), "sti-dev-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  // The container's user is not this one.
  await chmod(folder, 0o755);
  await writeFile(join(folder, "page"), "mounted");
  dev.swap(appOf({ ...WEB, volumes: [`${folder}:/srv/public:ro`] }), imageOf("one"), undefined);
  await dev.idle();
  expect(await askPort(portOf())).toBe("one mounted");
  dev.swap(appOf({ ...WEB, volumes: [`${folder}/absent:/srv/public`] }), imageOf("one"), undefined);
  await dev.idle();
  expect(events.at(-1)).toMatchObject({ reason: `could not be made: folder not found: ${folder}/absent` });
});

/** Answers every request with the text of /srv/public/page after a version. */
const SERVER = (version: string) => `use strict; use IO::Socket::INET;
$| = 1; $SIG{TERM} = sub { exit 0 };
my $server = IO::Socket::INET->new(LocalPort => 80, Listen => 16, ReuseAddr => 1) or die "no port: $!";
print "listening\\n"; print STDERR "version ${version}\\n";
while (my $client = $server->accept) {
  while (my $line = <$client>) { last if $line =~ /^\\r?\\n$/ }
  open(my $page, '<', '/srv/public/page'); my $text = <$page> // ''; close $page;
  my $body = "${version} $text";
  print $client "HTTP/1.1 200 OK\\r\\nConnection: close\\r\\nContent-Length: " . length($body) . "\\r\\n\\r\\n$body";
  close $client;
}
`;

function createDev({ forward = true } = {}): DevContainers {
  const place = placeOfEngine(endpoint.host);
  let made = 0;
  const created = createDevContainers({
    engine: () => engine,
    sources: createSources({ env: {} }),
    clock: {
      now: Date.now,
      after: (milliseconds, call) => {
        const timer = setTimeout(call, milliseconds);
        return () => clearTimeout(timer);
      },
    },
    ask: askProbe,
    forwarder: forward
      ? createPortForwarder({ traffic: createTrafficLog(Date.now), claimed: () => new Set() })
      : undefined,
    addressOf: place.addressOf,
    folderOf: (folder) => folder,
    newName: () => `dev-test-${++made}`,
    secretsOf: () => [],
    network: "dev-net",
    warn: () => {},
    emit: (event) => void events.push(event),
  });
  onTestFinished(async () => {
    expect(await created.close()).toEqual([]);
  });
  return created;
}

const appOf = (dev: object) => appTarget("api", { source: "s", allowOutside: true, dev });

/** The host port of the container that was started last. */
function portOf(): number | undefined {
  const started = events.filter((event) => event.type === "container-started").at(-1);
  return started?.ports[0]?.hostPort;
}
