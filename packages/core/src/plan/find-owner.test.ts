import { expect, test } from "vitest";
import { findOwner } from "./find-owner.ts";

const DATABASES = {
  passwd: "root:x:0:0:root:/root:/bin/sh\napp:x:1001:2002::/srv:/bin/sh\n",
  group: "root:x:0:\nstaff:x:50:app\n",
};

test.each([
  ["app", { uid: 1001, gid: 2002 }],
  ["1001", { uid: 1001, gid: 2002 }],
  ["4711", { uid: 4711, gid: 0 }],
  ["4711:12", { uid: 4711, gid: 12 }],
  ["app:staff", { uid: 1001, gid: 50 }],
  ["app:", { uid: 1001, gid: 2002 }],
  ["nobody-knows", undefined],
  ["app:nogroup", undefined],
])("the user %j is resolved as the engine would", (user, owner) => {
  expect(findOwner(user, DATABASES)).toEqual(owner);
});
