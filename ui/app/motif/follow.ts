/** Commands of motifs in the palette, with their keys where the page has no use for them. @module */

import type { ExtensionUi } from "../../../core/motif/contributions.ts";
import { messageOf } from "../parts/states.tsx";
import type { App } from "../state/app.ts";
import type { Command } from "../state/commands.ts";
import { route } from "../state/route.ts";
import { showToast } from "../state/toasts.ts";

/** The first view comes first. */
const WAIT_MS = 600;

/** Offers every motif's commands; keys in `taken` are not given away. */
export function commandsOf(
  motifs: readonly ExtensionUi[],
  taken: ReadonlySet<string>,
  run: (extension: string, command: string, title: string) => void,
): readonly Command[] {
  const used = new Set(taken);
  return motifs.flatMap(({ extension, title: group, commands, keys }) =>
    commands.map(({ command, title }) => {
      const chord = keys.find((one) => one.command === command)?.key;
      const isFree = chord !== undefined && /^(mod|ctrl|alt)\+|^f\d+$/.test(chord) && !used.has(chord);
      if (isFree) used.add(chord);
      return {
        id: `motif.${extension}.${command}`,
        title,
        group,
        icon: "extension" as const,
        ...isFree ? { keys: chord } : {},
        run: () => run(extension, command, title),
      };
    })
  );
}

export function followMotifs(app: App): void {
  const run = async (extension: string, command: string, title: string) => {
    try {
      const { view, path } = route.peek();
      const reply = await app.client.call("POST /motifs/commands", {
        body: { extension, command, input: { view, path } },
      });
      if (!reply.ok) throw new Error(reply.failure.message);
      const notice = reply.output["notice"];
      showToast({
        look: "good",
        title,
        ...typeof notice === "string" ? { text: notice.slice(0, 1000) } : {},
      });
    } catch (error) {
      showToast({ look: "bad", title: `${title} has failed`, text: messageOf(error) });
    }
  };
  setTimeout(() => {
    app.client.call("GET /motifs", {}).then((motifs) => {
      const known = app.commands.list.peek();
      const taken = new Set(known.flatMap(({ keys }) => keys?.split("|") ?? []));
      const offered = commandsOf(motifs, taken, (...one) => void run(...one));
      // Before the page's own: of two with the same keys the later one wins.
      app.commands.list.value = [...offered, ...app.commands.list.peek()];
    }, () => undefined);
  }, WAIT_MS);
}
