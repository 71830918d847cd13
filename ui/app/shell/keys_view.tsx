/** Every key and what it does: of the page, and of the view that was open before. @module */

import { useEffect } from "preact/hooks";
import { keyText } from "../parts/keys.ts";
import { hrefOf, navigate } from "../state/route.ts";
import { shownKeys } from "./shown_keys.ts";
import { useApp } from "../state/app.ts";

export default function KeysView() {
  const { commands } = useApp();
  const groups = new Map<string, { title: string; keys: string }[]>();
  const add = (group: string, title: string, keys: string) => {
    const known = groups.get(group) ?? [];
    if (!known.some((one) => one.title === title)) known.push({ title, keys });
    groups.set(group, known);
  };
  // One looks something up, and is back where one was.
  useEffect(() =>
    commands.add([{
      id: "keys.leave",
      title: "Back to where you were",
      group: "Symphony",
      keys: "escape",
      isQuiet: true,
      run: () => history.length > 1 ? history.back() : navigate(hrefOf("board")),
    }]), []);
  const shown = shownKeys.value;
  if (shown !== undefined) {
    for (const { title, group, keys } of shown.commands) if (keys !== undefined) add(group, title, keys);
    for (const [title, keys] of shown.view.inner ?? []) add(`In ${shown.view.title}`, title, keys);
  }
  for (const { title, group, keys } of commands.list.value) if (keys !== undefined) add(group, title, keys);
  return (
    <>
      <div class="bar">
        <h1>Keyboard</h1>
      </div>
      <div class="panel-body" tabIndex={0} role="region" aria-label="Keys">
        <div class="keys-sheet">
          {[...groups].map(([group, entries]) => (
            <section key={group} class="column" aria-label={group}>
              <h2>{group}</h2>
              <dl class="keys-list">
                {entries.map(({ title, keys }) => (
                  <div key={title}>
                    <dt>{title}</dt>
                    <dd>{keys.split("|").map((one) => <kbd key={one} class="key">{keyText(one)}</kbd>)}</dd>
                  </div>
                ))}
              </dl>
            </section>
          ))}
        </div>
      </div>
    </>
  );
}
