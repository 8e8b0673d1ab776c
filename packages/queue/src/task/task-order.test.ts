import { generateSigningKey, parseSigningKey, parseVerificationKey, type SigningKey } from "@sti/attest";
import { buildTask, withField } from "@sti/testing/build-task";
import { expect, test } from "vitest";
import { orderTask, readOrder } from "./task-order.ts";

const { pem, public: verifying } = generateSigningKey();
const key = parseSigningKey(Buffer.from(pem)) as SigningKey;
const task = buildTask();
const now = 1_800_000_000_000;
const policy = { queue: "default", keys: [verifying], allowsUnsigned: false, now };
const order = { queue: "default", ordered: now, task };

test("a signed order is read as it was written", () => {
  expect(readOrder(orderTask(order, key), policy)).toEqual({ task });
});

test.each([
  ["unsigned", orderTask(order, undefined), "is not signed"],
  ["for another queue", orderTask({ ...order, queue: "other" }, key), 'is for the queue "other"'],
  ["old", orderTask({ ...order, ordered: now - 86_400_001 }, key), "is older than a day, or from the future"],
  [
    "from the future",
    orderTask({ ...order, ordered: now + 3_600_000 }, key),
    "is older than a day, or from the future",
  ],
  [
    "of another version",
    orderTask({ ...order, task: { ...task, version: 2 } as never }, key),
    "is of another version of sti",
  ],
  [
    "of another shape",
    orderTask({ ...order, task: withField(task, "node.images", 1) as never }, key),
    expect.stringContaining("has another shape than tasks of this version of sti: node.images: "),
  ],
  ["no order", orderTask({ ...order, ordered: "today" as never }, key), "is no order of sti"],
  ["without an envelope", { v: 1, target: "api", signed: "{}" } as const, "is no signed task"],
])("an order that is %s is refused", (_name, data, problem) => {
  expect(readOrder(data, policy)).toEqual({ problem });
});

test("an order that was changed after its signature is refused", () => {
  const { signed = "", ...data } = orderTask(order, key);
  const envelope = JSON.parse(signed);
  const payload = Buffer.from(JSON.stringify({ ...order, ordered: now - 1 })).toString("base64");
  const changed = { ...data, signed: JSON.stringify({ ...envelope, payload }) };
  expect(readOrder(changed, policy)).toEqual({ problem: "is signed by no trusted key" });
});

test("a key that is not listed counts for nothing, not even where unsigned orders are allowed beside keys", () => {
  const other = parseVerificationKey(generateSigningKey().public.text);
  if ("problem" in other) throw new Error(other.problem);
  const mixed = { ...policy, keys: [other], allowsUnsigned: true };
  expect(readOrder(orderTask(order, key), mixed)).toEqual({ problem: "is signed by no trusted key" });
});
