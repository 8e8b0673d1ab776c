import { formatSessionId, parseOwner, type SessionOwner } from "@sti/core";
import { expect, test } from "vitest";
import type { ProcessPlace } from "./process-place.ts";
import { currentOwner, isDeadOwner, judgeOwner, type OwnerState, ownerAt } from "./session-owner.ts";

const MACHINE: ProcessPlace = {
  hostname: "build",
  machine: "0123456789abcdef",
  boot: "11111111-1111",
  namespaces: "pid:[4026531836] time:[4026531834]",
  isWholeMachine: true,
  hasOwnProc: true,
};
const CONTAINER: ProcessPlace = {
  ...MACHINE,
  namespaces: "pid:[4026532001] time:[4026531834]",
  isWholeMachine: false,
};
const LATER = { boot: "22222222-2222" };
const NAMELESS = { machine: "" };
/** A system without /proc. */
const MAC: ProcessPlace = {
  hostname: "build",
  machine: "aa:bb:cc:dd:ee:ff",
  boot: undefined,
  namespaces: "darwin",
  isWholeMachine: true,
  hasOwnProc: false,
};

/**
 * State of the owner, process 7 that started at tick 100, as judged from `here`; `runs`: the start time of process 7
 * there.
 */
function judge(owner: ProcessPlace, here: ProcessPlace, runs: string | undefined): OwnerState {
  return judgeOwner(ownerAt(owner, { pid: 7, started: "100", nonce: "abcdef" }), {
    place: here,
    isRunning: () => runs !== undefined,
    startTime: () => runs,
  });
}

test.each<[string, ProcessPlace, ProcessPlace, string | undefined, OwnerState]>([
  ["a process that runs", MACHINE, MACHINE, "100", "running"],
  ["a process that has ended", MACHINE, MACHINE, undefined, "ended"],
  ["a pid that another process has by now", MACHINE, MACHINE, "200", "ended"],
  [
    "a pid whose start times are another namespace's",
    { ...MACHINE, hasOwnProc: false },
    { ...MACHINE, hasOwnProc: false },
    "200",
    "running",
  ],
  ["a process that ended in this container", CONTAINER, CONTAINER, undefined, "ended"],
  ["a process of a container, from the machine", CONTAINER, MACHINE, undefined, "unknown"],
  ["a process of the machine, from a container", MACHINE, CONTAINER, undefined, "unknown"],
  [
    "a process of another container",
    CONTAINER,
    { ...CONTAINER, namespaces: "pid:[4026532002] time:[4026531834]" },
    undefined,
    "unknown",
  ],
  ["a process of an earlier boot of this machine", MACHINE, { ...MACHINE, ...LATER }, "100", "ended"],
  [
    "another boot seen from a container: its machine id is its image's",
    CONTAINER,
    { ...CONTAINER, ...LATER },
    undefined,
    "unknown",
  ],
  [
    "another boot where the machine has no id",
    { ...MACHINE, ...NAMELESS },
    { ...MACHINE, ...NAMELESS, ...LATER },
    undefined,
    "unknown",
  ],
  [
    "a machine without an id: one boot id is one kernel",
    { ...MACHINE, ...NAMELESS },
    { ...MACHINE, ...NAMELESS },
    undefined,
    "ended",
  ],
  ["another machine of the same name", MACHINE, { ...MACHINE, machine: "fedcba" }, undefined, "unknown"],
  [
    "a place where namespaces cannot be read",
    { ...MACHINE, namespaces: undefined },
    { ...MACHINE, namespaces: undefined },
    undefined,
    "unknown",
  ],
  ["a process that ended on a system without /proc", MAC, MAC, undefined, "ended"],
  [
    "another such system of the same name",
    MAC,
    { ...MAC, machine: "00:11:22:33:44:55" },
    undefined,
    "unknown",
  ],
  ["one that has no network address", { ...MAC, machine: "" }, { ...MAC, machine: "" }, undefined, "unknown"],
])("judges %s", (_, owner, here, runs, state) => {
  expect(judge(owner, here, runs)).toBe(state);
});

test("does not judge names of versions that knew the machine by its name alone", () => {
  const old = parseOwner("sti-build-1a2b3c4d-5e6f7a8b-7-100-abcdef-1") as SessionOwner;
  expect(judgeOwner(old, { place: MACHINE, isRunning: () => false })).toBe("unknown");
});

test("finds itself running, by the name that its containers have", () => {
  const owner = currentOwner();
  expect(parseOwner(`${formatSessionId(owner)}-3`)).toEqual(owner);
  expect(isDeadOwner(owner)).toBe(false);
});
