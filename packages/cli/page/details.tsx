// Everything about the opened target or container, beside the page.

import type { EndedStep } from "@sti/core";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { formatDuration } from "../src/render/format-amount.ts";
import type { PageContainer, PageTarget } from "../src/report/page/page-state.ts";
import { ContainerButtons, looksOf, Ports, Probe } from "./containers.tsx";
import { CopyLine } from "./copy-line.tsx";
import { Facts } from "./facts.tsx";
import { againLine, FailureBlock } from "./failures.tsx";
import { History } from "./history.tsx";
import { useLive } from "./live.ts";
import { LogView } from "./log-view.tsx";
import { closeSelection, type View } from "./selection.ts";
import type { PageState } from "./state.ts";
import { linkTo, PHASE_OF, percent, STATES } from "./words.ts";

export function Details({ selection, state }: View) {
  const { kind, name } = selection;
  const target = kind === "target" ? state.byName.get(name) : undefined;
  const container = kind === "container" ? state.containers.find((one) => one.name === name) : undefined;
  const isOpen = target !== undefined || container !== undefined;
  useEffect(() => {
    document.documentElement.classList.toggle("with-details", isOpen);
  }, [isOpen]);
  if (target !== undefined) return <TargetDetails key={name} target={target} state={state} />;
  if (container !== undefined) return <ContainerDetails key={name} container={container} state={state} />;
  return null;
}

interface FrameProps {
  readonly name: string;
  readonly words: string;
  readonly mark: string;
  readonly like: string;
  readonly children: ComponentChildren;
}

function Frame({ children, like, mark, name, words }: FrameProps) {
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => title.current?.focus({ preventScroll: true }), []);
  return (
    <article class={`details o-${like}`} aria-labelledby="details-title">
      <header>
        <p class="outcome">
          <span class="mark" aria-hidden="true">
            {mark}
          </span>{" "}
          {words}
        </p>
        <h2 id="details-title" ref={title} tabIndex={-1}>
          {name}
        </h2>
        <button type="button" class="close" aria-label={`Close details of ${name}`} onClick={closeSelection}>
          ✕
        </button>
      </header>
      {children}
    </article>
  );
}

function TargetDetails({ state, target }: { readonly target: PageTarget; readonly state: PageState }) {
  const { causes, errorLine, failures, log, name, output, reason, steps, warnings } = target;
  const { mark, words } = STATES[target.state];
  const live = useLive();
  const canFollow = live?.connection === "open";
  const container = state.containers.find((one) => one.name === name);
  return (
    <Frame name={name} mark={mark} words={words} like={target.state}>
      {failures.length === 0 && reason !== "" && <p class="reason">{reason}</p>}
      <TargetButtons target={target} state={state} />
      {failures.map((failure, index) => (
        <FailureBlock key={index} failure={failure} target={name} />
      ))}
      {warnings.length > 0 && (
        <ul class="warnings" aria-label="Warnings">
          {warnings.map((warning) => (
            <li key={warning}>{warning}</li>
          ))}
        </ul>
      )}
      {causes.length > 0 && (
        <>
          <h3>Why it was built</h3>
          <ul class="causes">
            {causes.map((cause) => (
              <li key={cause}>{cause}</li>
            ))}
          </ul>
        </>
      )}
      {container !== undefined && (
        <p>
          <a class="link" href={linkTo("container", name)}>
            Its container: {looksOf(container).words}
          </a>
        </p>
      )}
      <Facts target={target} state={state} />
      <History name={name} state={state} />
      {steps.length > 0 && (
        <>
          <h3>Steps</h3>
          <ol class="steps">
            {steps.map((step, index) => (
              <StepRow key={index} step={step} target={target} />
            ))}
          </ol>
        </>
      )}
      <LogView
        kind="target"
        name={name}
        title={target.state === "running" ? "Output" : "Last output"}
        output={output}
        errorLine={errorLine}
        file={log}
        canFollow={canFollow}
      />
    </Frame>
  );
}

function TargetButtons({ state, target }: { readonly target: PageTarget; readonly state: PageState }) {
  const live = useLive();
  const again = (
    <p class="again">
      Run again:{" "}
      <CopyLine text={againLine(target, state)} label={`Copy the command that builds ${target.name}`} />
    </p>
  );
  if (live?.connection !== "open" || state.session.kind !== "watch") return again;
  const build = (clean: boolean) => void live.send({ kind: "rebuild", targets: [target.name], clean });
  return (
    <div class="actions">
      <button type="button" onClick={() => build(false)}>
        Rebuild
      </button>
      <button type="button" onClick={() => build(true)}>
        Rebuild clean
      </button>
    </div>
  );
}

function ContainerDetails({
  container,
  state,
}: {
  readonly container: PageContainer;
  readonly state: PageState;
}) {
  const { name, reason } = container;
  const { like, mark, words } = looksOf(container);
  const live = useLive();
  return (
    <Frame name={name} mark={mark} words={words} like={like}>
      {reason !== undefined && <p class="reason">{reason}</p>}
      <Ports container={container} />
      <Probe container={container} />
      <ContainerButtons container={container} />
      {state.byName.has(name) && (
        <p>
          <a class="link" href={linkTo("target", name)}>
            Its build
          </a>
        </p>
      )}
      <LogView
        kind="container"
        name={name}
        title="Output of the container"
        output={{ lines: [], left: 0 }}
        errorLine={undefined}
        file={undefined}
        canFollow={live?.connection === "open"}
      />
    </Frame>
  );
}

/** Its bar is drawn over the target's own time. */
function StepRow({ step, target }: { readonly step: EndedStep; readonly target: PageTarget }) {
  const first = target.steps[0] ?? step;
  const last = target.steps.at(-1) ?? step;
  const start = Math.min(target.startedAt ?? first.startedAt, first.startedAt);
  const whole = Math.max(1, target.duration, last.startedAt + last.duration - start);
  return (
    <li class={step.succeeded ? "" : "stopped"}>
      <span>
        {step.title}
        {!step.succeeded && <span class="hidden"> (did not succeed)</span>}
      </span>
      <span class="time">{formatDuration(step.duration)}</span>
      <svg width="100%" height="4" aria-hidden="true">
        <rect
          class={`p-${PHASE_OF[step.kind]} ${step.succeeded ? "" : "stopped"}`}
          x={percent((step.startedAt - start) / whole)}
          width={percent(step.duration / whole)}
          height="4"
          rx="2"
        />
      </svg>
    </li>
  );
}
