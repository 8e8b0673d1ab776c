// `sti up` of a system: apps and a service that reach each other by name, start in their order, and come back.
import { askPort } from "@sti/testing/ask-port";
import { imageFolder, withEngine } from "@sti/testing/e2e";
import { callEngine } from "@sti/testing/engine-api";
import { A_METHOD } from "@sti/testing/engine-methods";
import { runSti } from "@sti/testing/run-cli";
import { createWorkspace } from "@sti/testing/workspace";
import { expect, test } from "vitest";
import { type RunWatch, watchAndRun } from "./dev.fixtures.ts";
import { server, store } from "./services.fixtures.ts";

const { config: configOf, endpoint } = await withEngine("sti-e2e-services", { removes: "file" });
const DATA = "sti-e2e-services-data";

const FILES = {
  ...imageFolder("builder", {
    prepare: "#!/bin/sh\nset -e\nmkdir -p /srv\ncp -R /tmp/src/. /srv/\n",
    run: "#!/bin/sh\nexec perl /srv/server.pl\n",
  }),
  "store/Dockerfile":
    'FROM debian:bookworm-slim\nRUN mkdir /data\nCOPY store /usr/bin/store\nCMD ["/usr/bin/perl", "/usr/bin/store"]\n',
  "store/store": store,
  "api/server.pl": server,
  "web/server.pl": server,
  "sti.config.json": configOf(
    {
      api: {
        method: A_METHOD,
        dev: {
          ports: ["127.0.0.1::8000"],
          env: { NAME: "api", ASK_FIRST: "1", UPSTREAM: { url: "db", port: 5000 } },
          probe: { tcp: 8000, interval: "50ms" },
          dependsOn: ["db"],
          aliases: ["backend"],
        },
      },
      web: {
        method: A_METHOD,
        dev: {
          ports: ["127.0.0.1::8000"],
          env: { NAME: "web", UPSTREAM: "backend:8000" },
          dependsOn: ["api"],
        },
      },
      other: { source: "web", method: A_METHOD },
    },
    {
      images: { builder: {}, store: {} },
      services: {
        db: {
          image: "sti-e2e-services/store",
          volumes: [`${DATA}:/data`],
          probe: { command: ["test", "-e", "/tmp/ready"], interval: "100ms" },
        },
      },
    },
  ),
};

test("a system starts in its order, its parts find each other, and one that crashes comes back", async () => {
  const project = await createWorkspace(FILES);
  const watching = watchAndRun(project.folder, "web");
  const port = await portOf(watching, "web");
  await watching.until("container-up", "web");
  expect(await askPort(port)).toBe("web api 1\n");
  expect(orderOf(watching)).toEqual(["db", "api", "web"]);
  expect(watching.events().some((event) => "target" in event && event.target === "other")).toBe(false);
  // One that crashes.
  const at = watching.events().length;
  await askPort(await portOf(watching, "api"), "/crash").catch(() => {});
  const failure = await watching.until("container-failed", "api", at);
  expect(failure).toMatchObject({ lastLines: ["asked to"], restartIn: 1000 });
  await watching.until("container-up", "api", at);
  expect(await askPort(port)).toBe("web api 1\n");
  watching.kill("SIGINT");
  expect((await watching.ended).exitCode).toBe(130);
  const ends = watching
    .events()
    .flatMap((event) => (event.type === "container-stopped" ? [event.target] : []));
  expect(ends.at(-1)).toBe("db");
  const { body } = await callEngine(endpoint, "GET", "/networks");
  expect((body as { readonly Name: string }[]).filter(({ Name }) => Name.startsWith("sti-"))).toEqual([]);
  const clean = await runSti(["clean", "--dry-run"], { cwd: project.folder });
  expect(clean.stdout).toContain(`data of the service db; docker volume rm removes it`);
  // The data is there the next time, and all services run where no app is named.
  const again = watchAndRun(project.folder, "api", "web");
  const next = await portOf(again, "web");
  await again.until("container-up", "web");
  expect(await askPort(next)).toBe("web api 2\n");
  again.kill("SIGINT");
  await again.ended;
  await callEngine(endpoint, "DELETE", `/volumes/${DATA}`);
});

async function portOf(watching: RunWatch, app: string): Promise<number> {
  const { ports } = await watching.until("container-started", app);
  return ports[0]?.hostPort ?? 0;
}

function orderOf(watching: RunWatch): readonly string[] {
  return watching.events().flatMap((event) => (event.type === "container-started" ? [event.target] : []));
}
