/** The library: words, type, tag, run, quality and time; facets say what else there is. @module */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { TitledHit } from "../../../api/artifacts.ts";
import { Button } from "../../parts/button.tsx";
import { Icon } from "../../parts/icon.tsx";
import { SearchField } from "../../parts/search_field.tsx";
import { EmptyState, ErrorState, LoadingState } from "../../parts/states.tsx";
import { VirtualList } from "../../parts/virtual_list.tsx";
import { useResource } from "../../state/resource.ts";
import { hrefOf, navigate } from "../../state/route.ts";
import { agoText, countText, momentText, plural, shortId, sizeText } from "../format.ts";
import { useNow } from "../now.ts";

const WAIT_MS = 180;
const ROW_PX = 56;
const PAGE = 200;
const DAY = 86_400_000;

const ages = [
  { id: "", title: "Any time", ms: 0 },
  { id: "1", title: "Last day", ms: DAY },
  { id: "7", title: "Last week", ms: 7 * DAY },
  { id: "30", title: "Last month", ms: 30 * DAY },
] as const;

export function ArtifactSearch({ query }: { readonly query: Readonly<Record<string, string>> }) {
  const now = useNow(false);
  const [typed, setTyped] = useState(query["text"] ?? "");
  const [limit, setLimit] = useState(PAGE);
  const [at, setAt] = useState(-1);
  const timer = useRef<number | undefined>(undefined);
  const set = (change: Readonly<Record<string, string>>) => {
    const next = Object.fromEntries(
      Object.entries({ ...query, ...change }).filter(([, value]) => value !== ""),
    );
    navigate(hrefOf("artifacts", "", next), true);
    setLimit(PAGE);
    setAt(-1);
  };
  useEffect(() => () => clearTimeout(timer.current), []);
  const { text = "", type = "", tag = "", run = "", node = "", quality = "", age = "" } = query;
  const filter = useMemo(() => {
    const ms = ages.find(({ id }) => id === age)?.ms ?? 0;
    return {
      ...text === "" ? {} : { text },
      ...type === "" ? {} : { type },
      ...tag === "" ? {} : { tag },
      ...run === "" ? {} : { run },
      ...node === "" ? {} : { node },
      ...quality === "" ? {} : { minQuality: Number(quality) },
      ...ms === 0 ? {} : { since: Date.now() - ms },
    };
  }, [text, type, tag, run, node, quality, age]);
  const loaded = useResource(
    (client, signal) => client.call("GET /artifacts", { query: { ...filter, limit }, signal }),
    [filter, limit],
  );
  const result = loaded.value;
  const hits = result?.hits ?? [];
  const isFiltered = Object.keys(filter).length > 0;
  const open = (index: number) => {
    const hit = hits[index];
    if (hit !== undefined) navigate(hrefOf("artifacts", hit.artifact));
  };
  return (
    <>
      <header class="bar monitor-bar">
        <h1>Artifacts</h1>
        <div class="monitor-search wide">
          <SearchField
            label="Search in content and names"
            value={typed}
            onValue={(value) => {
              setTyped(value);
              clearTimeout(timer.current);
              timer.current = setTimeout(() => set({ text: value }), WAIT_MS);
            }}
          />
        </div>
        <span class="faint numbers" role="status">
          {result === undefined ? "" : plural(result.total, "artifact")}
        </span>
      </header>
      <div class="monitor-tools">
        <Facet
          label="Type"
          value={type}
          values={result?.facets.type}
          onValue={(value) => set({ type: value })}
        />
        <Facet label="Tag" value={tag} values={result?.facets.tag} onValue={(value) => set({ tag: value })} />
        <Facet label="Run" value={run} values={result?.facets.run} onValue={(value) => set({ run: value })} />
        <select
          class="select"
          aria-label="Age"
          value={age}
          onChange={(event) => set({ age: event.currentTarget.value })}
        >
          {ages.map(({ id, title }) => <option key={id} value={id}>{title}</option>)}
        </select>
        <select
          class="select"
          aria-label="Quality"
          value={quality}
          onChange={(event) => set({ quality: event.currentTarget.value })}
        >
          <option value="">Any quality</option>
          {["0.5", "0.7", "0.9"].map((least) => (
            <option key={least} value={least}>Quality from {least}</option>
          ))}
        </select>
        {node === "" ? null : <span class="badge">node {node}</span>}
        {isFiltered
          ? (
            <Button
              small
              look="quiet"
              icon="close"
              onClick={() => {
                setTyped("");
                navigate(hrefOf("artifacts"), true);
              }}
            >
              Clear
            </Button>
          )
          : null}
      </div>
      {result === undefined
        ? loaded.error === undefined
          ? <LoadingState what="artifacts" lines={8} />
          : <ErrorState title="Cannot search the artifacts" error={loaded.error} onRetry={loaded.reload} />
        : hits.length === 0
        ? (
          <EmptyState icon="artifact" title={isFiltered ? "No artifact fits" : "No artifacts yet"}>
            {isFiltered
              ? "All words must be there; quotes make a phrase, a star ends a beginning: rev*."
              : "What runs make is kept here by its content: equal bytes once."}
          </EmptyState>
        )
        : (
          <div class="monitor-runs">
            <VirtualList
              label="Artifacts"
              count={hits.length}
              rowPx={ROW_PX}
              keyOf={(index) => hits[index]?.artifact ?? index}
              chosen={at}
              onChoose={setAt}
              onOpen={open}
              row={(index) => <HitRow hit={hits[index] as TitledHit} now={now} />}
            />
          </div>
        )}
      {result !== undefined && result.total > hits.length && limit < 500
        ? (
          <div class="monitor-foot">
            <Button small onClick={() => setLimit(Math.min(500, limit + PAGE))}>
              Load more of {countText(result.total)}
            </Button>
          </div>
        )
        : null}
    </>
  );
}

function Facet(
  { label, value, values = {}, onValue }: {
    readonly label: string;
    readonly value: string;
    readonly values?: Readonly<Record<string, number>> | undefined;
    readonly onValue: (value: string) => void;
  },
) {
  const entries = Object.entries(values).slice(0, 50);
  if (value !== "" && values[value] === undefined) entries.unshift([value, 0]);
  return (
    <select
      class="select monitor-facet"
      aria-label={label}
      value={value}
      onChange={(event) => onValue(event.currentTarget.value)}
    >
      <option value="">{label}: all</option>
      {entries.map(([name, count]) => <option key={name} value={name}>{name} ({count})</option>)}
    </select>
  );
}

function HitRow({ hit, now }: { readonly hit: TitledHit; readonly now: number }) {
  return (
    <div class="monitor-entry monitor-hit" onClick={() => navigate(hrefOf("artifacts", hit.artifact))}>
      <Icon name={hit.type.startsWith("image/") ? "eye" : hit.type.includes("json") ? "code" : "file"} />
      <span class="monitor-run-name">
        <span class="cut">{hit.title}</span>
        <span class="faint cut monitor-small">
          {hit.highlight === ""
            ? <span class="mono">{shortId(hit.artifact)}</span>
            : <Marked text={hit.highlight} />}
        </span>
      </span>
      <span class="faint cut monitor-small">{hit.type}</span>
      <span class="numbers faint monitor-small">{sizeText(hit.sizeBytes)}</span>
      <time class="faint monitor-small" title={momentText(hit.createdAt)}>{agoText(hit.createdAt, now)}</time>
    </div>
  );
}

/** The words found stand between brackets. */
function Marked({ text }: { readonly text: string }) {
  return (
    <>
      {text.split(/(\[[^\]]*\])/).map((part, index) =>
        /^\[[^\]]*\]$/.test(part) ? <mark key={index}>{part.slice(1, -1)}</mark> : part
      )}
    </>
  );
}
