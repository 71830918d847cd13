/** What the run has proposed to files and waits for a person, with the way to each file. @module */

import { WaitingList } from "../../editor/changes/waiting_list.tsx";
import { waitingChanges } from "../../editor/changes/waiting_changes.ts";
import { Icon } from "../../parts/icon.tsx";

export function RunWaiting({ run }: { readonly run: string }) {
  const sets = waitingChanges.value.filter((set) => set.run === run);
  if (sets.length === 0) return null;
  const files = new Set(sets.flatMap((set) => set.files.map(({ file }) => file))).size;
  return (
    <section class="monitor-asking" aria-label="Changes to review">
      <div class="monitor-ask">
        <Icon name="diff" />
        <div class="monitor-ask-text">
          <p>
            <strong>
              {files === 1 ? "Changes of one file wait" : `Changes of ${files} files wait`} for your review
            </strong>
          </p>
          <WaitingList sets={sets} isOfRun />
        </div>
      </div>
    </section>
  );
}
