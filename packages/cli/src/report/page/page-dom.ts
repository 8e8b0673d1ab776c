// The little of the browser that the page's script uses, as types: the project's own are those of Node.js.

export interface PageElement {
  readonly dataset: Record<string, string | undefined>;
  readonly classList: { toggle(name: string, on: boolean): void; contains(name: string): boolean };
  readonly textContent: string;
  value: string;
  tabIndex: number;
  hidden: boolean;
  readonly id: string;
  readonly clientWidth: number;
  readonly clientHeight: number;
  readonly scrollHeight: number;
  scrollTop: number;
  scrollLeft: number;
  readonly parentElement: PageElement | null;
  getAttribute(name: string): string | null;
  setAttribute(name: string, value: string): void;
  closest(selector: string): PageElement | null;
  querySelector(selector: string): PageElement | null;
  querySelectorAll(selector: string): Iterable<PageElement>;
  getBoundingClientRect(): { readonly x: number; readonly y: number };
  addEventListener(type: string, listener: (event: PageEvent) => void): void;
  append(...elements: readonly PageElement[]): void;
  contains(element: PageElement | null): boolean;
  focus(options?: { readonly preventScroll: boolean }): void;
  select(): void;
}

export interface PageEvent {
  readonly key: string;
  readonly target: PageElement;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  preventDefault(): void;
}

export interface PageDocument extends PageElement {
  readonly documentElement: PageElement;
  readonly activeElement: PageElement | null;
  getElementById(id: string): PageElement | null;
}

export interface PageWindow {
  readonly location: { readonly hash: string };
  readonly history: { replaceState(state: null, title: string, url: string): void };
  scrollBy(x: number, y: number): void;
  addEventListener(type: string, listener: () => void): void;
}
