/** Commands of motifs in the palette, with their keys where the page has no use for them; panels by name. @module */

import { effect } from "@preact/signals";
import type { ExtensionUi } from "../../../core/motif/contributions.ts";
import { iconNamed } from "../parts/icon.tsx";
import { ownChord } from "../parts/keys.ts";
import { messageOf } from "../parts/states.tsx";
import type { App } from "../state/app.ts";
import type { Command } from "../state/commands.ts";
import { showToast } from "../state/toasts.ts";
import { lookingAt } from "./looking_at.ts";
import { followContributions, motifs, panels } from "./motifs.ts";
import { showPanel } from "./panel_places.ts";

/** The first view comes first. */
const WAIT_MS = 600;
const MAX_NOTICE = 1000;

/** Offers every motif's commands; keys in `taken` are not given away, nor those that type. */
export function commandsOf(
  motifs: readonly ExtensionUi[],
  taken: ReadonlySet<string>,
  run: (extension: string, command: string, title: string) => void,
): readonly Command[] {
  const used = new Set(taken);
  return motifs.flatMap(({ extension, title: group, commands, keys }) =>
    commands.map(({ command, title, icon }) => {
      const named = keys.find((one) => one.command === command)?.key;
      const chord = named === undefined ? undefined : ownChord(named);
      const isFree = chord !== undefined && /^(mod|ctrl|alt)\+|^f\d+$/.test(chord) && !used.has(chord);
      if (isFree) used.add(chord);
      return {
        id: `motif.${extension}.${command}`,
        title,
        group,
        icon: iconNamed(icon) ?? "extension",
        ...isFree ? { keys: chord } : {},
        run: () => run(extension, command, title),
      };
    })
  );
}

export function followMotifs(app: App): void {
  setTimeout(() => followContributions(app), WAIT_MS);
  let remove: (() => void) | undefined;
  effect(() => {
    const found = motifs.value;
    if (found === undefined) return;
    const brought = panels.value;
    remove?.();
    const taken = new Set(app.commands.list.peek().flatMap(({ keys }) => keys?.split("|") ?? []));
    const offered = [
      ...commandsOf(found, taken, (...one) => void runCommand(app, ...one)),
      ...brought.map((panel): Command => ({
        id: `motif.panel.${panel.path}`,
        title: `Panel: ${panel.title}`,
        group: panel.from,
        icon: iconNamed(panel.icon) ?? "extension",
        run: () => showPanel(panel),
      })),
    ];
    remove = app.commands.addBelow(offered);
  });
}

async function runCommand(app: App, extension: string, command: string, title: string): Promise<void> {
  try {
    const reply = await app.client.call("POST /motifs/commands", {
      body: { extension, command, input: lookingAt() },
    });
    if (!reply.ok) throw new Error(reply.failure.message);
    const notice = reply.output["notice"];
    showToast({
      look: "good",
      title,
      ...typeof notice === "string" ? { text: notice.slice(0, MAX_NOTICE) } : {},
    });
  } catch (error) {
    showToast({ look: "bad", title: `${title} has failed`, text: messageOf(error) });
  }
}
