/** What a person can do to the run as a whole; also in the palette and by key. @module */

import { useLayoutEffect, useState } from "preact/hooks";
import { Button } from "../../parts/button.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { MenuButton, type MenuEntry } from "../../parts/menu.tsx";
import type { IconName } from "../../parts/icon.tsx";
import { keyText } from "../../parts/keys.ts";
import type { RunWatch } from "./run_watch.ts";

interface Action {
  readonly id: string;
  readonly title: string;
  readonly icon: IconName;
  readonly keys?: string;
  readonly run: () => void;
}

/** What is legal now. */
function actionsOf(watch: RunWatch, askCancel: () => void): readonly Action[] {
  const { state, driver = "ended" } = watch.model;
  const pause: Action = {
    id: "pause",
    title: "Pause",
    icon: "pause",
    keys: "p",
    run: () => void watch.command({ type: "pause", reason: "paused on the monitor" }, "Pause"),
  };
  const resume: Action = {
    id: "resume",
    title: driver === "nobody" && state !== "paused" ? "Go on here" : "Resume",
    icon: "play",
    keys: "r",
    run: () => void (state === "paused" ? watch.command({ type: "resume" }, "Resume") : watch.resume()),
  };
  const cancel: Action = { id: "cancel", title: "Cancel", icon: "stop", keys: "shift+c", run: askCancel };
  const goOn: Action = {
    id: "continue",
    title: "Continue",
    icon: "play",
    keys: "f8",
    run: () => void watch.command({ type: "continue" }, "Continue"),
  };
  const step: Action = {
    id: "step",
    title: "Step",
    icon: "step",
    keys: "f10",
    run: () => void watch.command({ type: "continue", step: true }, "Step"),
  };
  const again: Action = {
    id: "again",
    title: "Run again",
    icon: "retry",
    run: () => void watch.rerun({}, "Run again"),
  };
  const changed: Action = {
    id: "changed",
    title: "Run again what changed",
    icon: "diff",
    run: () => void watch.rerun({ changed: true }, "Run again what changed"),
  };
  switch (state) {
    case "held":
      return [goOn, step, cancel];
    case "waiting-for-input":
      return driver === "nobody" ? [cancel] : [pause, cancel];
    case "pending":
    case "running":
      return driver === "nobody" ? [resume, cancel] : [pause, cancel];
    case "paused":
      return [resume, cancel];
    case "completed":
    case "failed":
    case "cancelled":
      return [again, changed];
  }
}

export function RunActions({ watch }: { readonly watch: RunWatch; readonly chosen: string | undefined }) {
  const [isCancelling, setCancelling] = useState(false);
  void watch.model.tick.value;
  const actions = actionsOf(watch, () => setCancelling(true));
  const names = actions.map(({ id }) => id).join(" ");
  // Before the next key can come: what is drawn can be done.
  useLayoutEffect(
    () =>
      watch.app.commands.add(actions.map(({ id, title, icon, keys, run }) => ({
        id: `monitor.run.${id}`,
        title: `Run: ${title}`,
        group: "Run",
        icon,
        ...keys === undefined ? {} : { keys },
        run,
      }))),
    [names],
  );
  const entries = (): readonly MenuEntry[] =>
    actions.map(({ title, icon, keys, run }) => ({ title, icon, keys, run }));
  return (
    <>
      <div class="row monitor-actions" role="group" aria-label="Commands for the run">
        {actions.map(({ id, title, icon, keys, run }, index) => (
          <Button
            key={id}
            small
            icon={icon}
            look={id === "cancel" ? "danger" : index === 0 ? "primary" : undefined}
            disabled={watch.isBusy.value}
            data-tip={title}
            data-tip-keys={keys === undefined ? undefined : keyText(keys)}
            onClick={run}
          >
            {title}
          </Button>
        ))}
      </div>
      <span class="monitor-actions-menu">
        <MenuButton label="Commands for the run" icon="more" entries={entries} />
      </span>
      {isCancelling
        ? (
          <CancelDialog
            onClose={() => setCancelling(false)}
            onCancel={(reason) => {
              setCancelling(false);
              void watch.command({ type: "cancel", reason }, "Cancel");
            }}
          />
        )
        : null}
    </>
  );
}

function CancelDialog(
  { onClose, onCancel }: { readonly onClose: () => void; readonly onCancel: (reason: string) => void },
) {
  const [reason, setReason] = useState("");
  return (
    <Dialog
      title="Cancel the run?"
      onClose={onClose}
      onSubmit={() => onCancel(reason.trim() === "" ? "cancelled on the monitor" : reason.trim())}
      foot={
        <>
          <Button onClick={onClose}>Let it run</Button>
          <Button look="primary" type="submit" icon="stop">Cancel the run</Button>
        </>
      }
    >
      <div class="column">
        <p>
          What has completed is kept; calls under way are given up. A cancelled run cannot be resumed, only
          run again.
        </p>
        <label class="field">
          <span class="field-name">Reason</span>
          <input
            class="input"
            value={reason}
            placeholder="Optional; stands in the log"
            onInput={(event) => setReason(event.currentTarget.value)}
          />
        </label>
      </div>
    </Dialog>
  );
}
