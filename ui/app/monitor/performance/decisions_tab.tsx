/** What the Conductor decided, newest first, and why: the reasons in words, then the facts. @module */

import { useEffect, useMemo, useState } from "preact/hooks";
import type { DecisionLine } from "../../../api/conductor.ts";
import { IconButton } from "../../parts/button.tsx";
import { SearchField } from "../../parts/search_field.tsx";
import { EmptyState, ErrorState, LoadingState } from "../../parts/states.tsx";
import { VirtualList } from "../../parts/virtual_list.tsx";
import { useApp } from "../../state/app.ts";
import { useResource } from "../../state/resource.ts";
import { hrefOf, navigate } from "../../state/route.ts";
import { JsonTree } from "../artifacts/json_tree.tsx";
import { agoText, durationText, moneyText } from "../format.ts";
import { useNow } from "../now.ts";

const ROW_PX = 56;
const MOST = 500;

export function DecisionsTab({ chosen }: { readonly chosen: string | undefined }) {
  const { live } = useApp();
  const now = useNow(true);
  const [text, setText] = useState("");
  const [newer, setNewer] = useState<readonly DecisionLine[]>([]);
  const loaded = useResource(
    (client, signal) => client.call("GET /conductor/decisions", { query: { limit: MOST }, signal }),
    [],
  );
  useEffect(() =>
    live.subscribe("decisions", {
      onEvent: (event) => {
        if (event.kind === "decision") {
          setNewer((before) =>
            [event.decision, ...before.filter((one) => one.decision !== event.decision.decision)].slice(
              0,
              MOST,
            )
          );
        } else loaded.reload();
      },
    }), []);
  const shown = useMemo(() => {
    const known = new Map<string, DecisionLine>();
    for (const line of [...newer, ...loaded.value?.decisions ?? []]) {
      if (!known.has(line.decision)) known.set(line.decision, line);
    }
    const words = text.toLowerCase().split(/\s+/).filter((word) => word !== "");
    return [...known.values()].sort((a, b) => b.at - a.at).filter((line) => {
      const hay = `${line.kind} ${line.task ?? ""} ${line.choice} ${line.reason} ${line.node ?? ""} ${
        line.run ?? ""
      }`.toLowerCase();
      return words.every((word) => hay.includes(word));
    });
  }, [newer, loaded.value, text]);
  if (loaded.value === undefined) {
    return loaded.error === undefined
      ? <LoadingState what="decisions" lines={8} />
      : <ErrorState title="Cannot list the decisions" error={loaded.error} onRetry={loaded.reload} />;
  }
  const choose = (decision: string | undefined) =>
    navigate(
      hrefOf("performance", "", { tab: "decisions", ...decision === undefined ? {} : { decision } }),
      true,
    );
  return (
    <div class="monitor-sides">
      <div class={`monitor-side ${chosen === undefined ? "" : "behind"}`}>
        <div class="monitor-tools">
          <SearchField label="Search decisions" value={text} onValue={setText} />
        </div>
        {shown.length === 0
          ? (
            <EmptyState icon="bulb" title={text === "" ? "Nothing was decided yet" : "No decision fits"}>
              {text === ""
                ? "The Conductor decides which instrument does what, how failures are met, and what is started ahead."
                : ""}
            </EmptyState>
          )
          : (
            <VirtualList
              label="Decisions"
              count={shown.length}
              rowPx={ROW_PX}
              keyOf={(index) => shown[index]?.decision ?? index}
              chosen={shown.findIndex(({ decision }) => decision === chosen)}
              onChoose={(index) => choose(shown[index]?.decision)}
              row={(index) => <DecisionRow line={shown[index] as DecisionLine} now={now} />}
            />
          )}
      </div>
      <div class={`monitor-main ${chosen === undefined ? "empty" : ""}`}>
        {chosen === undefined
          ? (
            <EmptyState icon="bulb" title="Choose a decision">
              Why it was taken stands here, in words and with the facts.
            </EmptyState>
          )
          : <ExplanationPanel key={chosen} id={chosen} onClose={() => choose(undefined)} />}
      </div>
    </div>
  );
}

function DecisionRow({ line, now }: { readonly line: DecisionLine; readonly now: number }) {
  const { outcome } = line;
  return (
    <div class="monitor-entry">
      <div class="row">
        <span class="badge info">{line.kind}</span>
        <strong class="cut grow">{line.choice}</strong>
        {outcome?.failure === undefined ? null : <span class="badge bad">{outcome.failure}</span>}
        {outcome?.seconds === undefined
          ? null
          : <span class="faint numbers monitor-small">{durationText(outcome.seconds * 1000)}</span>}
        {outcome?.usd === undefined || outcome.usd === 0
          ? null
          : <span class="faint numbers monitor-small">{moneyText(outcome.usd)}</span>}
        <span class="faint monitor-small">{agoText(line.at, now)}</span>
      </div>
      <span class="faint cut monitor-small">
        {line.task === undefined ? "" : `${line.task}: `}
        {line.reason}
      </span>
    </div>
  );
}

function ExplanationPanel({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const loaded = useResource(
    (client, signal) => client.call("GET /conductor/decisions/{id}", { params: { id }, signal }),
    [id],
  );
  const { value } = loaded;
  return (
    <div class="monitor-detail" tabIndex={0} role="region" aria-label="Why">
      <div class="row">
        <h2 class="grow">Why</h2>
        <IconButton icon="close" label="Close the decision" small onClick={onClose} />
      </div>
      {value === undefined
        ? loaded.error === undefined
          ? <LoadingState what="the reasons" />
          : <ErrorState title="Cannot explain this decision" error={loaded.error} onRetry={loaded.reload} />
        : (
          <>
            <ol class="monitor-why">
              {value.why.map((line, index) => <li key={index}>{line}</li>)}
            </ol>
            {value.why.length === 0 ? <p class="faint">Only the facts are known.</p> : null}
            {typeof value.facts["run"] === "string"
              ? <a class="own-line" href={hrefOf("runs", value.facts["run"])}>Open its run</a>
              : null}
            <h3>Facts</h3>
            <JsonTree label="Facts" value={value.facts} isCompact />
          </>
        )}
    </div>
  );
}
