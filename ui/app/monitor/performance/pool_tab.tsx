/** Instances by state and what moved them; processor and memory by extension. @module */

import { useEffect } from "preact/hooks";
import type { PoolMove } from "../../../../core/ports/pool.ts";
import type { PoolInfo } from "../../../api/extensions.ts";
import { EmptyState, ErrorState, LoadingState } from "../../parts/states.tsx";
import { useResource } from "../../state/resource.ts";
import { clockText, countText, durationText, sizeText } from "../format.ts";
import { ExtensionUse } from "./extension_use.tsx";
import { useLiveMetrics } from "./live_metrics.ts";
import type { RangeId } from "./range.tsx";

const RELOAD_MS = 2000;
const MOST_MOVES = 60;

export function PoolTab({ range }: { readonly range: RangeId }) {
  const now = useLiveMetrics();
  const loaded = useResource((client, signal) => client.call("GET /pool", { signal }), []);
  useEffect(() => {
    const timer = setInterval(() => document.hidden || loaded.reload(), RELOAD_MS);
    return () => clearInterval(timer);
  }, []);
  const pool = loaded.value;
  if (pool === undefined) {
    return loaded.error === undefined
      ? <LoadingState what="the pool" lines={8} />
      : <ErrorState title="Cannot show the pool" error={loaded.error} onRetry={loaded.reload} />;
  }
  const { counters } = pool;
  const asked = counters.hits + counters.misses;
  return (
    <div class="monitor-data wide" tabIndex={0} role="region" aria-label="Pool and extensions">
      <section>
        <h2>Instances</h2>
        <dl class="monitor-now">
          <div>
            <dt>Served at once</dt>
            <dd class="numbers">{asked === 0 ? "–" : `${Math.round((counters.hits / asked) * 100)} %`}</dd>
          </div>
          <div>
            <dt>Cold starts</dt>
            <dd class="numbers">{countText(counters.coldStarts)}</dd>
          </div>
          <div>
            <dt>Started ahead</dt>
            <dd class="numbers">{countText(counters.prewarmed)}</dd>
          </div>
          <div>
            <dt>Waits avoided</dt>
            <dd class="numbers">{countText(counters.coldStartsAvoided)}</dd>
          </div>
          <div>
            <dt>Put away</dt>
            <dd class="numbers">{countText(counters.evictions)}</dd>
          </div>
          <div>
            <dt>Failures</dt>
            <dd class="numbers">{countText(counters.failures)}</dd>
          </div>
          <div>
            <dt>Starting took</dt>
            <dd class="numbers">{durationText(counters.loadMs)}</dd>
          </div>
        </dl>
        {pool.instances.length === 0
          ? (
            <EmptyState icon="plug" title="Nothing is warm">
              Instances of extensions start when they are first wanted, or ahead of it.
            </EmptyState>
          )
          : (
            <div class="monitor-scroll" tabIndex={0} role="region" aria-label="Instances">
              <table class="monitor-table stacked">
                <thead>
                  <tr>
                    <th>Extension</th>
                    <th>State</th>
                    <th class="right">Busy</th>
                    <th class="right">Leases</th>
                    <th class="right">Memory</th>
                    <th>Why</th>
                  </tr>
                </thead>
                <tbody>
                  {pool.instances.map((one, index) => (
                    <tr key={`${one.extension}/${one.instance ?? index}`}>
                      <td data-label="Extension" class="mono">{one.extension}</td>
                      <td data-label="State">
                        <PoolState state={one.state} />
                      </td>
                      <td data-label="Busy" class="right numbers">{one.busy}</td>
                      <td data-label="Leases" class="right numbers">{countText(one.leases)}</td>
                      <td data-label="Memory" class="right numbers">
                        {one.memoryBytes === undefined ? "–" : sizeText(one.memoryBytes)}
                      </td>
                      <td data-label="Why" class="faint">{one.reason}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )}
      </section>
      <ExtensionUse range={range} now={now?.extensions ?? []} />
      {pool.sharing.users.length === 0 ? null : <Sharing {...pool.sharing} />}
      <section>
        <h2>Moves</h2>
        {pool.moves.length === 0
          ? <p class="faint">No instance has moved yet.</p>
          : <Moves moves={pool.moves} />}
      </section>
    </div>
  );
}

/** Who got how much of what calls share. */
function Sharing({ users, gini }: PoolInfo["sharing"]) {
  return (
    <section>
      <h2>Shares of users</h2>
      <dl class="monitor-now">
        <div>
          <dt>Gini, 0 is even</dt>
          <dd class="numbers">{gini.toFixed(2)}</dd>
        </div>
      </dl>
      <div class="monitor-scroll" tabIndex={0} role="region" aria-label="Shares of users">
        <table class="monitor-table">
          <thead>
            <tr>
              <th>User</th>
              <th class="right">Weight</th>
              <th class="right">Share now</th>
              <th class="right">Granted</th>
              <th class="right">Waiting</th>
              <th class="right">Waited, on average</th>
              <th class="right">At most</th>
            </tr>
          </thead>
          <tbody>
            {users.map((user) => (
              <tr key={user.of}>
                <td class="mono">{user.of === "" ? "nobody named" : user.of}</td>
                <td class="right numbers">{user.weight}</td>
                <td class="right numbers">{Math.round(user.dominantShare * 100)} %</td>
                <td class="right numbers">{countText(user.grants)}</td>
                <td class="right numbers">{countText(user.waiting)}</td>
                <td class="right numbers">{durationText(user.meanWaitMs)}</td>
                <td class="right numbers">{durationText(user.longestWaitMs)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Moves({ moves }: { readonly moves: readonly PoolMove[] }) {
  return (
    <ol class="monitor-history wide">
      {moves.slice(-MOST_MOVES).reverse().map((move, index) => (
        <li key={`${move.at}/${index}`}>
          <time class="mono faint">{clockText(move.at)}</time>
          <span>
            <code>{move.extension}</code> {move.from} → <strong>{move.to}</strong>:{" "}
            <span class="faint">{move.reason}</span>
          </span>
        </li>
      ))}
    </ol>
  );
}

const looks = { cold: "", warming: "warn", hot: "good", cooling: "", failed: "bad" } as const;

export function PoolState({ state }: { readonly state: keyof typeof looks }) {
  return <span class={`badge ${looks[state]}`}>{state}</span>;
}
