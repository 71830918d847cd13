/**
 * A bundle is sealed when nothing is left in it that would load another module.
 *
 * @module
 */

import { init, parse } from "es-module-lexer";
import { SymphonyError } from "../../core/errors.ts";

/** @throws SymphonyError `bad-manifest` naming the first import that is left */
export async function demandSealed(code: string, where: string): Promise<void> {
  await init;
  const left = parse(code)[0].find(({ type }) => type !== "import-meta");
  if (left === undefined) return;
  const text = code.slice(left.importStart, Math.min(left.importEnd, left.importStart + 80));
  throw new SymphonyError(
    "bad-manifest",
    `Cannot load ${where}: its bundle still loads another module: ${text}`,
    {
      hint:
        "An extension is one module; import only symphony/sdk and packages without native parts, statically",
    },
  );
}
