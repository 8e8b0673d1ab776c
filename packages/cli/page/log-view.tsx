// The output of a build or container: followed while it grows, with a search.

import type { OutputTail } from "@sti/core";
import { useEffect, useRef, useState } from "preact/hooks";
import { CopyButton } from "./copy-line.tsx";
import { useLive } from "./live.ts";
import { OutputLines } from "./output-lines.tsx";
import { count } from "./words.ts";

export interface LogViewProps {
  readonly kind: "target" | "container";
  readonly name: string;
  readonly title: string;
  /** Shown unless it can be followed. */
  readonly output: OutputTail;
  readonly errorLine: string | undefined;
  /** With all lines. */
  readonly file: string | undefined;
  readonly canFollow: boolean;
}

/** Lines that are kept of a followed output. */
const MOST_LINES = 2000;

export function LogView(props: LogViewProps) {
  const { canFollow, errorLine, file, kind, name, title } = props;
  const output = useFollowed(kind, name, canFollow) ?? props.output;
  const { left, lines } = output;
  const [query, setQuery] = useState("");
  const [position, setPosition] = useState(0);
  const box = useRef<HTMLPreElement>(null);
  const [isFollowing, setFollowing] = useState(true);
  const wanted = query.toLowerCase();
  const found =
    wanted === "" ? [] : lines.flatMap((line, index) => (line.toLowerCase().includes(wanted) ? [index] : []));
  const current = found[((position % found.length) + found.length) % found.length];
  useEffect(() => {
    const pre = box.current;
    if (pre === null) return;
    if (current !== undefined) reveal(pre, ".current-line");
    else if (errorLine !== undefined && !canFollow) reveal(pre, ".error-line");
    else if (isFollowing) pre.scrollTop = pre.scrollHeight;
  }, [lines, current, isFollowing, canFollow]);
  if (lines.length === 0 && !canFollow) return null;
  const scroll = () => {
    const pre = box.current;
    if (pre !== null) setFollowing(pre.scrollTop + pre.clientHeight >= pre.scrollHeight - 24);
  };
  const toEnd = () => {
    if (box.current !== null) box.current.scrollTop = box.current.scrollHeight;
    setFollowing(true);
  };
  return (
    <section class="log" aria-label={title}>
      <div class="log-head">
        <h3>{title}</h3>
        <label>
          <span class="hidden">Search the output</span>
          <input
            type="search"
            placeholder="Search"
            spellcheck={false}
            autocomplete="off"
            value={query}
            onInput={(event) => {
              setQuery(event.currentTarget.value);
              setPosition(0);
            }}
            onKeyDown={(event) => {
              if (event.key === "Enter") setPosition(position + (event.shiftKey ? -1 : 1));
              if (event.key !== "Escape" || query === "") return;
              event.preventDefault();
              setQuery("");
            }}
          />
        </label>
        <output class="note" aria-live="polite">
          {wanted === ""
            ? ""
            : found.length === 0
              ? "no match"
              : `${found.indexOf(current ?? -1) + 1} of ${found.length}`}
        </output>
        {!isFollowing && canFollow && (
          <button type="button" onClick={toEnd}>
            Follow
          </button>
        )}
        {lines.length > 0 && <CopyButton text={lines.join("\n")} label={`Copy the output of ${name}`} />}
      </div>
      {left > 0 && (
        <p class="note">
          {count(left, "earlier line")}
          {file !== undefined && (
            <>
              {" "}
              in <code>{file}</code>
            </>
          )}
        </p>
      )}
      {lines.length === 0 ? (
        <p class="note">It printed nothing yet.</p>
      ) : (
        <OutputLines
          lines={lines}
          errorLine={errorLine}
          label={`${title} of ${name}`}
          query={wanted}
          current={current}
          box={box}
          onScroll={scroll}
        />
      )}
    </section>
  );
}

/** Undefined until lines came, and where nothing can be followed. The lines stay when the session has ended. */
function useFollowed(kind: "target" | "container", name: string, canFollow: boolean): OutputTail | undefined {
  const live = useLive();
  const [output, setOutput] = useState<OutputTail>();
  useEffect(() => {
    if (!canFollow || live === undefined) return;
    return live.follow(kind, name, ({ isNew, left, lines }) =>
      setOutput((before) => {
        const all = isNew || before === undefined ? lines : [...before.lines, ...lines];
        const shown = all.slice(-MOST_LINES);
        return { lines: shown, left: (isNew ? 0 : (before?.left ?? 0)) + left + all.length - shown.length };
      }),
    );
  }, [kind, name, canFollow, live?.follow]);
  return output;
}

/** Scrolls the output, and nothing else. */
function reveal(pre: HTMLElement, selector: string): void {
  const line = pre.querySelector<HTMLElement>(selector);
  if (line !== null) pre.scrollTop = line.offsetTop - pre.offsetTop - pre.clientHeight / 2;
}
