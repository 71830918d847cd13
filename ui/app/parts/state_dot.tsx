/** The colour, sign and word of a run's or node's state, the same everywhere; never the colour alone. @module */

import { Icon, type IconName } from "./icon.tsx";

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
  "left-out": "Left out",
  cancelled: "Cancelled",
  held: "At a breakpoint",
};

export function stateWord(state: string): string {
  return words[state] ?? state;
}

/** The token of the state's colour, for `var(--…)` and for canvases. */
export function stateToken(state: string): string {
  if (state === "waiting-for-input" || state === "held") return "state-waiting";
  if (state === "left-out") return "state-pending";
  return words[state] === undefined ? "state-pending" : `state-${state}`;
}

/** What is not running, or about to, has a sign; the others are a dot that pulses and a ring. */
const signs: Readonly<Record<string, IconName>> = {
  completed: "check",
  failed: "close",
  cancelled: "stop",
  skipped: "minus",
  "left-out": "eyeoff",
  paused: "pause",
  waiting: "wait",
  "waiting-for-input": "gate",
  held: "breakpoint",
};

export function StateDot({ state, word = false }: { readonly state: string; readonly word?: boolean }) {
  const sign = signs[state];
  const colour = `var(--${stateToken(state)})`;
  const name = word
    ? { "aria-hidden": true } as const
    : { role: "img", "aria-label": stateWord(state) } as const;
  return (
    <span class="row" style={{ gap: "6px" }}>
      {sign === undefined
        ? (
          <span
            class={`dot ${state === "running" || state === "retrying" ? "pulsing" : "ring"}`}
            style={state === "running" || state === "retrying" ? { background: colour } : { "--dot": colour }}
            {...name}
          />
        )
        : (
          <span class="state-sign" style={{ color: colour }} {...name}>
            <Icon name={sign} size={12} />
          </span>
        )}
      {word ? <span>{stateWord(state)}</span> : null}
    </span>
  );
}
