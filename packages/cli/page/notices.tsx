// Notices about no single target: warnings, an invalid config, an engine that does not answer, a running command.
import { FailureBlock } from "./failures.tsx";
import type { PageState } from "./state.ts";

export function Notices({ state }: { readonly state: PageState }) {
  const { configFailures, engineLostAt, exec, warnings } = state.session;
  return (
    <>
      {engineLostAt !== undefined && (
        <section class="card o-failed" aria-label="Engine">
          <p class="summary">
            The engine does not answer. Everything waits for it, and is checked afterwards.
          </p>
        </section>
      )}
      {configFailures.length > 0 && (
        <section class="failures" aria-labelledby="config-title">
          <h2 id="config-title">The config is invalid; the last valid one stays in effect</h2>
          {configFailures.map((failure, index) => (
            <article key={index} class="card o-failed">
              <FailureBlock failure={failure} />
            </article>
          ))}
        </section>
      )}
      {exec !== undefined && (
        <p class="note" role="status">
          Running <code>{exec}</code>
        </p>
      )}
      {warnings.length > 0 && (
        <ul class="warnings" aria-label="Warnings">
          {warnings.map((warning, index) => (
            <li key={index}>{warning}</li>
          ))}
        </ul>
      )}
    </>
  );
}
