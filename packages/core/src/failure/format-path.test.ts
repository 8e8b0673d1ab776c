import { describe, expect, it } from "vitest";
import { formatPath } from "./format-path.ts";

describe("formatPath", () => {
  it("writes plain keys with dots, others in brackets", () => {
    expect(formatPath(["apps", "web", "tag"])).toBe("apps.web.tag");
    expect(formatPath(["apps", "odd name", "tag"])).toBe('apps["odd name"].tag');
    expect(formatPath(["apps", "web", "ignore", 2])).toBe("apps.web.ignore[2]");
    expect(formatPath(["apps", "node-builder"])).toBe("apps.node-builder");
  });
});
