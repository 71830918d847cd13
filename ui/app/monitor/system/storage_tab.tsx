/** Room that the data folder takes, and what has aged. @module */

import { ErrorState, LoadingState } from "../../parts/states.tsx";
import { useResource } from "../../state/resource.ts";
import { hrefOf } from "../../state/route.ts";
import { countText, plural, shortId, sizeText } from "../format.ts";

const MOST_SHOWN = 200;
const tierLooks = { hot: "good", warm: "warn", cold: "" } as const;

export function StorageTab() {
  const storage = useResource((client, signal) => client.call("GET /storage", { signal }), []);
  const stale = useResource((client, signal) => client.call("GET /storage/stale", { signal }), []);
  if (storage.value === undefined) {
    return storage.error === undefined
      ? <LoadingState what="the storage" lines={8} />
      : <ErrorState title="Cannot look at the storage" error={storage.error} onRetry={storage.reload} />;
  }
  const { data, totalBytes, freeBytes, parts, artifacts, runs } = storage.value;
  const largest = parts.toSorted((a, b) => b.bytes - a.bytes);
  return (
    <div class="monitor-data wide" tabIndex={0} role="region" aria-label="Storage">
      <section>
        <h2>Data folder</h2>
        <dl class="monitor-now">
          <div>
            <dt>Takes</dt>
            <dd class="numbers">{sizeText(totalBytes)}</dd>
          </div>
          {freeBytes === undefined ? null : (
            <div>
              <dt>Free on the disk</dt>
              <dd class="numbers">{sizeText(freeBytes)}</dd>
            </div>
          )}
          <div>
            <dt>Artifacts</dt>
            <dd class="numbers">
              {countText(artifacts.count)}{" "}
              <span class="faint monitor-small">{sizeText(artifacts.bytes)}</span>
            </dd>
          </div>
          <div>
            <dt>Runs</dt>
            <dd class="numbers">
              {countText(runs.count)} <span class="faint monitor-small">{countText(runs.open)} open</span>
            </dd>
          </div>
        </dl>
        <p class="mono faint">{data}</p>
        <table class="monitor-table stacked">
          <thead>
            <tr>
              <th>Part</th>
              <th>Share</th>
              <th class="right">Size</th>
              <th class="right">Files</th>
            </tr>
          </thead>
          <tbody>
            {largest.map((part) => (
              <tr key={part.name}>
                <td data-label="Part">{part.name}</td>
                <td data-label="Share">
                  <meter
                    class="monitor-meter"
                    min={0}
                    max={Math.max(1, totalBytes)}
                    value={part.bytes}
                    aria-label={`Share of ${part.name}`}
                  />
                </td>
                <td data-label="Size" class="right numbers">{sizeText(part.bytes)}</td>
                <td data-label="Files" class="right numbers">{countText(part.files)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <section>
        <h2>What has aged</h2>
        <p class="faint">
          Looking removes nothing. <code>symphony stale</code>{" "}
          says more and removes what you choose; what must be kept never goes.
        </p>
        {stale.value === undefined
          ? stale.error === undefined
            ? <LoadingState what="what has aged" lines={4} />
            : <ErrorState title="Cannot review what has aged" error={stale.error} onRetry={stale.reload} />
          : stale.value.proposals.length === 0
          ? <p>Nothing has aged.</p>
          : (
            <>
              <p>
                {plural(stale.value.proposals.length, "artifact")},{" "}
                {sizeText(stale.value.proposals.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0))} in all
                {stale.value.isCut ? "; the list is cut" : ""}
              </p>
              <div class="monitor-scroll" tabIndex={0} role="region" aria-label="What has aged">
                <table class="monitor-table stacked">
                  <thead>
                    <tr>
                      <th>Artifact</th>
                      <th>Tier</th>
                      <th class="right">Size</th>
                      <th>Why</th>
                    </tr>
                  </thead>
                  <tbody>
                    {stale.value.proposals.slice(0, MOST_SHOWN).map((one) => (
                      <tr key={one.artifact}>
                        <td data-label="Artifact">
                          <a class="own-line" href={hrefOf("artifacts", one.artifact)}>{one.title}</a>{" "}
                          <code class="faint">{shortId(one.artifact)}</code>
                        </td>
                        <td data-label="Tier">
                          <span class={`badge ${tierLooks[one.tier]}`}>{one.tier}</span>
                        </td>
                        <td data-label="Size" class="right numbers">{sizeText(one.sizeBytes)}</td>
                        <td data-label="Why" class="faint">{one.reason}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            </>
          )}
      </section>
    </div>
  );
}
