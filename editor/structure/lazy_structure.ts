/**
 * The `structure/…` methods of the revision protocol, whose modules are loaded with the first of them.
 *
 * @module
 */

import type { Params } from "../revision/params.ts";
import type { TextSource, TreeSource } from "./local_structure.ts";

/** The names; `structure_methods.ts` says what they do. */
export const STRUCTURE_METHODS = [
  "definitions",
  "functionAround",
  "rangesAround",
  "bracketsAt",
  "colours",
  "bracketsAround",
  "piece",
  "nameUses",
].map((name) => `structure/${name}`);

type Handlers = Readonly<Record<string, (params: Params) => unknown>>;

/** The methods over open texts and their trees. */
export function lazyStructureMethods(texts: TextSource, trees: TreeSource): Handlers {
  let made: Promise<Handlers> | undefined;
  return Object.fromEntries(STRUCTURE_METHODS.map((name) => [name, async (params: Params) => {
    const handlers = await (made ??= make(texts, trees));
    return await handlers[name]!(params);
  }]));
}

async function make(texts: TextSource, trees: TreeSource): Promise<Handlers> {
  const [{ structureMethods }, { LocalStructure }] = await Promise.all([
    import("./structure_methods.ts"),
    import("./local_structure.ts"),
  ]);
  return structureMethods(new LocalStructure(texts, trees));
}
