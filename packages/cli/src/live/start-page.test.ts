import { expect, onTestFinished, test } from "vitest";
import { createRecordingOutput } from "../../test/fake-session.ts";
import { refusePage, type StartedPage, startPage } from "./start-page.ts";

test("the address is printed, and a port that is taken is reported", async () => {
  const stderr = createRecordingOutput() as ReturnType<typeof createRecordingOutput> & NodeJS.WriteStream;
  const page = (await startPage(0, { stderr })) as StartedPage;
  onTestFinished(() => page.close());
  const [, port] = /^page: http:\/\/127\.0\.0\.1:(\d+)\/#token=[\w-]{32}\n$/.exec(stderr.text()) ?? [];
  expect(page.openingAddress()).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:${port}/#ticket=[\\w-]{32}$`));
  expect(await startPage(Number(port), { stderr })).toBe("unavailable");
  expect(stderr.text()).toContain(
    `sti: cannot show the page: port ${port} is taken; use another one, or --ui without a port\n`,
  );
});

test("in a CI there is no page", () => {
  const stderr = createRecordingOutput() as ReturnType<typeof createRecordingOutput> & NodeJS.WriteStream;
  expect(refusePage({ env: { CI: "true" }, stderr })).toBe(2);
  expect(stderr.text()).toContain("--report html");
  expect(refusePage({ env: {}, stderr })).toBeUndefined();
});
