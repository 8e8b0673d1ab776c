// Apps and services of a watch with --run: their states, addresses and buttons.
import type { PageContainer } from "../src/report/page/page-state.ts";
import { useIsRead, useLive } from "./live.ts";
import type { View } from "./selection.ts";
import { clockTime, count, linkTo } from "./words.ts";

const CONTAINER_STATES: Readonly<
  Record<PageContainer["state"], { readonly mark: string; readonly words: string; readonly like: string }>
> = {
  up: { mark: "●", words: "up", like: "built" },
  starting: { mark: "▸", words: "starting", like: "running" },
  "no-image": { mark: "·", words: "waiting", like: "waiting" },
  building: { mark: "▸", words: "building", like: "running" },
  "build-failed": { mark: "✖", words: "build failed", like: "failed" },
  waiting: { mark: "·", words: "waiting", like: "waiting" },
  down: { mark: "■", words: "down", like: "failed" },
};

const ENDED = { mark: "■", words: "ended", like: "waiting" } as const;
const STOPPED = { mark: "■", words: "stopped", like: "waiting" } as const;

export function looksOf({ isMeant, reason, state }: PageContainer) {
  if (!isMeant) return CONTAINER_STATES[state];
  return reason === undefined ? STOPPED : ENDED;
}

export function Containers({ selection, state }: View) {
  const { containers } = state;
  if (containers.length === 0) return null;
  return (
    <section class="panel" id="containers" aria-labelledby="containers-title">
      <div class="panel-head">
        <h2 id="containers-title">Apps</h2>
        <p class="note">{count(containers.length, "app or service", "apps and services")} of this watch</p>
      </div>
      <ul class="containers">
        {containers.map((container) => (
          <Row
            key={container.name}
            container={container}
            isCurrent={selection.kind === "container" && selection.name === container.name}
          />
        ))}
      </ul>
    </section>
  );
}

function Row({ container, isCurrent }: { readonly container: PageContainer; readonly isCurrent: boolean }) {
  const { name, reason, restarts, since } = container;
  const { like, mark, words } = looksOf(container);
  const isRead = useIsRead();
  return (
    <li class={`o-${like} ${isCurrent ? "current" : ""}`}>
      <a class="container-name" href={linkTo("container", name)}>
        <span class="mark" aria-hidden="true">
          {mark}
        </span>{" "}
        {name}
      </a>
      <span class="container-state">
        {words} <span class="note">since {clockTime(since, isRead)}</span>
        {restarts > 0 && <span class="note"> · {count(restarts, "restart")}</span>}
        {reason !== undefined && <span class="note"> · {reason}</span>}
      </span>
      <Ports container={container} />
      <ContainerButtons container={container} />
      <Probe container={container} />
    </li>
  );
}

/** Last answer to the probe by which a container is up. */
export function Probe({ container: { probe, state } }: { readonly container: PageContainer }) {
  const isRead = useIsRead();
  if (probe === undefined || (state !== "up" && state !== "starting")) return null;
  const { at, problem, question } = probe;
  const time = clockTime(at, isRead);
  return (
    <span class="probe">
      <span class="probe-question">{question}</span>:{" "}
      {problem === undefined ? `ok at ${time}` : `${problem} since ${time}`}
    </span>
  );
}

export function Ports({ container }: { readonly container: PageContainer }) {
  return (
    <span class="ports">
      {container.ports.map(({ address, canOpen, inside }) =>
        canOpen && container.state === "up" ? (
          <a key={address + inside} href={`http://${address}/`} target="_blank" rel="noreferrer noopener">
            {address} <span class="note">→ {inside}</span>
          </a>
        ) : (
          <span key={address + inside}>
            {address} <span class="note">→ {inside}</span>
          </span>
        ),
      )}
    </span>
  );
}

export function ContainerButtons({ container }: { readonly container: PageContainer }) {
  const live = useLive();
  if (live?.connection !== "open") return null;
  const { canControl, name, restartAt, state } = container;
  if (!canControl) return null;
  const send = (action: "restart" | "halt") => void live.send({ kind: "container", action, name });
  return (
    <span class="actions">
      {state === "down" && restartAt === undefined ? (
        <button type="button" aria-label={`Start ${name}`} onClick={() => send("restart")}>
          Start
        </button>
      ) : (
        <>
          <button type="button" aria-label={`Restart ${name}`} onClick={() => send("restart")}>
            Restart
          </button>
          <button type="button" aria-label={`Stop ${name}`} onClick={() => send("halt")}>
            Stop
          </button>
        </>
      )}
    </span>
  );
}
