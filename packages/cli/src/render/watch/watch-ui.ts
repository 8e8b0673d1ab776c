// Key handling of a watch: a pure function from the shown state and a key to the next state and a command. Reading keys
// is read-keys.ts, drawing is render/watch/draw-watch.ts.

/** Action for the chosen target, or for the chosen container. */
export type TargetAction = "rebuild" | "clean" | "logs" | "why";
export type ContainerAction = "restart" | "halt" | "open";
/** Narrowing of the lines that scroll up: those of one app or service, or those with a text. */
export type ShowAction = "only" | "find";

/** Lines that scroll up; the others are not printed, and are in the logs. */
export type Shown =
  | { readonly kind: "all" }
  | { readonly kind: "failures" }
  | { readonly kind: "only"; readonly name: string }
  | { readonly kind: "text"; readonly text: string };

/** Names to choose from, those that are asked for most likely first. */
export interface Choices {
  readonly targets: readonly string[];
  /** Apps and services with a container. */
  readonly containers: readonly string[];
  /** Those of them with an address. */
  readonly openable: readonly string[];
}

/** Content of the screen besides the state of the targets. */
export type WatchUi =
  | { readonly kind: "status" }
  | { readonly kind: "help" }
  | {
      readonly kind: "choose";
      readonly action: TargetAction | ContainerAction | ShowAction;
      /** Typed text: part of a name. */
      readonly filter: string;
      /** Index in the remaining choices. */
      readonly cursor: number;
    }
  | {
      readonly kind: "pane";
      readonly content: "logs" | "why";
      readonly target: string;
      /** Lines that are scrolled back from the end. */
      readonly back: number;
    };

/** A key as Node's readline names it. */
export interface Key {
  readonly name?: string | undefined;
  readonly ctrl?: boolean | undefined;
  readonly meta?: boolean | undefined;
  /** Text that the key types, if any. */
  readonly text?: string | undefined;
}

export type KeyCommand =
  | { readonly kind: "quit" }
  | { readonly kind: "interrupt" }
  | { readonly kind: "suspend" }
  | { readonly kind: "pause" }
  | { readonly kind: "show"; readonly shown: Shown }
  /** Open the live page. */
  | { readonly kind: "page" }
  | { readonly kind: "container"; readonly action: ContainerAction; readonly name: string }
  /** `targets`: undefined for all. */
  | { readonly kind: "rebuild"; readonly targets: readonly string[] | undefined; readonly clean: boolean };

export interface Pressed {
  readonly ui: WatchUi;
  readonly command?: KeyCommand;
}

export const STATUS: WatchUi = { kind: "status" };
/** The first choice where something can be done with all targets. */
export const ALL_TARGETS = "all targets";
/** Lines that a page key moves by. */
const PAGE = 10;

type Action = TargetAction | ContainerAction | ShowAction;

const actions: Readonly<Record<string, Action>> = {
  ...{ r: "rebuild", c: "clean", l: "logs", w: "why" },
  ...{ R: "restart", s: "halt", o: "open" },
  ...{ a: "only", "/": "find" },
};

const CONTAINER_ACTIONS: ReadonlySet<string> = new Set<ContainerAction>(["restart", "halt", "open"]);

function isOfContainer(action: Action): action is ContainerAction {
  return CONTAINER_ACTIONS.has(action);
}

export function pressKey(ui: WatchUi, key: Key, choices: Choices): Pressed {
  if (key.ctrl === true && key.name === "c") return { ui, command: { kind: "interrupt" } };
  if (key.ctrl === true && key.name === "z") return { ui, command: { kind: "suspend" } };
  // Node takes an escape by itself for one with the key that it begins.
  if (key.ctrl === true || (key.meta === true && key.name !== "escape")) return { ui };
  switch (ui.kind) {
    case "status":
    case "help":
      return pressInStatus(ui, key, choices);
    case "choose":
      return pressInChoice(ui, key, choices);
    case "pane":
      return pressInPane(ui, key, choices);
    default:
      return ui satisfies never;
  }
}

/** Targets, or containers, that match the filter. */
export function choicesOf(
  { action, filter }: Extract<WatchUi, { kind: "choose" }>,
  choices: Choices,
): readonly string[] {
  const { containers, targets } = choices;
  if (action === "find") return [];
  if (action === "only") return [...new Set([...containers, ...targets])].filter(isMeant);
  const all = isOfContainer(action)
    ? containersFor(action, choices)
    : action === "rebuild" || action === "clean"
      ? [ALL_TARGETS, ...targets]
      : targets;
  return all.filter(isMeant);

  function isMeant(name: string): boolean {
    return name.toLowerCase().includes(filter.toLowerCase());
  }
}

/** Where none has an address, the choice of one says so. */
function containersFor(action: ContainerAction, { containers, openable }: Choices): readonly string[] {
  return action === "open" && openable.length > 0 ? openable : containers;
}

function pressInStatus(ui: WatchUi, key: Key, choices: Choices): Pressed {
  const letter = key.text ?? key.name ?? "";
  if (letter === "q") return { ui, command: { kind: "quit" } };
  if (letter === "p") return { ui: STATUS, command: { kind: "pause" } };
  if (letter === "u") return { ui, command: { kind: "page" } };
  if (letter === "?" || letter === "h") return { ui: ui.kind === "help" ? STATUS : { kind: "help" } };
  if (key.name === "escape") return { ui: STATUS };
  if (letter === "f") return { ui: STATUS, command: { kind: "show", shown: { kind: "failures" } } };
  if (key.name === "return" || key.name === "enter")
    return { ui: STATUS, command: { kind: "show", shown: { kind: "all" } } };
  const action = actions[letter];
  if (action === undefined) return { ui };
  const [only, ...others] = isOfContainer(action) ? containersFor(action, choices) : choices.targets;
  if (only === undefined && isOfContainer(action)) return { ui };
  // Nothing is asked where there is nothing to choose; but a clean build may take long.
  const isAsked = action === "clean" || action === "find" || action === "only";
  if (only !== undefined && others.length === 0 && !isAsked) return act(action, only);
  return { ui: { kind: "choose", action, filter: "", cursor: 0 } };
}

function pressInChoice(ui: Extract<WatchUi, { kind: "choose" }>, key: Key, given: Choices): Pressed {
  const choices = choicesOf(ui, given);
  const cursor = Math.min(ui.cursor, Math.max(0, choices.length - 1));
  const move = (by: number): Pressed => {
    const to = Math.max(0, Math.min(choices.length - 1, cursor + by));
    return { ui: { ...ui, cursor: to } };
  };
  switch (key.name) {
    case "escape":
      return { ui: STATUS };
    case "up":
      return move(-1);
    case "down":
    case "tab":
      return move(1);
    case "pageup":
      return move(-PAGE);
    case "pagedown":
      return move(PAGE);
    case "backspace":
      return { ui: { ...ui, filter: ui.filter.slice(0, -1), cursor: 0 } };
    case "return":
    case "enter": {
      if (ui.action === "find") return { ui: STATUS, command: { kind: "show", shown: textOf(ui.filter) } };
      const chosen = choices[cursor];
      return chosen === undefined ? { ui } : act(ui.action, chosen);
    }
    default:
      if (key.text === undefined || !TYPED[ui.action === "find" ? "text" : "name"].test(key.text))
        return { ui };
      return { ui: { ...ui, filter: ui.filter + key.text, cursor: 0 } };
  }
}

function pressInPane(ui: Extract<WatchUi, { kind: "pane" }>, key: Key, choices: Choices): Pressed {
  switch (key.name) {
    case "up":
      return { ui: { ...ui, back: ui.back + 1 } };
    case "down":
      return { ui: { ...ui, back: Math.max(0, ui.back - 1) } };
    case "pageup":
      return { ui: { ...ui, back: ui.back + PAGE } };
    case "pagedown":
      return { ui: { ...ui, back: Math.max(0, ui.back - PAGE) } };
    case "escape":
    case "return":
      return { ui: STATUS };
    default:
      // The key that opened it closes it.
      return actions[key.text ?? ""] === ui.content ? { ui: STATUS } : pressInStatus(ui, key, choices);
  }
}

/** Characters that can be typed. */
const TYPED = { name: /^[\w.-]$/, text: /^[^\p{C}]$/u } as const;

function textOf(text: string): Shown {
  return text === "" ? { kind: "all" } : { kind: "text", text };
}

function act(action: Action, chosen: string): Pressed {
  if (action === "only")
    return { ui: STATUS, command: { kind: "show", shown: { kind: "only", name: chosen } } };
  if (action === "find") return { ui: STATUS };
  if (isOfContainer(action)) return { ui: STATUS, command: { kind: "container", action, name: chosen } };
  if (action === "logs" || action === "why") {
    return { ui: { kind: "pane", content: action, target: chosen, back: 0 } };
  }
  const targets = chosen === ALL_TARGETS ? undefined : [chosen];
  return { ui: STATUS, command: { kind: "rebuild", targets, clean: action === "clean" } };
}
