// The top of the page: state, time, and what was run where.
import { formatDuration } from "../src/render/format-amount.ts";
import { CopyLine } from "./copy-line.tsx";
import { useIsRead, useLive, useNow } from "./live.ts";
import { headline, mood, type PageState } from "./state.ts";
import { count, percent, STATE_ORDER, STATES } from "./words.ts";

export function Header({ state }: { readonly state: PageState }) {
  const { session, targets } = state;
  const { about } = session;
  const title = headline(state);
  return (
    <header class={`top o-${mood(state)}`}>
      <p class="project">
        <b>sti</b> {about.project}
        <ConnectionBadge />
      </p>
      <h1>{title}</h1>
      <p class="hidden" role="status">
        {title}
      </p>
      <p class="when">
        <Elapsed state={state} />
        {session.concurrency} at a time · <StartTime at={session.startedAt} />
      </p>
      <dl class="about">
        <div>
          <dt>Command</dt>
          <dd>
            <CopyLine text={about.command} label="Copy the command" />
          </dd>
        </div>
        {about.commit !== undefined && (
          <div>
            <dt>Commit</dt>
            <dd>
              <code title={about.commit}>{about.commit.slice(0, 12)}</code>
            </dd>
          </div>
        )}
        {about.engine !== undefined && (
          <div>
            <dt>Engine</dt>
            <dd>{about.engine}</dd>
          </div>
        )}
        <div>
          <dt>sti</dt>
          <dd>{about.version}</dd>
        </div>
      </dl>
      <Shares targets={targets} />
      <LiveTools state={state} />
    </header>
  );
}

function ConnectionBadge() {
  const live = useLive();
  if (live === undefined) return null;
  const words = {
    connecting: "connecting",
    open: "live",
    lost: "no answer; trying again",
    ended: "session ended",
    refused: "address no longer valid",
  }[live.connection];
  return (
    <span class={`badge live-${live.connection}`} role="status">
      {words}
    </span>
  );
}

function LiveTools({ state }: { readonly state: PageState }) {
  const live = useLive();
  if (live === undefined) return null;
  const canBuild = state.session.kind === "watch" && live.connection === "open";
  return (
    <div class="actions">
      {canBuild && (
        <button
          type="button"
          onClick={() => void live.send({ kind: "rebuild", targets: undefined, clean: false })}
        >
          Rebuild all
        </button>
      )}
      <button type="button" onClick={() => live.save()}>
        Save as report
      </button>
    </div>
  );
}

function Elapsed({ state }: { readonly state: PageState }) {
  const { end, kind, roundStartedAt } = state.session;
  const isBusy = end === undefined && state.targets.some((target) => target.state === "running");
  const now = useNow(isBusy, 1000);
  if (end !== undefined)
    return (
      <>
        in <b>{formatDuration(end.duration)}</b>,{" "}
      </>
    );
  if (now !== undefined)
    return (
      <>
        for <b>{formatDuration(Math.max(0, now - roundStartedAt))}</b>,{" "}
      </>
    );
  return kind === "watch" ? <>watching, </> : null;
}

function StartTime({ at }: { readonly at: number }) {
  const isRead = useIsRead();
  const text = new Date(at).toISOString();
  const shown = isRead
    ? new Date(at).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" })
    : `${text.slice(0, 16).replace("T", " ")} UTC`;
  return <time dateTime={text}>{shown}</time>;
}

/** A bar with the share of each state. */
function Shares({ targets }: Pick<PageState, "targets">) {
  const counted = STATE_ORDER.map((one) => ({
    one,
    number: targets.filter(({ state }) => state === one).length,
  })).filter(({ number }) => number > 0);
  let before = 0;
  const label = counted.map(({ number, one }) => `${number} ${STATES[one].words}`).join(", ");
  return (
    <svg class="share" width="100%" height="6" role="img" aria-label={label || count(0, "target")}>
      {counted.map(({ number, one }) => {
        const x = before / targets.length;
        before += number;
        return (
          <rect
            key={one}
            class={`fill o-${one}`}
            x={percent(x)}
            width={percent(number / targets.length)}
            height="6"
          />
        );
      })}
    </svg>
  );
}
