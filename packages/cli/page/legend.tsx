// The meaning of all marks and colours of the page.
import { PHASES, type Phase, STATE_ORDER, STATES } from "./words.ts";

export function Legend() {
  return (
    <details class="legend-box">
      <summary>Legend</summary>
      <ul class="legend" aria-label="Phases of a build">
        {(Object.keys(PHASES) as Phase[]).map((phase) => (
          <li key={phase}>
            <Swatch class={`p-${phase}`} />
            {PHASES[phase]}
          </li>
        ))}
        <li>
          <Swatch class="stopped" />
          step that did not succeed
        </li>
        <li>
          <svg width="22" height="10" aria-hidden="true">
            <line class="wait" x1="0" x2="22" y1="5" y2="5" />
          </svg>
          could start, waited for a slot
        </li>
        <li class="critical">
          <svg width="14" height="12" aria-hidden="true">
            <rect class="bar" x="1" y="1" width="12" height="10" rx="3" />
          </svg>
          on the critical path
        </li>
      </ul>
      <ul class="legend" aria-label="States of a target">
        {STATE_ORDER.map((state) => (
          <li key={state} class={`o-${state}`}>
            <span class="mark" aria-hidden="true">
              {STATES[state].mark}
            </span>{" "}
            {STATES[state].words}
          </li>
        ))}
      </ul>
    </details>
  );
}

function Swatch({ class: name }: { readonly class: string }) {
  return (
    <svg width="10" height="10" aria-hidden="true">
      <rect class={name} width="10" height="10" rx="3" />
    </svg>
  );
}
