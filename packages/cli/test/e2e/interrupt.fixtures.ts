// Calls to the engine that never end, each with what sti is asked to do then.
import { A_METHOD, METHODS } from "@sti/testing/engine-methods";

export interface Case {
  readonly call: string;
  /** "call": the engine has done it, and only its answer never comes. */
  readonly after: "call" | "nothing";
  /** Left out: the call is made whatever the method. */
  readonly method?: "dockerfile" | "container";
  /** The app was built before: this build has its artifacts, and replaces its image. */
  readonly again?: boolean;
  /** `wait`: prepare does not end by itself, so that the call is one of those that clean up. */
  readonly wait?: boolean;
  readonly signal?: "SIGINT" | "SIGTERM";
  readonly args?: readonly string[];
  /** Matches the objects named as left. */
  readonly left?: RegExp;
}

/** Repository of the images of these cases. */
export const REPOSITORY = "sti-e2e-interrupt";

const BUILDER = `${REPOSITORY}/builder`;
const WATCH = ["watch", "-v", "-m", "container", "app"];
const method = "container";

const CONTAINER = /container sti-build-/;

const ALL_CASES: readonly Case[] = [
  { call: "GET /_ping", after: "nothing" },
  { call: "GET /info", after: "nothing" },
  { call: "GET /images/json", after: "nothing" },
  { call: "GET /containers/json", after: "nothing", signal: "SIGTERM" },
  // A look-up finds it by its name, and it is removed like any other.
  { call: "POST /containers/create", method, after: "call" },
  { call: "POST /containers/create", method, after: "nothing", left: CONTAINER },
  { call: "PUT /containers/:id/archive", method, after: "call" },
  { call: "POST /containers/:id/attach", method, after: "nothing" },
  { call: "POST /containers/:id/start", method, after: "call", signal: "SIGTERM" },
  { call: "POST /containers/:id/wait", method, after: "nothing" },
  { call: "POST /containers/:id/kill", method, after: "nothing", wait: true },
  { call: "POST /commit", method, after: "call" },
  { call: "POST /commit", method, after: "nothing", left: /untagged image/ },
  { call: "GET /images/:id/json", after: "nothing" },
  { call: "POST /images/:id/tag", after: "call" },
  { call: "POST /images/:id/tag", after: "nothing" },
  { call: "DELETE /containers/:id", method, after: "call", left: CONTAINER },
  { call: "DELETE /containers/:id", method, after: "nothing", wait: true, left: CONTAINER },
  { call: "DELETE /volumes/:id", method, after: "nothing", again: true, left: /volume sti-build-/ },
  { call: "DELETE /images/:id", after: "nothing", again: true },
  { call: "POST /build", after: "nothing", method: "dockerfile" },
  { call: "POST /containers/:id/start", method, after: "nothing", args: WATCH },
  { call: "DELETE /containers/:id", method, after: "nothing", args: WATCH, wait: true, left: CONTAINER },
  { call: "GET /system/df", after: "nothing", args: ["clean"] },
  { call: "POST /containers/create", after: "call", args: ["validate", BUILDER] },
  { call: "DELETE /containers/:id", after: "nothing", args: ["usage", BUILDER], left: CONTAINER },
];

export const CASES = ALL_CASES.filter((one) => one.method === undefined || METHODS.includes(one.method));

/** Title of a case's test. */
export const nameOf = ({
  after,
  again = false,
  args,
  call,
  method = A_METHOD,
  signal = "SIGINT",
  wait = false,
}: Case) =>
  `${call} hangs ${after === "call" ? "when it is done" : "before it is done"}, ${args?.[0] ?? method}${again ? " again" : ""}${wait ? ", prepare waits" : ""}, ${signal}`;
