/** What was decided about permissions, newest first: searched by words, and by what was decided. @module */

import { useEffect, useState } from "preact/hooks";
import type { AuditLine, AuditQuery } from "../../../api/permissions.ts";
import { Button } from "../../parts/button.tsx";
import { SearchField } from "../../parts/search_field.tsx";
import { EmptyState, ErrorState, LoadingState } from "../../parts/states.tsx";
import { useResource } from "../../state/resource.ts";
import { momentText } from "../format.ts";

const PAGE = 200;
const MOST = 2000;
const TYPING_MS = 200;
const decisions = ["all", "prompt", "allowed", "denied", "granted", "withdrawn", "used"] as const;
const titles: Readonly<Record<(typeof decisions)[number], string>> = {
  all: "All",
  prompt: "Asked",
  allowed: "Allowed",
  denied: "Denied",
  granted: "Granted",
  withdrawn: "Taken back",
  used: "Used",
};

/** `changes` goes up whenever something was decided. */
export function Audit({ changes }: { readonly changes: number }) {
  const [limit, setLimit] = useState(PAGE);
  const [text, setText] = useState("");
  const [words, setWords] = useState("");
  const [decision, setDecision] = useState<(typeof decisions)[number]>("all");
  useEffect(() => {
    const timer = setTimeout(() => setWords(text.trim()), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const audit = useResource((api, signal) => {
    const query: AuditQuery = {
      limit,
      ...words === "" ? {} : { text: words },
      ...decision === "all" ? {} : { decision },
    };
    return api.call("GET /permissions/audit", { query, signal });
  }, [changes, limit, words, decision]);
  const isFiltered = words !== "" || decision !== "all";
  return (
    <section>
      <h2>Audit</h2>
      <div class="monitor-search wide">
        <SearchField label="Search the audit" value={text} onValue={setText} />
      </div>
      <div class="monitor-chips" role="group" aria-label="What was decided">
        {decisions.map((one) => (
          <button
            key={one}
            type="button"
            class="monitor-chip"
            aria-pressed={one === decision}
            onClick={() => setDecision(one)}
          >
            {titles[one]}
          </button>
        ))}
      </div>
      {audit.value === undefined
        ? audit.error === undefined
          ? <LoadingState what="the audit" lines={5} />
          : <ErrorState title="Cannot read the audit" error={audit.error} onRetry={audit.reload} />
        : audit.value.lines.length === 0
        ? isFiltered
          ? (
            <EmptyState icon="search" title="Nothing like it was decided">
              Every word is looked for in extension, permission, decision and reason.
            </EmptyState>
          )
          : <p class="faint">Nothing has been decided yet.</p>
        : (
          <>
            <AuditTable lines={audit.value.lines} />
            {audit.value.next === undefined || limit >= MOST ? null : (
              <div>
                <Button small onClick={() => setLimit(Math.min(MOST, limit * 2))}>Load older</Button>
              </div>
            )}
          </>
        )}
    </section>
  );
}

function AuditTable({ lines }: { readonly lines: readonly AuditLine[] }) {
  return (
    <table class="monitor-table stacked">
      <thead>
        <tr>
          <th>When</th>
          <th>Extension</th>
          <th>Permission</th>
          <th>Decision</th>
          <th>Reason</th>
        </tr>
      </thead>
      <tbody>
        {lines.map((line, index) => (
          <tr key={`${line.at}/${index}`}>
            <td data-label="When" class="numbers monitor-nowrap">{momentText(line.at)}</td>
            <td data-label="Extension" class="mono monitor-nowrap">{line.extension}</td>
            <td data-label="Permission" class="mono">{line.permission}</td>
            <td data-label="Decision">
              <span
                class={`badge ${
                  /denied|withdrawn/.test(line.decision)
                    ? "bad"
                    : /allowed|granted/.test(line.decision)
                    ? "good"
                    : ""
                }`}
              >
                {line.decision}
              </span>
            </td>
            <td data-label="Reason" class="faint">{line.reason ?? ""}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
