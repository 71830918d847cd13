/** Every key and what it does: of the page, and of the view that was open before. @module */

import { keyText } from "../parts/keys.ts";
import { useApp } from "../state/app.ts";

export default function KeysView() {
  const { commands } = useApp();
  const groups = new Map<string, { title: string; keys: string }[]>();
  for (const { title, group, keys } of [...commands.list.value, ...remembered]) {
    if (keys === undefined) continue;
    const known = groups.get(group) ?? [];
    if (!known.some((one) => one.title === title)) known.push({ title, keys });
    groups.set(group, known);
  }
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

let remembered: readonly { readonly title: string; readonly group: string; readonly keys?: string }[] = [];

/** Keeps the keys of a view for the sheet, since its commands leave with it. */
export function rememberKeys(list: typeof remembered): void {
  remembered = list;
}
