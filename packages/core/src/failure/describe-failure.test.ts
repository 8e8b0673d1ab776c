import { checkDocument } from "@sti/testing/json-documents";
import { describe, expect, it } from "vitest";
import { describeFailure } from "./describe-failure.ts";
import type { Failure, FailureCode } from "./failure.ts";

const web = { target: "web", path: ["apps", "web"] } as const;
const image = "acme/builder";
const script = "/usr/bin/prepare";

/** One failure of each code; the type makes a forgotten one an error. */
const samples: { readonly [Code in FailureCode]: Extract<Failure, { code: Code }> } = {
  "config-not-found": { code: "config-not-found", directory: "/repo", searched: ["sti.config.ts"] },
  "config-unreadable": { code: "config-unreadable", file: "/repo/sti.config.ts", message: "EACCES" },
  "config-syntax": {
    code: "config-syntax",
    location: { file: "/repo/sti.config.ts", line: 1, column: 2 },
    message: "unexpected token",
  },
  "config-threw": { code: "config-threw", file: "/repo/sti.config.ts", message: "boom" },
  "config-timeout": { code: "config-timeout", file: "/repo/sti.config.ts", seconds: 30 },
  "config-exited": { code: "config-exited", file: "/repo/sti.config.ts", exitCode: 3 },
  "config-no-default-export": { code: "config-no-default-export", file: "/repo/sti.config.ts" },
  "config-invalid": { code: "config-invalid", path: ["apps"], message: "must be an object" },
  "config-unknown-key": {
    code: "config-unknown-key",
    path: ["apps", "web"],
    key: "tga",
    suggestion: "tag",
    known: ["tag"],
  },
  "reference-invalid": {
    code: "reference-invalid",
    path: ["apps"],
    reference: "A B",
    message: "has a space",
  },
  "target-unknown": { code: "target-unknown", path: ["apps"], name: "ap", suggestion: "api" },
  "tag-duplicate": {
    code: "tag-duplicate",
    path: ["apps", "web", "tag"],
    tag: "acme/web",
    target: "web",
    other: "api",
    otherPath: ["apps", "api", "tag"],
  },
  "graph-cycle": {
    code: "graph-cycle",
    path: ["apps", "a"],
    names: ["a", "b", "a"],
    edges: [
      { path: ["apps", "a", "buildImage"], location: { file: "/repo/sti.config.ts", line: 4, column: 5 } },
      { path: ["apps", "b", "dependsOn", 0], location: { file: "/repo/sti.config.ts", line: 9, column: 7 } },
    ],
    cut: 1,
  },
  "durations-unreadable": { code: "durations-unreadable", file: "/out/sti.json", message: "EACCES" },
  "profile-unknown": { code: "profile-unknown", name: "cy", suggestion: "ci", known: ["ci"] },
  "override-invalid": { code: "override-invalid", override: "apps", message: "is not KEY.KEY=VALUE" },
  "selection-invalid": { code: "selection-invalid", selector: "[", message: "is not NAME" },
  "selection-unmatched": { code: "selection-unmatched", selector: "x*", known: ["web"] },
  "changes-unknown": {
    code: "changes-unknown",
    commit: "origin/main",
    reason: "commit-missing",
    isShallow: true,
    message: "fatal: needed a single revision",
  },
  "selection-unknown": { code: "selection-unknown", name: "wbe", suggestion: "web", known: ["web"] },
  "variant-invalid": { code: "variant-invalid", option: "--build-image", value: "A", message: "is no name" },
  "recorded-build-unknown": { code: "recorded-build-unknown", asked: "7" },
  "lock-unreadable": { code: "lock-unreadable", file: "/repo/sti.lock", message: "EACCES" },
  "lock-unwritable": { code: "lock-unwritable", file: "/repo/sti.lock", message: "EROFS" },
  "lock-invalid": {
    code: "lock-invalid",
    location: { file: "/repo/sti.lock", line: 4, column: 5 },
    message: "it is not an object",
  },
  "lock-missing": { code: "lock-missing", file: "/repo/sti.lock" },
  "lock-incomplete": { code: "lock-incomplete", image: "debian:12", path: ["apps", "web", "buildImage"] },
  "lock-drift": {
    code: "lock-drift",
    image: "debian:12",
    locked: { digest: "sha256:a1", id: "sha256:1", platform: "linux/amd64" },
    present: { digest: "sha256:b2", id: "sha256:2" },
  },
  "lock-image-unknown": {
    code: "lock-image-unknown",
    image: "debain",
    suggestion: "debian",
    known: ["debian"],
  },
  "workspace-missing": { code: "workspace-missing", ...web, folder: "/repo", searched: true },
  "workspace-invalid": { code: "workspace-invalid", ...web, file: "/repo/package.json", message: "no JSON" },
  "workspace-package-unknown": {
    code: "workspace-package-unknown",
    ...web,
    name: "@acme/ap",
    root: "/repo",
    suggestion: "@acme/api",
    dependent: "/repo/web/package.json",
  },
  "workspace-package-twice": {
    code: "workspace-package-twice",
    ...web,
    name: "api",
    folders: ["/repo/a", "/repo/b"],
  },
  "workspace-package-outside": {
    code: "workspace-package-outside",
    ...web,
    name: "api",
    folder: "/other/api",
    root: "/repo",
  },
  "source-missing": { code: "source-missing", ...web, file: "/repo/web" },
  "source-not-a-directory": { code: "source-not-a-directory", ...web, file: "/repo/web" },
  "source-empty": { code: "source-empty", ...web, file: "/repo/web" },
  "source-unreadable": { code: "source-unreadable", ...web, files: ["a"] },
  "source-file-refused": {
    code: "source-file-refused",
    ...web,
    file: "/p/.stiignore",
    problem: "is a named pipe",
  },
  "source-special-file": { code: "source-special-file", ...web, files: ["a", "b"] },
  "source-name-invalid": { code: "source-name-invalid", ...web, files: ["a\u001b"] },
  "ignore-invalid": { code: "ignore-invalid", ...web, file: "/repo/web/.stiignore", lines: ["line 3: [a"] },
  "source-changed": { code: "source-changed", ...web, file: "/repo/web/a" },
  "source-too-large": {
    code: "source-too-large",
    ...web,
    file: "/repo/web",
    limit: 10e9,
    largest: [{ file: "/repo/web/disk.img", size: 20e9 }],
  },
  "source-path-twice": { code: "source-path-twice", ...web, file: "a", parts: ["one", "other"] },
  "archive-invalid": { code: "archive-invalid", ...web, file: "/a.zip", entry: "../a", problem: "leads out" },
  "git-ref-unknown": { code: "git-ref-unknown", ...web, url: "https://example.test/a.git", ref: "v9" },
  "git-failed": {
    code: "git-failed",
    ...web,
    url: "https://example.test/a.git",
    operation: "fetch HEAD",
    message: "fatal: no",
  },
  "dockerfile-missing": { code: "dockerfile-missing", ...web, file: "/repo/web/Dockerfile" },
  "dockerfile-invalid": {
    code: "dockerfile-invalid",
    ...web,
    file: "/repo/web/Dockerfile",
    message: "has no FROM",
  },
  "host-trust-unreadable": { code: "host-trust-unreadable", file: "/etc/ssl/ca.pem", message: "EACCES" },
  "report-unwritable": { code: "report-unwritable", file: "/out/sti.json", message: "EACCES" },
  "image-missing": { code: "image-missing", ...web, image },
  "pull-failed": { code: "pull-failed", ...web, image, reason: "denied", message: "401" },
  "push-failed": { code: "push-failed", ...web, tag: "acme/web:1", reason: "denied", message: "401" },
  "push-refused": { code: "push-refused", ...web, tag: "acme/web:1", reason: "its inputs changed" },
  "script-missing": { code: "script-missing", ...web, image, script },
  "script-not-executable": { code: "script-not-executable", ...web, image, script },
  "script-interpreter-missing": {
    code: "script-interpreter-missing",
    ...web,
    image,
    script,
    interpreter: "/bin/bash",
    carriageReturn: false,
  },
  "image-architecture": {
    code: "image-architecture",
    ...web,
    image,
    architecture: "arm64",
    engineArchitecture: "amd64",
  },
  "image-onbuild": { code: "image-onbuild", ...web, image, triggers: ["RUN make"] },
  "script-architecture": {
    code: "script-architecture",
    ...web,
    image,
    script: "/usr/bin/prepare",
    program: "/usr/bin/prepare",
    architecture: "arm64",
    engineArchitecture: "amd64",
  },
  "image-volume": { code: "image-volume", ...web, image, volumes: ["/app"], problem: "lost" },
  "method-unsupported": { code: "method-unsupported", ...web, engine: "Podman 5.4.2" },
  "secrets-unsupported": { code: "secrets-unsupported", ...web, engine: "Podman 5.4.2" },
  "limit-unsupported": { code: "limit-unsupported", ...web, limit: "memory", engine: "Docker Engine 28.5.2" },
  "container-removed": { code: "container-removed", ...web, during: "/usr/bin/prepare ran" },
  "image-shell-missing": { code: "image-shell-missing", ...web, image, needs: "hostTrust" },
  "user-not-allowed": { code: "user-not-allowed", ...web, image, uid: 0, allowed: [[1000, 1999]] },
  "script-timed-out": { code: "script-timed-out", ...web, image, script, limit: 600 },
  "image-user-unknown": { code: "image-user-unknown", ...web, image, user: "node" },
  "script-failed": {
    code: "script-failed",
    ...web,
    image,
    script,
    exitCode: 127,
    outOfMemory: false,
    incremental: false,
  },
  "incremental-impossible": { code: "incremental-impossible", ...web, reason: "build image changed" },
  "script-not-started": { code: "script-not-started", ...web, script, message: "exec format error" },
  "dockerfile-failed": { code: "dockerfile-failed", ...web, message: "RUN make", exitCode: 2 },
  "output-empty": { code: "output-empty", ...web, image, directory: "/tmp/build" },
  "result-unexpected": { code: "result-unexpected", ...web, message: "it has an entrypoint" },
  "engine-unreachable": {
    code: "engine-unreachable",
    host: "unix:///var/run/docker.sock",
    from: "DOCKER_HOST",
    reason: "permission",
    message: "connect EACCES",
  },
  "engine-unsupported": { code: "engine-unsupported", host: "tcp://old:2375", message: "API 1.24" },
  "engine-context-unknown": { code: "engine-context-unknown", message: 'there is no context "x"' },
  "engine-lost": { code: "engine-lost", operation: "commit container", message: "socket hang up" },
  "disk-full": { code: "disk-full", operation: "pull image", message: "no space left on device" },
  "engine-error": { code: "engine-error", operation: "tag image", status: 500, message: "oops" },
  bug: { code: "bug", message: "x is undefined" },
};

describe("describeFailure", () => {
  it.each(Object.values(samples))("$code fits the schema of events", (failure) => {
    checkDocument("event", { type: "config-broken", at: 0, failures: [failure] });
  });

  it.each(Object.values(samples))("says $code in one line that does not end in a full stop", (failure) => {
    const { summary, detail, hint } = describeFailure(failure);
    expect(summary).toMatch(/^[^\n]+[^.\n]$/);
    expect(`${summary}${detail ?? ""}${hint ?? ""}`).not.toMatch(/undefined is|\[object|\bundefined\b(?!$)/);
  });

  it("tells of line ends when the interpreter's name ends in a carriage return", () => {
    expect(describeFailure({ ...samples["script-interpreter-missing"], carriageReturn: true })).toEqual({
      summary: "/usr/bin/prepare of acme/builder cannot start: its first line ends in CR LF",
      hint: 'save the script with LF line ends (git: "*.sh text eol=lf" in .gitattributes) and rebuild the image',
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

  it("writes files as it is told to", () => {
    const { summary } = describeFailure(samples["source-missing"], (file) => file.replace("/repo/", ""));
    expect(summary).toBe("source web does not exist");
  });

  it("quotes file names that hold control characters", () => {
    expect(describeFailure(samples["source-name-invalid"]).detail).toBe('"a\\u001b"');
  });

  it("tells a script killed for memory from one that exited by itself", () => {
    const killed = describeFailure({ ...samples["script-failed"], exitCode: 137, outOfMemory: true });
    expect(killed.summary).toContain("out of memory");
    expect(describeFailure(samples["script-failed"]).summary).toContain("exited with 127");
  });
});
