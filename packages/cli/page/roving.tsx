// A list or a drawing of links as one stop of the Tab key, with arrow keys, Home and End inside.
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

export interface RovingProps {
  /** Keys go up and down a list, and to the nearest link of a drawing. */
  readonly kind: "list" | "drawing";
  readonly class?: string;
  readonly children: ComponentChildren;
}

type Link = HTMLElement | SVGElement;

export function Roving({ children, class: name, kind }: RovingProps) {
  const group = useRef<HTMLDivElement>(null);
  // Links come and go with every drawing of the page.
  useEffect(() => {
    const links = linksOf(group.current);
    const stops = links.filter(({ tabIndex }) => tabIndex === 0);
    if (links.length > 0 && stops.length !== 1) stopAt(links, stops[0] ?? links[0]);
  });
  const follow = (event: FocusEvent) => {
    const link = linkAt(event.target);
    if (link !== undefined) stopAt(linksOf(group.current), link);
  };
  const press = (event: KeyboardEvent) => {
    const links = linksOf(group.current);
    const current = linkAt(event.target);
    const at = current === undefined ? -1 : links.indexOf(current);
    if (current === undefined || at === -1) return;
    if (event.key === " ") {
      event.preventDefault();
      current.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
      return;
    }
    const next = kind === "drawing" ? nearest(current, links, event.key) : neighbour(links, at, event.key);
    if (next === undefined) return;
    event.preventDefault();
    next.focus();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the links inside are what is pressed
    <div ref={group} class={name} onFocusIn={follow} onKeyDown={press}>
      {children}
    </div>
  );
}

function linksOf(group: Element | null): readonly Link[] {
  return [...(group?.querySelectorAll<Link>("a") ?? [])].filter((link) => link.checkVisibility());
}

function linkAt(target: EventTarget | null): Link | undefined {
  return target instanceof Element ? (target.closest<Link>("a") ?? undefined) : undefined;
}

function stopAt(links: readonly Link[], link: Link | undefined): void {
  for (const other of links) other.tabIndex = other === link ? 0 : -1;
}

function neighbour(links: readonly Link[], at: number, key: string): Link | undefined {
  const index = { Home: 0, End: links.length - 1, ArrowDown: at + 1, ArrowUp: at - 1 }[key];
  return index === undefined ? undefined : links[index];
}

/** The link that lies next in the direction of an arrow key. */
function nearest(from: Link, links: readonly Link[], key: string): Link | undefined {
  if (key === "Home") return links[0];
  if (key === "End") return links.at(-1);
  const direction = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[key];
  if (direction === undefined) return undefined;
  const [dx = 0, dy = 0] = direction;
  const here = from.getBoundingClientRect();
  let best: Link | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const link of links) {
    const there = link.getBoundingClientRect();
    const [x, y] = [there.x - here.x, there.y - here.y];
    const along = x * dx + y * dy;
    const distance = along + 3 * Math.abs(x * dy + y * dx);
    if (along > 1 && distance < least) [best, least] = [link, distance];
  }
  return best;
}
