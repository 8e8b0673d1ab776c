// The opened target or container: in the fragment of the address, so that it can be linked and survives a reload.
import { useEffect, useState } from "preact/hooks";
import type { PageState } from "./state.ts";

export interface Selection {
  readonly kind: "target" | "container" | undefined;
  readonly name: string;
}

/** Input of each section. */
export interface View {
  readonly state: PageState;
  /** Targets that pass the filter; undefined without one. */
  readonly kept: ReadonlySet<string> | undefined;
  readonly selection: Selection;
}

const NOTHING: Selection = { kind: undefined, name: "" };
let opener: Element | null = null;

export function useSelection(): Selection {
  const [selection, setSelection] = useState(NOTHING);
  useEffect(() => {
    const follow = () => {
      const next = readFragment(location.hash);
      const active = document.activeElement;
      if (next.kind !== undefined && active !== null && active.closest("aside") === null) opener = active;
      setSelection(next);
    };
    follow();
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  return selection;
}

/** The focus goes back to the element from which the details were opened. */
export function closeSelection(): void {
  history.replaceState(null, "", "#");
  dispatchEvent(new Event("hashchange"));
  if (opener instanceof HTMLElement || opener instanceof SVGElement) opener.focus({ preventScroll: true });
}

export function openSelection(fragment: string): void {
  history.replaceState(null, "", fragment);
  dispatchEvent(new Event("hashchange"));
}

function readFragment(fragment: string): Selection {
  const [, kind, name = ""] = /^#(target|container)=(.+)$/.exec(fragment) ?? [];
  if (kind !== "target" && kind !== "container") return NOTHING;
  try {
    return { kind, name: decodeURIComponent(name) };
  } catch {
    // Typed by hand, or cut off.
    return NOTHING;
  }
}
