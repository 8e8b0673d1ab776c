import { expect, test } from "vitest";
import { applyProfiles, pathInProfile } from "./profiles.ts";

const CONFIG = {
  concurrency: 2,
  apps: { api: { tag: "acme/api", env: { A: "1", B: "1" }, ignore: ["a"] } },
  profiles: {
    ci: { concurrency: 8, apps: { api: { env: { B: "2" }, ignore: ["b"] } } },
    debug: { apps: { api: { env: { B: "3", C: "3" } } } },
  },
};

test("objects are merged, everything else takes the place of what was there, and the last profile counts", () => {
  expect(applyProfiles(CONFIG, ["ci", "debug"])).toMatchObject({
    ok: true,
    value: {
      concurrency: 8,
      apps: { api: { tag: "acme/api", env: { A: "1", B: "3", C: "3" }, ignore: ["b"] } },
    },
  });
  expect(CONFIG.apps.api.env).toEqual({ A: "1", B: "1" });
});

test("without a name the config is as it was written", () => {
  expect(applyProfiles(CONFIG, [])).toEqual({ ok: true, value: CONFIG });
});

test("a name that is not there is refused, with the one that was meant", () => {
  expect(applyProfiles(CONFIG, ["dbug", "x"])).toMatchObject({
    failures: [
      { code: "profile-unknown", name: "dbug", suggestion: "debug" },
      { code: "profile-unknown", name: "x", known: ["ci", "debug"] },
    ],
  });
  expect(applyProfiles("text", ["ci"])).toMatchObject({ failures: [{ code: "profile-unknown" }] });
});

test("a value is found in the profile that gave it", () => {
  expect(pathInProfile(CONFIG, ["concurrency"], ["ci", "debug"])).toEqual(["profiles", "ci", "concurrency"]);
  expect(pathInProfile(CONFIG, ["apps", "api", "tag"], ["ci"])).toEqual(["apps", "api", "tag"]);
});
