/** One cause: what it says, where it happened, what was tried, what went in, and one click to go on from there. @module */

import { useState } from "preact/hooks";
import type { FailureOccurrence } from "../../../api/failures.ts";
import { Button } from "../../parts/button.tsx";
import { ErrorState, LoadingState, messageOf } from "../../parts/states.tsx";
import { useApp } from "../../state/app.ts";
import { useResource } from "../../state/resource.ts";
import { hrefOf, navigate } from "../../state/route.ts";
import { showToast } from "../../state/toasts.ts";
import { agoText, clockText, momentText, plural } from "../format.ts";
import { useNow } from "../now.ts";
import { keyOf } from "../runs/run_model.ts";
import { FailureCard } from "./failure_card.tsx";
import { takeGroup } from "./failure_index.ts";

export function FailureDetailPanel(
  { fingerprint, count, back }: {
    readonly fingerprint: string;
    /** Asked again when it grows. */
    readonly count: number;
    readonly back: string;
  },
) {
  const { client } = useApp();
  const now = useNow(true);
  const loaded = useResource(
    (api, signal) => api.call("GET /failures/{fingerprint}", { params: { fingerprint }, signal }),
    [fingerprint, count],
  );
  const detail = loaded.value;
  if (detail === undefined) {
    return loaded.error === undefined
      ? <LoadingState what="the failure" lines={7} />
      : <ErrorState title="Cannot show this failure" error={loaded.error} onRetry={loaded.reload} />;
  }
  const change = async (state: "open" | "resolved" | "ignored") => {
    try {
      takeGroup(
        await client.call("PATCH /failures/{fingerprint}", { params: { fingerprint }, body: { state } }),
      );
      loaded.reload();
    } catch (error) {
      showToast({ look: "bad", title: `Cannot mark it as ${state}`, text: messageOf(error) });
    }
  };
  return (
    <div class="monitor-detail" tabIndex={0} role="region" aria-label="The chosen failure">
      <a class="button quiet small monitor-back" href={back}>All causes</a>
      <div class="monitor-detail-head">
        <h2>{detail.message}</h2>
        <p class="row monitor-wrap">
          <span class="badge bad">{detail.class}</span>
          <code>{detail.nodeType}</code>
          <span class="faint">
            {plural(detail.count, "time")} in {plural(detail.runs, "run")}, first{" "}
            {agoText(detail.firstAt, now)}, last {agoText(detail.lastAt, now)}
          </span>
        </p>
        <div class="row monitor-wrap">
          {detail.state === "open"
            ? (
              <>
                <Button small icon="check" onClick={() => void change("resolved")}>Resolved</Button>
                <Button small icon="eye" onClick={() => void change("ignored")}>Ignore</Button>
              </>
            )
            : <Button small icon="undo" onClick={() => void change("open")}>Open again</Button>}
        </div>
      </div>
      <h3>Occurrences</h3>
      {detail.occurrences.map((one) => (
        <Occurrence key={`${one.run}/${keyOf(one.node, one.scope)}/${one.item ?? ""}/${one.at}`} one={one} />
      ))}
      {detail.count > detail.occurrences.length
        ? <p class="faint">{detail.count - detail.occurrences.length} older ones are only counted.</p>
        : null}
    </div>
  );
}

function Occurrence({ one }: { readonly one: FailureOccurrence }) {
  const { client } = useApp();
  const [isBusy, setBusy] = useState(false);
  const act = async (title: string, work: () => Promise<string>) => {
    setBusy(true);
    try {
      const run = await work();
      navigate(hrefOf("runs", run, { node: keyOf(one.node, one.scope) }));
    } catch (error) {
      showToast({ look: "bad", title: `${title} was refused`, text: messageOf(error) });
    } finally {
      setBusy(false);
    }
  };
  const params = { run: one.run };
  const retry = () =>
    act("Retry", async () => {
      await client.call("POST /runs/{run}/commands", {
        params,
        body: { type: "retry-node", node: one.node as never },
      });
      return one.run;
    });
  const again = () =>
    act("Run again", async () => {
      const from = one.scope === undefined ? [one.node] : [];
      return (await client.call("POST /runs/{run}/rerun", { params, body: { from } })).run;
    });
  return (
    <article class="monitor-occurrence" aria-label={`${one.node} in run ${one.run}`}>
      <header class="row monitor-wrap">
        <a class="own-line" href={hrefOf("runs", one.run, { node: keyOf(one.node, one.scope) })}>
          {one.workflow} / {one.scope === undefined ? "" : `${one.scope} / `}
          {one.node}
          {one.item === undefined ? "" : `[${one.item}]`}
        </a>
        <span class="faint mono monitor-small">{one.run}</span>
        <time class="faint" title={momentText(one.at)}>{momentText(one.at)}</time>
        <span class="faint">attempt {one.attempt}</span>
        {one.instrument === undefined ? null : <code>{one.instrument}</code>}
        <span class="grow" />
        {one.input === undefined
          ? null
          : <a class="button small" href={hrefOf("artifacts", one.input)}>Input</a>}
        {one.isRetryable && one.scope === undefined
          ? (
            <Button small look="primary" icon="retry" disabled={isBusy} onClick={retry}>
              Retry from there
            </Button>
          )
          : <Button small icon="play" disabled={isBusy} onClick={again}>Run again from there</Button>}
      </header>
      <FailureCard failure={one.failure} stack={one.stack} />
      {one.tried.length === 0 ? null : (
        <section class="column">
          <h4>What was tried</h4>
          <ol class="monitor-history">
            {one.tried.map((attempt) => (
              <li key={`${attempt.attempt}/${attempt.at}`}>
                <time class="mono faint">{clockText(attempt.at)}</time>
                <span>
                  Attempt {attempt.attempt}
                  {attempt.instrument === undefined ? "" : ` by ${attempt.instrument}`}: {attempt.failure}
                  {attempt.recovery === undefined ? null : (
                    <span class="monitor-recovery">
                      <strong>{attempt.recovery.action}</strong>: {attempt.recovery.reason}
                      {attempt.recovery.decision === undefined ? null : (
                        <>
                          {" "}
                          <a
                            href={hrefOf("performance", "", {
                              tab: "decisions",
                              decision: attempt.recovery.decision,
                            })}
                          >
                            why
                          </a>
                        </>
                      )}
                    </span>
                  )}
                </span>
              </li>
            ))}
          </ol>
        </section>
      )}
    </article>
  );
}
