// The page, made by packages/cli/bundle/page-module.ts from packages/cli/page.
declare module "virtual:page" {
  /** The page's script, for a script element. */
  export const script: string;
  export const style: string;
  /** Throws unless the session has started. */
  export function renderPage(parts: import("./page-state.ts").PageParts): {
    readonly title: string;
    readonly body: string;
    /** Rules that depend on the session. */
    readonly style: string;
  };
  export function makeDocument(parts: {
    readonly title: string;
    readonly style: string;
    readonly script: string;
    /** Content-Security-Policy. */
    readonly policy: string;
    /** The page as HTML. */
    readonly body: string;
    /** The parts of the page; undefined for a live page, which asks for them. */
    readonly parts: unknown;
  }): string;
}
