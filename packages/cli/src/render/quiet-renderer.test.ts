import { expect, it } from "vitest";
import { createRecordingOutput, fakeSession } from "../../test/fake-session.ts";
import { createQuietRenderer } from "./quiet-renderer.ts";

it("prints failures and nothing else", () => {
  const stderr = createRecordingOutput();
  const renderer = createQuietRenderer({ stderr, errorColour: false, cwd: "/repo" });
  const outcomes = { web: "failed", admin: "failed" } as const;
  for (const event of fakeSession({ names: ["api", "web", "admin"], concurrency: 2, outcomes }))
    renderer.render(event);
  renderer.close();
  const blocks = stderr.text().split("\n\n");
  expect(blocks.map((block) => block.split("\n")[0])).toEqual([
    "✖ apps.web: /usr/bin/prepare of acme/builder exited with 1",
    "✖ apps.admin: /usr/bin/prepare of acme/builder exited with 1",
  ]);
});
