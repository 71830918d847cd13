/** Who waits for leave, what was granted, and what was decided when. @module */

import { useEffect } from "preact/hooks";
import { IconButton } from "../../parts/button.tsx";
import { ErrorState, LoadingState, messageOf } from "../../parts/states.tsx";
import { useApp } from "../../state/app.ts";
import { useResource } from "../../state/resource.ts";
import { showToast } from "../../state/toasts.ts";
import { momentText } from "../format.ts";
import { Audit } from "./audit.tsx";
import { PromptCard } from "./prompt_card.tsx";
import { followPrompts, grantChanges, waitingPrompts } from "./prompt_index.ts";

export function PermissionsTab() {
  const app = useApp();
  const { client } = app;
  useEffect(() => followPrompts(app), []);
  const changes = grantChanges.value;
  const grants = useResource((api, signal) => api.call("GET /grants", { signal }), [changes]);
  const withdraw = async (extension: string, permission: string) => {
    try {
      await client.call("DELETE /grants", { query: { extension, permission } });
      grantChanges.value++;
    } catch (error) {
      showToast({ look: "bad", title: "Cannot take it back", text: messageOf(error) });
    }
  };
  return (
    <div class="monitor-data wide" tabIndex={0} role="region" aria-label="Permissions">
      <section>
        <h2>Waiting for your answer</h2>
        {waitingPrompts.value.length === 0
          ? (
            <p class="faint">
              No extension waits. One that wants more than it was granted asks here, and its call is held
              meanwhile.
            </p>
          )
          : waitingPrompts.value.map((prompt) => <PromptCard key={prompt.id} prompt={prompt} isBoxed />)}
      </section>
      <section>
        <h2>Granted</h2>
        {grants.value === undefined
          ? grants.error === undefined
            ? <LoadingState what="grants" lines={3} />
            : <ErrorState title="Cannot list the grants" error={grants.error} onRetry={grants.reload} />
          : grants.value.length === 0
          ? <p class="faint">Nothing has been granted.</p>
          : (
            <table class="monitor-table stacked">
              <thead>
                <tr>
                  <th>Extension</th>
                  <th>Permission</th>
                  <th>Verdict</th>
                  <th>For</th>
                  <th>
                    <span class="hidden-text">Take back</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {grants.value.map((grant) => (
                  <tr key={`${grant.extension} ${grant.permission}`}>
                    <td data-label="Extension" class="mono monitor-nowrap">{grant.extension}</td>
                    <td data-label="Permission" class="mono">
                      {grant.permission}
                      {grant.env === undefined ? null : <span class="faint">from {grant.env}</span>}
                    </td>
                    <td data-label="Verdict">
                      <span class={`badge ${grant.verdict === "allow" ? "good" : "bad"}`}>
                        {grant.verdict}
                      </span>
                    </td>
                    <td data-label="For">
                      {grant.scope.kind === "until"
                        ? `until ${momentText(grant.scope.atMs)}`
                        : grant.scope.kind}
                    </td>
                    <td>
                      <IconButton
                        icon="trash"
                        small
                        label={`Take ${grant.permission} back from ${grant.extension}`}
                        onClick={() => void withdraw(grant.extension, grant.permission)}
                      />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
      </section>
      <Audit changes={changes} />
    </div>
  );
}
