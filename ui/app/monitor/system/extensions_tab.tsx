/** Installed extensions: health with its reason, use, permissions, instances. @module */

import { useEffect, useMemo, useState } from "preact/hooks";
import type { ExtensionLine } from "../../../api/extensions.ts";
import { SearchField } from "../../parts/search_field.tsx";
import { EmptyState, ErrorState, LoadingState } from "../../parts/states.tsx";
import { useApp } from "../../state/app.ts";
import { useResource } from "../../state/resource.ts";
import { hrefOf } from "../../state/route.ts";
import { countText, sizeText } from "../format.ts";
import { PoolState } from "../performance/pool_tab.tsx";

const looks: Readonly<Record<ExtensionLine["health"], string>> = {
  healthy: "good",
  degraded: "warn",
  probation: "warn",
  unhealthy: "bad",
  quarantined: "bad",
  unknown: "",
};
const badness: Readonly<Record<ExtensionLine["health"], number>> = {
  quarantined: 0,
  unhealthy: 0,
  degraded: 1,
  probation: 1,
  healthy: 2,
  unknown: 3,
};

export function ExtensionsTab() {
  const { live } = useApp();
  const [text, setText] = useState("");
  const [told, setTold] = useState<readonly ExtensionLine[] | undefined>(undefined);
  const loaded = useResource((client, signal) => client.call("GET /extensions", { signal }), []);
  useEffect(() => live.subscribe("extensions", { onEvent: (event) => setTold(event.extensions) }), []);
  const lines = told ?? loaded.value;
  const shown = useMemo(() => {
    const words = text.toLowerCase().split(/\s+/).filter((word) => word !== "");
    return (lines ?? [])
      .filter((line) =>
        words.every((word) => `${line.id} ${line.name} ${line.kind}`.toLowerCase().includes(word))
      )
      .toSorted((a, b) =>
        badness[a.health] - badness[b.health] || b.calls - a.calls || a.id.localeCompare(b.id)
      );
  }, [lines, text]);
  if (lines === undefined) {
    return loaded.error === undefined
      ? <LoadingState what="extensions" lines={8} />
      : <ErrorState title="Cannot list the extensions" error={loaded.error} onRetry={loaded.reload} />;
  }
  return (
    <div class="monitor-data wide" tabIndex={0} role="region" aria-label="Extensions">
      <div class="monitor-search wide">
        <SearchField label="Search extensions" value={text} onValue={setText} />
      </div>
      {shown.length === 0
        ? (
          <EmptyState
            icon="extension"
            title={text === "" ? "No extension is installed" : "No extension fits"}
          >
            Install one with <code>symphony ext install FOLDER</code>.
          </EmptyState>
        )
        : (
          <ul class="monitor-cards">
            {shown.map((line) => <ExtensionCard key={line.id} line={line} />)}
          </ul>
        )}
    </div>
  );
}

function isUsed({ calls, instances }: ExtensionLine): boolean {
  return calls > 0 || instances.some(({ busy }) => busy > 0);
}

function ExtensionCard({ line }: { readonly line: ExtensionLine }) {
  return (
    <li class="monitor-card">
      <div class="row monitor-wrap">
        <strong>{line.name}</strong>
        <span class={`badge ${looks[line.health]}`}>
          {line.health !== "unknown" ? line.health : isUsed(line) ? "too new to judge" : "not used yet"}
        </span>
        <span class="badge">{line.kind}</span>
        <span class="grow" />
        <span class="faint numbers">{line.version}</span>
      </div>
      <p class="faint mono monitor-small cut">{line.id}, {line.origin}</p>
      {line.reason === ""
        ? null
        : <p class={line.health === "healthy" || line.health === "unknown" ? "faint" : ""}>{line.reason}</p>}
      <dl class="monitor-now small">
        <div>
          <dt>Calls</dt>
          <dd class="numbers">{countText(line.calls)}</dd>
        </div>
        <div>
          <dt>Failures</dt>
          <dd class={`numbers ${line.failures > 0 ? "monitor-bad" : ""}`}>{countText(line.failures)}</dd>
        </div>
        <div>
          <dt>Restarts</dt>
          <dd class="numbers">{countText(line.restarts)}</dd>
        </div>
        <div>
          <dt>Processor</dt>
          <dd class="numbers">{Math.round(line.cpu * 100)} %</dd>
        </div>
        <div>
          <dt>Memory</dt>
          <dd class="numbers">{line.memoryBytes === 0 ? "–" : sizeText(line.memoryBytes)}</dd>
        </div>
      </dl>
      {line.instances.length === 0 ? null : (
        <p class="row monitor-wrap">
          {line.instances.map((one, index) => (
            <span key={one.instance ?? index} class="row" title={one.reason}>
              <PoolState state={one.state} />
              {one.busy > 0 ? <span class="faint numbers monitor-small">{one.busy} busy</span> : null}
            </span>
          ))}
        </p>
      )}
      {line.permissions.length === 0 ? null : (
        <details>
          <summary>
            {line.permissions.filter(({ granted }) => granted).length} of {line.permissions.length}{" "}
            permissions granted
          </summary>
          <ul class="monitor-permissions">
            {line.permissions.map((one) => (
              <li key={one.permission}>
                <code>{one.permission}</code>
                <span class={`badge ${one.granted ? "good" : ""}`}>
                  {one.granted ? "granted" : "not granted"}
                </span>
                <span class="faint">{one.reason}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
      <p>
        <a
          class="own-line"
          href={hrefOf("system", "settings", { extension: line.id })}
          aria-label={`Settings of ${line.name}`}
        >
          Settings
        </a>
      </p>
    </li>
  );
}
