// Faults of a page's layout, by the boxes that the browser made: controls that lie over text, over each other or beside
// the window, and content that is wider than it.
import type { Page } from "playwright-core";
import { checkAccessibility } from "./browser.ts";

/** Barriers, and faults of the layout, in light and dark, on a phone, a tablet and a desk. */
export async function findFaults(page: Page): Promise<readonly string[]> {
  const found: string[] = [];
  for (const colorScheme of ["light", "dark"] as const) {
    for (const width of [360, 768, 1280]) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.setViewportSize({ width, height: 800 });
      const faults = [...(await checkAccessibility(page)), ...(await findLayoutFaults(page))];
      found.push(...faults.map((fault) => `${colorScheme} ${width}: ${fault}`));
    }
  }
  return found;
}

/**
 * Each fault as a line; empty if there is none. Layers above the page, such as a panel beside it, count for themselves.
 */
export async function findLayoutFaults(page: Page): Promise<readonly string[]> {
  return await page.evaluate(LOOK);
}

/** Runs in the page, and has to be text: its types are those of a browser. */
const LOOK = `(() => {
  const CONTROLS = "a[href], button, input, select, textarea, summary, [role=button]";
  /** Pixels: borders that meet are no fault. */
  const LEAST = 1.5;
  const isSeen = (element) =>
    element.checkVisibility({ opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true });
  const layerOf = (element) => {
    for (let each = element; each !== null; each = each.parentElement)
      if (/^(?:fixed|sticky)$/.test(getComputedStyle(each).position)) return each;
    return null;
  };
  const cut = (one, other) => ({
    left: Math.max(one.left, other.left), right: Math.min(one.right, other.right),
    top: Math.max(one.top, other.top), bottom: Math.min(one.bottom, other.bottom),
  });
  const isBox = ({ bottom, left, right, top }) => right - left > LEAST && bottom - top > LEAST;
  /** What scrolls or hides its content shows the part inside. */
  const shown = (rect, element) => {
    let part = rect;
    for (let each = element; each !== null && each !== document.body; each = each.parentElement) {
      const { clipPath, overflowX, overflowY } = getComputedStyle(each);
      if (overflowX !== "visible" || overflowY !== "visible" || clipPath !== "none")
        part = cut(part, each.getBoundingClientRect());
    }
    return part;
  };
  const partsOf = (rects, element) => [...rects].map((rect) => shown(rect, element)).filter(isBox);
  const controls = [...document.querySelectorAll(CONTROLS)].filter(isSeen).map((element) => ({
    element, layer: layerOf(element), parts: partsOf(element.getClientRects(), element),
  }));
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const element = node.parentElement;
    if (node.data.trim() === "" || element.closest("script, style") !== null || !isSeen(element)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    texts.push({ element, text: node.data.trim(), layer: layerOf(element), parts: partsOf(range.getClientRects(), element) });
  }
  const name = (element) => {
    const words = element.getAttribute("aria-label") ?? element.textContent.trim().slice(0, 40);
    return element.localName + ' "' + words + '"';
  };
  const overlap = (one, other) => one.parts.some((part) => other.parts.some((each) => isBox(cut(part, each))));
  const isApart = (one, other) => !one.contains(other) && !other.contains(one);
  const faults = [];
  const width = document.documentElement.scrollWidth;
  if (width > innerWidth) faults.push("the page is " + width + " pixels wide in a window of " + innerWidth);
  for (const { element, parts } of controls)
    if (parts.some(({ left, right }) => left < -LEAST || right > innerWidth + LEAST))
      faults.push(name(element) + " is not wholly in the window");
  controls.forEach((control, index) => {
    for (const text of texts)
      if (text.layer === control.layer && isApart(control.element, text.element) && overlap(control, text))
        faults.push(name(control.element) + " lies over the text " + JSON.stringify(text.text.slice(0, 40)));
    for (const other of controls.slice(index + 1))
      if (other.layer === control.layer && isApart(control.element, other.element) && overlap(control, other))
        faults.push(name(control.element) + " lies over " + name(other.element));
  });
  return faults;
})()`;
