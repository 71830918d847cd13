/** Whether what a limit names is there: a limit may come before the extension, so what is not is told and set all the same. @module */

import type { NodeTypeId } from "../core/ids.ts";
import type { Catalog } from "../core/workflow/catalog.ts";
import { didYouMean } from "../core/workflow/suggest.ts";
import { cleanLine } from "./text.ts";

/** The warning where no installed extension gives an instrument or task of that name; undefined where one does. */
export function unknownInstrument({ nodes, tasks }: Catalog, name: string): string | undefined {
  if (nodes.get(name as NodeTypeId)?.kind === "instrument" || tasks.has(name as NodeTypeId)) return undefined;
  const known = [...nodes.values()].filter(({ kind }) => kind === "instrument").map(({ type }) => type);
  return untilThen(
    `instrument or task "${cleanLine(name)}"`,
    didYouMean(name, [...known, ...tasks.keys()], "instruments"),
  );
}

/** The same of the extension, or the key, that a kind of limit is of (`calls:symphony/local`, `usd:key:openai`). */
export function unknownOwner({ limits }: Catalog, kind: string): string | undefined {
  const [, ...of] = kind.split(":");
  const name = of.at(-1);
  if (name === undefined) return undefined;
  if (of.length === 1) {
    if (limits.has(name as never)) return undefined;
    return untilThen(`extension "${cleanLine(name)}"`, didYouMean(name, limits.keys(), "extensions"));
  }
  const keys = new Set([...limits.values()].flatMap((one) => one.keys ?? []));
  return keys.has(name)
    ? undefined
    : untilThen(`extension that uses the key "${cleanLine(name)}"`, didYouMean(name, keys, "keys"));
}

function untilThen(what: string, hint: string): string {
  return `warning: there is no ${what}, so this bounds nothing until it is installed. ${hint}\n`;
}
