/** Name and state of the run. @module */

import { stateToken, stateWord } from "../../parts/state_dot.tsx";
import type { RunWatch } from "./run_watch.ts";

export function RunHeading({ watch }: { readonly watch: RunWatch }) {
  const { model, run } = watch;
  void model.tick.value;
  const { account, detail, driver, state } = model;
  const name = watch.definition.value?.graph.name;
  return (
    <div class="monitor-heading">
      <h1 class="cut" title={`${account.workflow} ${account.version}`}>
        {name === undefined || name === "" ? account.workflow : name}
      </h1>
      <span class="badge monitor-state" data-state={state}>
        <span
          class={`dot ${state === "running" ? "pulsing" : ""}`}
          style={{ background: `var(--${stateToken(state)})` }}
          aria-hidden="true"
        />
        {stateWord(state)}
      </span>
      {detail?.isMock === true ? <span class="badge warn">Mock</span> : null}
      {driver === "nobody" && state === "running"
        ? <span class="badge warn">Nobody carries it out</span>
        : null}
      {driver === "elsewhere" ? <span class="badge">In another process</span> : null}
      <code class="faint cut monitor-run-id">{run}</code>
    </div>
  );
}
