import { checkDocument } from "@sti/testing/json-documents";
import { describe, expect, it } from "vitest";
import { samples } from "../../test/failure-samples.ts";
import { describeFailure } from "./describe-failure.ts";

describe("describeFailure", () => {
  it.each(Object.values(samples))("$code fits the schema of events", (failure) => {
    checkDocument("event", { type: "config-broken", at: 0, failures: [failure] });
  });

  it.each(Object.values(samples))("says $code in one line that does not end in a full stop", (failure) => {
    const { summary, detail, hint } = describeFailure(failure);
    expect(summary).toMatch(/^[^\n]+[^.\n]$/);
    expect(`${summary}${detail ?? ""}${hint ?? ""}`).not.toMatch(/undefined is|\[object|\bundefined\b(?!$)/);
  });

  it("mentions line ends when the interpreter's name ends in a carriage return", () => {
    expect(describeFailure({ ...samples["script-interpreter-missing"], carriageReturn: true })).toEqual({
      summary: "/usr/bin/prepare of acme/builder cannot start: its first line ends in CR LF",
      hint: 'save the script with LF line ends (git: "*.sh text eol=lf" in .gitattributes) and rebuild the image',
    });
  });

  it("mentions line ends of a script of the source by its path there", () => {
    const failure = {
      ...samples["script-interpreter-missing"],
      script: ".s2i/bin/run",
      carriageReturn: true,
    };
    expect(describeFailure(failure)).toEqual({
      summary: ".s2i/bin/run of the source cannot start: its first line ends in CR LF",
      hint: 'save the script with LF line ends (git: ".s2i/bin/run text eol=lf" in .gitattributes)',
    });
  });

  it("says which engine does not answer, where its address came from, and what to do about permissions", () => {
    const { summary, hint } = describeFailure(samples["engine-unreachable"]);
    expect(summary).toBe(
      "engine not reachable at unix:///var/run/docker.sock (from DOCKER_HOST): permission denied",
    );
    expect(hint).toContain("docker group");
    expect(hint).toContain("equals root");
  });

  it("says first that no entry makes an image that a config names, and not so of a command line's", () => {
    const { "pull-failed": failure } = samples;
    const inConfig = describeFailure({ ...failure, path: ["apps", "web", "buildImage"] }).detail;
    expect(inConfig?.split("\n")[0]).toContain("no entry of images has this tag");
    expect(describeFailure({ ...failure, path: ["IMAGE"] }).detail).not.toContain("no entry");
  });

  it("shows a cycle with the place of each edge, and the edge to cut", () => {
    const { summary, detail, hint } = describeFailure(samples["graph-cycle"]);
    expect(summary).toContain("a → b → a");
    expect(detail?.split("\n")).toEqual([
      "a → b by apps.a.buildImage (/repo/sti.config.ts:4:5)",
      "b → a by apps.b.dependsOn[0] (/repo/sti.config.ts:9:7)",
    ]);
    expect(hint).toBe("cut b → a: change apps.b.dependsOn[0]");
  });

  it("compares a locked image with the one that is there by digests, or else by ids", () => {
    const { locked, present } = samples["lock-drift"];
    expect(describeFailure(samples["lock-drift"])).toEqual({
      summary: "debian:12 differs from sti.lock",
      detail: "locked: sha256:a1 (linux/amd64)\nhere:   sha256:b2",
      hint: "run docker rmi debian:12 to pull the locked image, or sti lock --update debian:12 to lock the newest one",
    });
    const local = { ...samples["lock-drift"], locked: { ...locked, digest: undefined }, present };
    expect(describeFailure(local).detail).toBe("locked: sha256:1 (linux/amd64)\nhere:   sha256:2");
    expect(describeFailure({ ...local, present: undefined }).summary).toContain("no digest to pull it");
  });

  it.each(["config-unknown-key", "target-unknown", "selection-unknown", "lock-image-unknown"] as const)(
    "asks whether another name was meant for %s",
    (code) => {
      expect(describeFailure(samples[code]).hint).toMatch(/^did you mean "\w+"\?$/);
    },
  );

  it("names the known targets when none is similar", () => {
    const { hint } = describeFailure({ code: "selection-unknown", name: "x", known: ["api", "web"] });
    expect(hint).toBe("known: api, web");
  });

  it("writes files in the given form", () => {
    const { summary } = describeFailure(samples["source-missing"], (file) => file.replace("/repo/", ""));
    expect(summary).toBe("source web does not exist");
  });

  it("quotes file names that hold control characters", () => {
    expect(describeFailure(samples["source-name-invalid"]).detail).toBe('"a\\u001b"');
  });

  it("distinguishes a script killed for memory from one that exited by itself", () => {
    const killed = describeFailure({ ...samples["script-failed"], exitCode: 137, outOfMemory: true });
    expect(killed.summary).toContain("out of memory");
    expect(describeFailure(samples["script-failed"]).summary).toContain("exited with 127");
  });

  it.each([
    [{ incremental: true }, "--clean"],
    [{ dependencies: true }, "declared inputs"],
  ])("names a possible reason of a script's own exit code: %o", (fields, hint) => {
    const failure = { ...samples["script-failed"], exitCode: 1, ...fields };
    expect(describeFailure(failure).hint).toContain(hint);
  });
});
