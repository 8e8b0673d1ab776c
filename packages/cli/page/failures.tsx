// Failures, first on the page: each with its last lines, the next step, and the targets skipped because of it.
import type { PageFailure, PageTarget } from "../src/report/page/page-state.ts";
import { CopyButton, CopyLine } from "./copy-line.tsx";
import { OutputLines } from "./output-lines.tsx";
import type { View } from "./selection.ts";
import type { PageState } from "./state.ts";
import { linkTo, quoteWord } from "./words.ts";

/** Failures that are written out; the others are listed by name. */
const WRITTEN_OUT = 10;
const SHOWN_LINES = 20;

export function Failures({ kept, state }: View) {
  const { session, targets } = state;
  const failed = targets.filter(({ name, state }) => state === "failed" && (kept?.has(name) ?? true));
  if (failed.length + session.failures.length === 0) return null;
  const others = failed.slice(WRITTEN_OUT);
  return (
    <section class="failures" id="failures" aria-labelledby="failures-title">
      <h2 id="failures-title">What failed</h2>
      {session.failures.map((failure, index) => (
        <article key={index} class="card o-failed">
          <FailureBlock failure={failure} />
        </article>
      ))}
      {failed.slice(0, WRITTEN_OUT).map((target) => (
        <Card key={target.name} target={target} state={state} />
      ))}
      {others.length > 0 && (
        <p class="note">
          {others.length} more failed:{" "}
          {others.map(({ name }, index) => (
            <span key={name}>
              {index > 0 && ", "}
              <a href={linkTo("target", name)}>{name}</a>
            </span>
          ))}
        </p>
      )}
    </section>
  );
}

function Card({ state, target }: { readonly target: PageTarget; readonly state: PageState }) {
  const { errorLine, failures, name, output } = target;
  const skipped = countSkipped(name, state.targets);
  const lines = excerpt(output.lines, errorLine);
  return (
    <article class="card o-failed">
      <h3>
        <span class="mark" aria-hidden="true">
          ✖
        </span>{" "}
        <a href={linkTo("target", name)}>{name}</a>
      </h3>
      {failures.map((failure, index) => (
        <FailureBlock key={index} failure={failure} target={name} />
      ))}
      {lines.length > 0 && (
        <div class="output-box">
          <p class="output-bar">
            Last output
            <CopyButton text={output.lines.join("\n")} label={`Copy the last output of ${name}`} />
          </p>
          <OutputLines lines={lines} errorLine={errorLine} label={`Last output of ${name}`} />
        </div>
      )}
      <p class="again">
        Run again: <CopyLine text={againLine(target, state)} label={`Copy the command that builds ${name}`} />
      </p>
      {skipped > 0 && (
        <p class="note">
          {skipped === 1
            ? "1 target that needs it was skipped."
            : `${skipped} targets that need it were skipped.`}
        </p>
      )}
    </article>
  );
}

export function againLine({ name }: PageTarget, { session }: PageState): string {
  const { again, command } = session.about;
  return again === undefined ? command : `${again} ${quoteWord(name)}`;
}

/** The last lines; from the error on where it stands before them. */
function excerpt(lines: readonly string[], errorLine: string | undefined): readonly string[] {
  const at = errorLine === undefined ? -1 : lines.lastIndexOf(errorLine);
  const start = Math.max(0, lines.length - SHOWN_LINES);
  return at === -1 || at >= start
    ? lines.slice(start)
    : lines.slice(Math.max(0, at - 2), at + SHOWN_LINES - 2);
}

/** A failure: what failed, where that is written, why, and what to do next. */
export function FailureBlock({
  failure,
  target,
}: {
  readonly failure: PageFailure;
  /** The heading above the block: it is not named again. */
  readonly target?: string;
}) {
  const { detail, frame, hint, place, subject, summary } = failure;
  const isNamed = [`apps.${target}`, `images.${target}`, target].includes(subject);
  return (
    <div class="failure">
      <p class="summary">
        {subject !== undefined && !isNamed && <strong>{subject} </strong>}
        {summary}
      </p>
      {place !== undefined && (
        <p class="place">
          <code>{place}</code>
        </p>
      )}
      {detail !== undefined && <p class="detail">{detail}</p>}
      {frame !== undefined && <pre class="frame">{frame}</pre>}
      {hint !== undefined && (
        <p class="hint">
          <span>Hint</span> {hint}
        </p>
      )}
    </div>
  );
}

/** Skipped targets that need this one, also by way of others. */
function countSkipped(failed: string, targets: PageState["targets"]): number {
  const without = new Set([failed]);
  for (const { dependsOn, name, state } of targets) {
    if (state === "skipped" && dependsOn.some((other) => without.has(other))) without.add(name);
  }
  return without.size - 1;
}
