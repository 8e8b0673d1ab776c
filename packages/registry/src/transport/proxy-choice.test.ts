import { expect, test } from "vitest";
import { chooseProxy } from "./proxy-choice.ts";

const proxies = { HTTPS_PROXY: "http://secure.proxy:3128", HTTP_PROXY: "plain.proxy" };

test.each([
  ["https://r.test/v2/", proxies, "http://secure.proxy:3128"],
  ["http://r.test/v2/", proxies, "http://plain.proxy"],
  ["https://r.test/", { HTTP_PROXY: "plain.proxy" }, undefined],
  ["https://r.test/", { https_proxy: "lower.proxy", HTTPS_PROXY: "upper.proxy" }, "http://lower.proxy"],
  ["https://r.test/", { https_proxy: "", HTTPS_PROXY: "upper.proxy" }, "http://upper.proxy"],
  ["https://localhost:5000/", proxies, undefined],
  ["http://127.0.0.3:5000/", proxies, undefined],
  ["http://[::1]:5000/", proxies, undefined],
])("%s with %j goes by %s", (url, env, expected) => {
  expect(chooseProxy(new URL(url), env)).toBe(expected);
});

test.each([
  ["*", "r.test", true],
  ["r.test", "r.test", true],
  ["R.TEST", "r.test", true],
  ["test", "r.test", true],
  [".test", "r.test", true],
  ["*.test", "r.test", true],
  [".r.test", "r.test", false],
  ["est", "r.test", false],
  ["a.test, r.test", "r.test", true],
  ["a.test r.test", "r.test", true],
  ["r.test:5000", "r.test:5000", true],
  ["r.test:5001", "r.test:5000", false],
  ["r.test:443", "r.test", true],
  ["10.0.0.1", "10.0.0.1", true],
  ["10.0.0.0/8", "10.1.2.3", true],
  ["10.0.0.0/8", "11.1.2.3", false],
  ["10.0.0.0/99", "10.1.2.3", false],
  ["10.0.0.0/8", "r.test", false],
  ["fd00::/8", "[fd12::1]", true],
  ["[fd12::1]:443", "[fd12::1]", true],
  ["fd12::1", "[fd12::1]", true],
  ["0.0.1", "10.0.0.1", false],
])("NO_PROXY=%s exempts %s: %s", (NO_PROXY, host, isExempt) => {
  const proxy = chooseProxy(new URL(`https://${host}/`), { ...proxies, NO_PROXY });
  expect(proxy === undefined).toBe(isExempt);
});
