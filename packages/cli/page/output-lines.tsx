// Lines of output, with the error and the matches of a search marked. They are text only, whatever they contain.
import type { Ref } from "preact";

export interface OutputLinesProps {
  readonly lines: readonly string[];
  /** The last line with this text is marked. */
  readonly errorLine: string | undefined;
  readonly label: string;
  /** In lower case. */
  readonly query?: string;
  /** Index of the line where a search stands. */
  readonly current?: number | undefined;
  readonly box?: Ref<HTMLPreElement>;
  readonly onScroll?: (event: Event) => void;
}

export function OutputLines(props: OutputLinesProps) {
  const { box, current, errorLine, label, lines, onScroll, query = "" } = props;
  const errorAt = errorLine === undefined ? -1 : lines.lastIndexOf(errorLine);
  return (
    <pre
      class="output"
      role="log"
      aria-live="off"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard has to be able to scroll it
      tabIndex={0}
      aria-label={label}
      ref={box ?? null}
      onScroll={onScroll}
    >
      {lines.map((line, index) => (
        <span
          key={index}
          class={`line${index === errorAt ? " error-line" : ""}${index === current ? " current-line" : ""}`}
        >
          {index === errorAt && <span class="hidden">error: </span>}
          <Marked line={line} query={query} />
          {"\n"}
        </span>
      ))}
    </pre>
  );
}

function Marked({ line, query }: { readonly line: string; readonly query: string }) {
  if (query === "") return <>{line}</>;
  const pieces = [];
  const lower = line.toLowerCase();
  let from = 0;
  for (
    let at = lower.indexOf(query);
    at !== -1 && lower.length === line.length;
    at = lower.indexOf(query, from)
  ) {
    pieces.push(line.slice(from, at), <mark key={at}>{line.slice(at, at + query.length)}</mark>);
    from = at + query.length;
  }
  return (
    <>
      {pieces}
      {line.slice(from)}
    </>
  );
}
