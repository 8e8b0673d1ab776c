// Interactive parts of the page: filter, details beside it, keys, zoom, sorting. Without it everything is still there
// and linked. Written as a function so that it is checked and formatted as all code is; it runs in a browser, by its
// own text, and may use nothing from outside itself.

import type { PageDocument, PageElement, PageWindow } from "./page-dom.ts";

export function pageScript(): string {
  return `(${runPage.toString()})(document, window);`;
}

function runPage(document: PageDocument, window: PageWindow): void {
  const all = (selector: string) => [...document.querySelectorAll(selector)];
  const root = document.documentElement;
  root.classList.toggle("js", true);

  // Details
  let opener: PageElement | null = null;
  const articles = all("aside > article");
  const showDetails = (id: string | undefined, focus: boolean) => {
    const shown = articles.find((article) => article.id === id);
    const before = opener?.getBoundingClientRect().y ?? 0;
    for (const article of articles) article.classList.toggle("open", article === shown);
    root.classList.toggle("with-details", shown !== undefined);
    // The page gets narrower or wider: the clicked element stays where it is.
    window.scrollBy(0, (opener?.getBoundingClientRect().y ?? 0) - before);
    for (const marked of all("[data-t]")) {
      marked.classList.toggle("current", shown !== undefined && `t${marked.dataset.t}` === shown.id);
    }
    // The end of an output is more informative than its start.
    for (const output of shown?.querySelectorAll("pre.output") ?? []) output.scrollTop = output.scrollHeight;
    if (focus) (shown?.querySelector("h2") ?? opener)?.focus({ preventScroll: true });
  };
  const openDetails = (id: string) => {
    const active = document.activeElement;
    if (active !== null && active.closest("aside") === null) opener = active;
    window.history.replaceState(null, "", `#${id}`);
    showDetails(id, true);
  };
  const closeDetails = () => {
    window.history.replaceState(null, "", "#");
    showDetails(undefined, true);
  };
  const isDetails = (id: string) => articles.some((article) => article.id === id);
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    const id = link?.getAttribute("href")?.slice(1) ?? "";
    if (link?.dataset.close !== undefined) {
      event.preventDefault();
      closeDetails();
    } else if (link !== null && isDetails(id)) {
      event.preventDefault();
      link.focus({ preventScroll: true });
      openDetails(id);
    } else if (link === null && event.target.closest(".timeline li svg") !== null) {
      // The bars lie over the row's link, for their titles.
      const row = event.target.closest("li");
      row?.querySelector("a")?.focus({ preventScroll: true });
      openDetails(`t${row?.dataset.t}`);
    }
  });
  const followHash = () => showDetails(window.location.hash.slice(1), true);
  window.addEventListener("hashchange", followHash);
  if (isDetails(window.location.hash.slice(1))) followHash();

  // Lines of the selected target
  const drawing = document.querySelector(".graph svg");
  const edges = all(".edge").map((edge) => ({ edge, ends: new Set(edge.dataset.ends?.split(" ")) }));
  const showLines = (target: string | undefined) => {
    for (const { edge, ends } of edges)
      edge.classList.toggle("near", target !== undefined && ends.has(target));
    drawing?.classList.toggle("looking", target !== undefined);
  };
  // Not on the drawing itself, which the Tab key would then stop at.
  const frame = drawing?.parentElement;
  for (const type of ["pointerover", "focusin"]) {
    frame?.addEventListener(type, (event) => showLines(event.target.closest(".box")?.dataset.t));
  }
  for (const type of ["pointerleave", "focusout"]) frame?.addEventListener(type, () => showLines(undefined));

  /** Scrolls the graph, and nothing else, to a box. */
  function lookAt(box: PageElement | null | undefined): void {
    if (!box || !drawing || !frame) return;
    const [{ x, y }, corner] = [box.getBoundingClientRect(), drawing.getBoundingClientRect()];
    frame.scrollTop = Math.max(0, y - corner.y - frame.clientHeight / 2);
    frame.scrollLeft = Math.max(0, x - corner.x - frame.clientWidth / 2);
  }

  // Filter
  const input = document.querySelector("input");
  const matches = document.querySelector(".matches");
  const chips = all(".chip");
  const rows = all("tbody tr");
  const texts = new Map(rows.map((row) => [row.dataset.t, row.textContent.toLowerCase()]));
  const filtered = all("main [data-t]");
  const applyFilter = () => {
    const words = (input?.value ?? "").toLowerCase().split(/\s+/);
    const pressed = chips.filter((chip) => chip.getAttribute("aria-pressed") === "true");
    const outcomes = pressed.flatMap((chip) => chip.dataset.outcome ?? []);
    const onlyCritical = pressed.some((chip) => chip.dataset.critical !== undefined);
    const kept = new Set<string | undefined>();
    for (const row of rows) {
      const text = texts.get(row.dataset.t) ?? "";
      const fits =
        words.every((word) => text.includes(word)) &&
        (outcomes.length === 0 || outcomes.some((outcome) => row.classList.contains(`o-${outcome}`))) &&
        (!onlyCritical || row.classList.contains("critical"));
      if (fits) kept.add(row.dataset.t);
    }
    for (const element of filtered) element.classList.toggle("out", !kept.has(element.dataset.t));
    const isFiltered = kept.size < rows.length;
    root.classList.toggle("filtered", isFiltered);
    // The Tab key must not stop at hidden elements.
    for (const group of all("[data-keys]")) {
      const links = linksOf(group);
      if (!links.some((link) => link.tabIndex === 0)) stopAt(group, links[0]);
    }
    if (isFiltered) lookAt(document.querySelector(".box:not(.out)"));
    matches?.setAttribute("data-text", isFiltered ? `${kept.size} of ${rows.length}` : "");
    matches?.setAttribute(
      "aria-label",
      isFiltered ? `${kept.size} of ${rows.length} targets` : "all targets",
    );
  };
  input?.addEventListener("input", applyFilter);
  for (const chip of chips) {
    chip.addEventListener("click", () => {
      chip.setAttribute("aria-pressed", String(chip.getAttribute("aria-pressed") !== "true"));
      applyFilter();
    });
  }

  // Keys: each list and the graph is one stop of the Tab key, with arrows inside.
  const linksOf = (group: PageElement) =>
    [...group.querySelectorAll("a")].filter((link) => link.closest(".out") === null);
  const stopAt = (group: PageElement, link: PageElement | undefined) => {
    for (const other of group.querySelectorAll("a")) other.tabIndex = other === link ? 0 : -1;
  };
  for (const group of all("[data-keys]")) {
    stopAt(group, linksOf(group)[0]);
    group.addEventListener("focusin", (event) => {
      const link = event.target.closest("a");
      if (link !== null) stopAt(group, link);
    });
    group.addEventListener("keydown", (event) => {
      const links = linksOf(group);
      const current = event.target.closest("a");
      const at = current === null ? -1 : links.indexOf(current);
      if (current === null || at === -1) return;
      const next =
        event.key === "Home"
          ? links[0]
          : event.key === "End"
            ? links.at(-1)
            : group.dataset.keys === "graph"
              ? nearest(current, links, event.key)
              : event.key === "ArrowDown"
                ? links[at + 1]
                : event.key === "ArrowUp"
                  ? links[at - 1]
                  : undefined;
      if (next === undefined) return;
      event.preventDefault();
      next.focus();
    });
  }
  /** The link that lies next in the direction of an arrow key. */
  function nearest(from: PageElement, links: readonly PageElement[], key: string): PageElement | undefined {
    const direction = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[key];
    if (direction === undefined) return undefined;
    const [dx = 0, dy = 0] = direction;
    const here = from.getBoundingClientRect();
    let best: PageElement | undefined;
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
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const writes = event.target.closest("input") !== null;
    if (event.key === "Escape") {
      if (root.classList.contains("with-details")) closeDetails();
      else if (input !== null && input.value !== "") {
        input.value = "";
        applyFilter();
      }
    } else if (event.key === "/" && !writes) {
      event.preventDefault();
      input?.focus();
      input?.select();
    } else if (event.key === " " && event.target.closest("a") !== null) {
      const id = event.target.closest("a")?.getAttribute("href")?.slice(1) ?? "";
      if (!isDetails(id)) return;
      event.preventDefault();
      openDetails(id);
    }
  });

  // Size of the graph
  const natural = Number(drawing?.getAttribute("width") ?? 0);
  const tall = Number(drawing?.getAttribute("height") ?? 0);
  let scale = 1;
  const zoom = (wanted: number) => {
    scale = Math.min(2, Math.max(0.2, wanted));
    drawing?.setAttribute("width", String(natural * scale));
    drawing?.setAttribute("height", String(tall * scale));
  };
  const fit = () => (drawing?.parentElement?.clientWidth ?? natural) / Math.max(1, natural);
  // Readable before complete: much wider drawings are scrolled.
  zoom(Math.min(1, Math.max(0.75, fit())));
  lookAt(drawing?.querySelector(".o-failed") ?? drawing?.querySelector("a"));
  for (const button of all("[data-zoom]")) {
    button.addEventListener("click", () => {
      const way = button.dataset.zoom;
      zoom(way === "fit" ? Math.min(1, fit()) : way === "in" ? scale * 1.25 : scale / 1.25);
    });
  }

  // Order of the table
  const body = document.querySelector("tbody");
  for (const button of all("[data-sort]")) {
    button.addEventListener("click", () => {
      const field = button.dataset.sort ?? "";
      const head = button.closest("th");
      const usual = field === "time" || field === "size" ? "descending" : "ascending";
      const other = usual === "ascending" ? "descending" : "ascending";
      const order = head?.getAttribute("aria-sort") === usual ? other : usual;
      for (const th of all("thead th[aria-sort]")) th.setAttribute("aria-sort", th === head ? order : "none");
      const sign = order === "ascending" ? 1 : -1;
      const compare = (a: string, b: string) =>
        field === "name" ? (a < b ? -1 : 1) : Number(a) - Number(b) || 0;
      const sorted = [...rows].sort((a, b) => sign * compare(a.dataset[field] ?? "", b.dataset[field] ?? ""));
      body?.append(...sorted);
    });
  }
}
