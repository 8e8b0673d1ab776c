import { expect, test } from "vitest";
import { QueueUnreachableError } from "./queue-connection.ts";
import { parseQueuePlace, queueName } from "./queue-place.ts";

test.each([
  ["redis://queue", false, "redis://queue"],
  ["rediss://queue", true, "rediss://queue"],
  ["postgres://db/q", false, "postgres://db/q"],
  ["postgres://db/q?sslmode=disable", false, "postgres://db/q?sslmode=disable"],
  ["postgres://db/q?sslmode=no-verify", false, "postgres://db/q?sslmode=no-verify"],
  ["postgres://db/q?sslmode=verify-full", true, "postgres://db/q?sslmode=verify-full"],
  ["postgresql://db/q?sslmode=require", true, "postgresql://db/q?sslmode=verify-full"],
])("%s: the server's certificate is checked: %s", (text, isSecure, url) => {
  expect(parseQueuePlace(text)).toMatchObject({ isSecure, url });
});

test("credentials and parameters are not shown, and a name makes a queue of its own", () => {
  const place = parseQueuePlace("rediss://sti:secret@queue:6380/?queue=pull-requests");
  expect(place).toMatchObject({ shown: "rediss://queue:6380", name: "pull-requests" });
  expect(queueName({ name: "pull-requests" }, "linux/amd64")).toBe("sti-pull-requests-linux-amd64");
});

test.each(["queue:6379", "http://queue", "redis://queue?queue=Not A Name"])("%s is refused", (text) => {
  expect(parseQueuePlace(text)).toEqual({ problem: expect.any(String) });
});

test.each([
  ["SELF_SIGNED_CERT_IN_CHAIN", true],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", true],
  ["ERR_TLS_CERT_ALTNAME_INVALID", true],
  ["CERT_HAS_EXPIRED", true],
  ["ECONNREFUSED", false],
])("an error %s is about the certificate: %s", (code, isUntrusted) => {
  const cause = Object.assign(new Error("x"), { code });
  const message =
    "not accepted; if the root CA is installed locally, try running Node.js with --use-system-ca";
  expect(new QueueUnreachableError(message, cause)).toMatchObject({ isUntrusted, message: "not accepted" });
});
