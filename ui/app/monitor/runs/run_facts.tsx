/** The line of figures below the heading: progress, time, tries, money. @module */

import type { NodeId } from "../../../../core/ids.ts";
import {
  refusedIn,
  type RefusedPermission,
  refusedWords,
} from "../../../../core/policy/refused_permission.ts";
import { Button } from "../../parts/button.tsx";
import { stateWord } from "../../parts/state_dot.tsx";
import { countText, durationText, momentText, moneyText, percentText } from "../format.ts";
import { useNow } from "../now.ts";
import { GrantOffer } from "./grant_offer.tsx";
import { ShareBar } from "./share_bar.tsx";
import { keyOf } from "./run_model.ts";
import type { RunWatch } from "./run_watch.ts";

export interface RunFactsProps {
  readonly watch: RunWatch;
  /** Shows a node by its key. */
  readonly onShow: (key: string) => void;
}

export function RunFacts({ watch, onShow }: RunFactsProps) {
  const { model } = watch;
  void model.tick.value;
  const { account } = model;
  const hasEnded = account.endedAt !== undefined;
  const now = useNow(!hasEnded) + watch.app.live.skewMs;
  const known = watch.definition.value?.graph.nodes;
  const totals = model.totals(known);
  const elapsed = (account.endedAt ?? now) - (account.createdAt ?? now);
  const eta = model.etaMs === undefined || hasEnded
    ? undefined
    : Math.max(0, model.etaMs - Math.max(0, Date.now() - model.etaAt));
  const failure = account.failure;
  const refused = failure && refusedIn(failure);
  return (
    <>
      <div class="monitor-figures" tabIndex={0} role="region" aria-label="Figures of the run">
        <dl>
          <div class="monitor-figure wide">
            <dt>Progress</dt>
            <dd>
              <ShareBar state={model.state} share={totals.total === 0 ? 0 : totals.done / totals.total} />
              <span
                class="numbers"
                role="progressbar"
                aria-label="Progress"
                aria-valuemin={0}
                aria-valuemax={totals.total}
                aria-valuenow={totals.done}
              >
                {countText(totals.done)}/{countText(totals.total)}
                <span class="faint">{percentText(totals.done, totals.total)}</span>
              </span>
            </dd>
          </div>
          <Figure title={hasEnded ? "Took" : "Elapsed"} value={durationText(elapsed)} />
          {hasEnded ? null : (
            <Figure
              title="Left"
              value={model.state === "waiting-for-input"
                ? "waits for you"
                : eta === undefined
                ? "unknown"
                : `about ${durationText(eta)}`}
            />
          )}
          <Figure
            title="Started"
            value={account.createdAt === undefined ? "–" : momentText(account.createdAt)}
          />
          <Figure title="Running" value={countText(totals.running)} />
          {totals.retrying > 0 ? <Figure title="Retrying" value={countText(totals.retrying)} /> : null}
          {totals.waiting > 0 ? <Figure title="Waiting" value={countText(totals.waiting)} /> : null}
          <Figure title="Failed" value={countText(totals.failed)} isBad={totals.failed > 0} />
          <Figure title="Attempts" value={countText(totals.attempts)} />
          <Figure title="Fallbacks" value={countText(totals.fallbacks)} />
          <Figure
            title="Tokens"
            value={`${countText(totals.tokensIn)} in, ${countText(totals.tokensOut)} out`}
          />
          <Figure title="Cost" value={moneyText(totals.costUsd)} />
        </dl>
      </div>
      {failure === undefined || account.state !== "failed" ? null : (
        <div class="monitor-failed">
          <p role="alert">
            <strong>
              {failure.node === undefined ? "The run failed" : `${watch.titleOf(failure.node)} failed`}
            </strong>
            <span class="badge bad">{failure.class}</span>
            <span>{refused === undefined ? failure.message : refusedWords(refused)}</span>
          </p>
          {failure.node === undefined ? null : (
            <FailedActions
              watch={watch}
              node={failure.node}
              refused={refused}
              onShow={onShow}
            />
          )}
        </div>
      )}
      {account.reason === "" || !["paused", "cancelled"].includes(account.state)
        ? null
        : <p class="monitor-note-line">{stateWord(account.state)}: {account.reason}</p>}
    </>
  );
}

/** From what failed to why, and on from there. */
function FailedActions(
  { watch, node, refused, onShow }: RunFactsProps & {
    readonly node: NodeId;
    readonly refused: RefusedPermission | undefined;
  },
) {
  const retry = () => void watch.command({ type: "retry-node", node }, `Retry ${watch.titleOf(node)}`);
  return (
    <span class="row">
      {refused === undefined
        ? null
        : <GrantOffer refused={refused} isBusy={watch.isBusy.value} onGranted={retry} />}
      <Button small icon="info" onClick={() => onShow(keyOf(node, undefined))}>Show why</Button>
      <Button
        small
        icon="retry"
        disabled={watch.isBusy.value}
        onClick={retry}
      >
        Retry from there
      </Button>
    </span>
  );
}

function Figure(
  { title, value, isBad = false }: {
    readonly title: string;
    readonly value: string;
    readonly isBad?: boolean;
  },
) {
  return (
    <div class="monitor-figure">
      <dt>{title}</dt>
      <dd class={`numbers ${isBad ? "monitor-bad" : ""}`}>{value}</dd>
    </div>
  );
}
