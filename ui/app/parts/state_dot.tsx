/** The colour and word of a run's or node's state, the same everywhere; never the colour alone. @module */

const words: Readonly<Record<string, string>> = {
  pending: "Pending",
  queued: "Queued",
  running: "Running",
  retrying: "Retrying",
  waiting: "Waiting",
  "waiting-for-input": "Waiting for you",
  paused: "Paused",
  completed: "Completed",
  failed: "Failed",
  skipped: "Skipped",
  cancelled: "Cancelled",
  held: "At a breakpoint",
};

export function stateWord(state: string): string {
  return words[state] ?? state;
}

/** The token of the state's colour, for `var(--…)` and for canvases. */
export function stateToken(state: string): string {
  if (state === "waiting-for-input" || state === "held") return "state-waiting";
  return words[state] === undefined ? "state-pending" : `state-${state}`;
}

export function StateDot({ state, word = false }: { readonly state: string; readonly word?: boolean }) {
  return (
    <span class="row" style={{ gap: "6px" }}>
      <span
        class={`dot ${state === "running" || state === "retrying" ? "pulsing" : ""}`}
        style={{ background: `var(--${stateToken(state)})` }}
        {...(word ? { "aria-hidden": true } : { role: "img", "aria-label": stateWord(state) })}
      />
      {word ? <span>{stateWord(state)}</span> : null}
    </span>
  );
}
