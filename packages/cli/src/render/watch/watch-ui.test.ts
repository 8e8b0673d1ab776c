import { describe, expect, test } from "vitest";
import { type Key, type KeyCommand, pressKey, STATUS, type WatchUi } from "./watch-ui.ts";

const TARGETS = ["web", "api", "api-docs"];
const CONTAINERS = ["api", "db"];
const CHOICES = { targets: TARGETS, containers: CONTAINERS, openable: [] };

/** Letters, or names of keys. */
function press(
  keys: readonly string[],
  targets: readonly string[] = TARGETS,
  containers = CONTAINERS,
  openable: readonly string[] = [],
) {
  let ui: WatchUi = STATUS;
  let command: KeyCommand | undefined;
  for (const key of keys) {
    const pressed: Key = key.length === 1 ? { name: key, text: key } : { name: key, meta: key === "escape" };
    ({ ui, command } = { command: undefined, ...pressKey(ui, pressed, { targets, containers, openable }) });
  }
  return { ui, command };
}

describe("the keys of a watch", () => {
  test("rebuild what is chosen among all targets", () => {
    expect(press(["r", "return"]).command).toEqual({ kind: "rebuild", targets: undefined, clean: false });
    expect(press(["c", "down", "return"]).command).toEqual({
      kind: "rebuild",
      targets: ["web"],
      clean: true,
    });
    expect(press(["r", "a", "p", "i", "return"]).command).toMatchObject({ targets: ["api"] });
  });

  test("ask nothing where there is one target", () => {
    expect(press(["r"], ["web"]).command).toEqual({ kind: "rebuild", targets: ["web"], clean: false });
    expect(press(["l"], ["web"]).ui).toMatchObject({ kind: "pane", content: "logs", target: "web" });
  });

  test("restart, stop and open a chosen container, and do nothing where there is none", () => {
    const kind = "container";
    expect(press(["R", "d", "b", "return"]).command).toEqual({ kind, action: "restart", name: "db" });
    expect(press(["s", "return"]).command).toEqual({ kind, action: "halt", name: "api" });
    expect(press(["o"], TARGETS, ["web"]).command).toEqual({ kind, action: "open", name: "web" });
    expect(press(["o"], TARGETS, CONTAINERS, ["db"]).command).toEqual({ kind, action: "open", name: "db" });
    expect(press(["s"], TARGETS, [])).toEqual({ ui: STATUS, command: undefined });
  });

  test("open the page", () => {
    expect(press(["u"]).command).toEqual({ kind: "page" });
  });

  test("ask before a clean build, also of the only target", () => {
    expect(press(["c"], ["web"])).toMatchObject({
      ui: { kind: "choose", action: "clean" },
      command: undefined,
    });
  });

  test("narrow the lines that scroll up, and print all again", () => {
    const shownBy = (...keys: readonly string[]) => press(keys).command;
    expect(shownBy("a", "d", "b", "return")).toEqual({ kind: "show", shown: { kind: "only", name: "db" } });
    expect(shownBy("f")).toEqual({ kind: "show", shown: { kind: "failures" } });
    expect(shownBy("/", "G", "E", "T", " ", "/", "return")).toEqual({
      kind: "show",
      shown: { kind: "text", text: "GET /" },
    });
    expect(shownBy("return")).toEqual({ kind: "show", shown: { kind: "all" } });
    expect(shownBy("/", "return")).toEqual({ kind: "show", shown: { kind: "all" } });
  });

  test("open and close panes and help", () => {
    expect(press(["w", "return"]).ui).toMatchObject({ kind: "pane", content: "why", target: "web" });
    expect(press(["w", "return", "w"]).ui).toEqual(STATUS);
    expect(press(["l", "return", "escape"]).ui).toEqual(STATUS);
    expect(press(["?"]).ui).toEqual({ kind: "help" });
    expect(press(["h", "?"]).ui).toEqual(STATUS);
  });

  test("type a name where one is chosen, also one with letters that do something else elsewhere", () => {
    expect(press(["l", "d", "o", "c", "return"]).ui).toMatchObject({ target: "api-docs" });
    expect(press(["l", "q"])).toMatchObject({ ui: { kind: "choose", filter: "q" }, command: undefined });
    expect(press(["l", "q", "return"]).ui).toMatchObject({ kind: "choose" });
    expect(press(["l", "q", "backspace", "return"]).ui).toMatchObject({ target: "web" });
  });

  test("end, interrupt and suspend the watch wherever they are pressed", () => {
    expect(press(["q"]).command).toEqual({ kind: "quit" });
    for (const ui of [STATUS, { kind: "choose", action: "logs", filter: "", cursor: 0 }] as const) {
      expect(pressKey(ui, { name: "c", ctrl: true }, CHOICES).command).toEqual({ kind: "interrupt" });
      expect(pressKey(ui, { name: "z", ctrl: true }, CHOICES).command).toEqual({ kind: "suspend" });
    }
  });

  test("pause the watch, but where text is typed", () => {
    expect(press(["p"])).toEqual({ ui: STATUS, command: { kind: "pause" } });
    expect(press(["w", "return", "p"]).command).toEqual({ kind: "pause" });
    expect(press(["l", "p"]).command).toBeUndefined();
  });

  test("never move out of what there is to choose", () => {
    const { ui } = press(["l", "up", "pagedown", "pagedown", "down"]);
    expect(ui).toMatchObject({ cursor: 2 });
    expect(press(["l", "pageup"]).ui).toMatchObject({ cursor: 0 });
  });
});
