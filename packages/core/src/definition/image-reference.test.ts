import { describe, expect, test } from "vitest";
import { deriveBuildTag, parseImageReference } from "./image-reference.ts";

function reference(written: string) {
  const parsed = parseImageReference(written);
  if ("problem" in parsed) throw new Error(parsed.problem);
  return parsed.reference;
}

describe("an image reference", () => {
  test.each([
    ["debian", "docker.io/library/debian:latest", "debian:latest"],
    ["debian:bookworm-slim", "docker.io/library/debian:bookworm-slim", "debian:bookworm-slim"],
    ["docker.io/debian", "docker.io/library/debian:latest", "debian:latest"],
    ["index.docker.io/library/debian", "docker.io/library/debian:latest", "debian:latest"],
    ["acme/api:1.2", "docker.io/acme/api:1.2", "acme/api:1.2"],
    ["localhost/api", "localhost/api:latest", "localhost/api:latest"],
    ["localhost:5000/api", "localhost:5000/api:latest", "localhost:5000/api:latest"],
    ["[::1]:5000/a/b:x", "[::1]:5000/a/b:x", "[::1]:5000/a/b:x"],
    ["quay.example/a__b/c-d:T_1", "quay.example/a__b/c-d:T_1", "quay.example/a__b/c-d:T_1"],
  ])("written %s is one image, however it is written", (written, full, short) => {
    expect(reference(written)).toMatchObject({ full, short });
  });

  test("keeps a digest beside a tag, and gives no tag to a bare digest", () => {
    const digest = `sha256:${"a".repeat(64)}`;
    expect(reference(`debian@${digest}`)).toMatchObject({ tag: undefined, digest });
    expect(reference(`debian:12@${digest}`).full).toBe(`docker.io/library/debian:12@${digest}`);
  });

  test.each([
    ["", /no name/],
    ["Acme/Api", /lower case/],
    ["Acme/web", /lower case/],
    ["acme/web:feature/JIRA-12", /a "\/" in its tag "feature\/JIRA-12"; write "feature-jira-12"/],
    ["web:feature/x", /write "feature-x"/],
    ["registry:5000/acme/web:a/b/c", /write "a-b-c"/],
    ["[::1]:5000/web:a/b", /write "a-b"/],
    ["acme//api", /lower-case letters/],
    ["acme/api:", /tag/],
    ["acme/api:a b", /tag/],
    [`acme/api:${"x".repeat(129)}`, /tag/],
    ["acme/-api", /lower-case letters/],
    [`acme/${"x".repeat(260)}`, /255/],
    ["acme/api@sha256:12", /digest/],
    [`sha256:${"b".repeat(64)}`, /image id/],
    ["acme api", /lower-case letters/],
  ])("%j is refused with what is wrong", (written, problem) => {
    const parsed = parseImageReference(written);
    expect("problem" in parsed ? parsed.problem : "").toMatch(problem);
  });

  test("has a tag of its own for the build stage of an extended build", () => {
    expect(deriveBuildTag(reference("acme/web:dev"))).toMatchObject({
      full: "docker.io/acme/web:dev-build",
      short: "acme/web:dev-build",
    });
  });
});
