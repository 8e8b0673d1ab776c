import { dockerfileOf, graphOf, snapshot } from "@sti/testing/definitions";
import { describe, expect, test } from "vitest";
import type { ImageSummary } from "../engine/image.ts";
import { NO_PAST, type Past } from "./build-record.ts";
import { type DecidedTarget, decideTargets } from "./decide-targets.ts";
import { describeCauses } from "./describe-cause.ts";
import { type Facts, NO_FACTS } from "./facts.ts";
import { LABEL } from "./labels.ts";
import { recordFiles } from "./source-files.ts";

const GRAPH = graphOf({
  images: { base: { context: "base", tag: "acme/base" } },
  apps: { web: { source: "web", buildImage: "acme/base", tag: "acme/web" } },
});
const ENGINE = { version: "1", apiVersion: "1", os: "linux", architecture: "amd64", cpus: 1, memory: 1 };
const FLAGS = { clean: false, force: false, time: 1 };

const sourceOf = (digest: string) =>
  snapshot({ digest, entries: [{ kind: "file", path: "text", executable: false, size: 1, digest }] });

/** `versions`: of the sources. */
function decide(
  versions: { readonly base?: string; readonly web?: string },
  known: { readonly facts?: Facts; readonly pasts?: ReadonlyMap<string, Past> } = {},
): ReadonlyMap<string, DecidedTarget> {
  const { base = "b1", web = "w1" } = versions;
  const facts = known.facts ?? { engine: ENGINE, images: new Map() };
  return decideTargets({
    graph: GRAPH,
    snapshots: new Map([
      ["base", sourceOf(base)],
      ["web", sourceOf(web)],
    ]),
    dockerfiles: new Map([["base", dockerfileOf("FROM scratch")]]),
    facts,
    identities: new Map([...facts.images.values()].map(({ id }) => [id, id])),
    matchPaths: () => () => false,
    pasts: known.pasts ?? new Map(),
    flags: FLAGS,
  });
}

describe("a target that waits for another one", () => {
  test("names the targets built before it, and why", () => {
    const decided = decide({ base: "b2" }, built());
    expect(decided.get("web")?.decision).toMatchObject({ kind: "open", reason: "waits for base" });
    expect(causesOf(decided, "web")).toBe("base is built first (base/text edited)");
  });

  test("names its own changes besides", () => {
    expect(causesOf(decide({ base: "b2", web: "w2" }, built()), "web")).toBe(
      "web/text edited · base is built first (base/text edited)",
    );
  });

  test("does not claim that anything of its own changed where nothing is remembered of it", () => {
    const { facts } = built();
    expect(causesOf(decide({ base: "b2", web: "w2" }, { facts }), "web")).toBe(
      "base is built first (its inputs changed)",
    );
  });
});

describe("without an engine", () => {
  test("what changed since the last build is reported, and what follows from it", () => {
    const { pasts } = built();
    const decided = decide({ base: "b2" }, { facts: NO_FACTS, pasts });
    expect(causesOf(decided, "base")).toBe("base/text edited");
    expect(causesOf(decided, "web")).toBe("base is built first (base/text edited)");
  });

  test("nothing is reported where nothing changed, or nothing is remembered", () => {
    const { pasts } = built();
    expect(causesOf(decide({}, { facts: NO_FACTS, pasts }), "web")).toBe("");
    expect(causesOf(decide({}, { facts: NO_FACTS }), "web")).toBe("");
  });
});

/** An engine that has the images, and the records of their inputs. */
function built() {
  const images = new Map<string, ImageSummary>();
  const pasts = new Map<string, Past>();
  for (const name of ["base", "web"]) {
    const facts = { engine: ENGINE, images };
    const { decision, explained } = decide({}, { facts }).get(name) as DecidedTarget;
    if (decision.kind !== "build") throw new Error(decision.reason);
    const { key } = decision;
    const labels = { [LABEL.managed]: "1", [LABEL.target]: name, [LABEL.key]: key };
    images.set(`docker.io/acme/${name}:latest`, {
      id: `sha256:${name}`,
      tags: [],
      digests: [],
      labels,
      size: 1,
    });
    const { preimage, snapshot } = explained;
    const sources = new Map([[preimage.source, recordFiles(snapshot)]]);
    pasts.set(name, { ...NO_PAST, previous: { schemaVersion: 2, key, preimage }, sources });
  }
  return { facts: { engine: ENGINE, images }, pasts };
}

function causesOf(decided: ReadonlyMap<string, DecidedTarget>, name: string): string {
  const decision = decided.get(name)?.decision;
  if (decision === undefined || decision.kind === "up-to-date") return "none";
  return describeCauses(decision.causes);
}
