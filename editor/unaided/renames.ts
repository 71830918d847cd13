/**
 * Where a name is used in its text, and another name in its place, by the scopes of the text alone: what other files may see is not renamed
 * without a language server.
 *
 * @module
 */

import { SymphonyError } from "../../core/errors.ts";
import type { TextChange, TextRange } from "../../core/ports/text_editing.ts";
import { nodeAt } from "../syntax/facts/enclosing.ts";
import { type RenameDoubt, type RenameScope, renameScope } from "../syntax/facts/rename.ts";
import type { TreeView } from "../syntax/highlight.ts";

const NAME = /^[\p{L}_$][\p{L}\p{N}\p{M}_$]*$/u;
/** `{ one }` is a member of that name as well: it stays. */
const SHORTHAND = /^shorthand_property_identifier/;

/** Every place that means what the name at the offset means; none where that is not known. */
export function usesIn(view: TreeView, offset: number): readonly TextRange[] {
  const { places, doubts } = renameScope(view, offset);
  return doubts.some(({ type }) => type === "no-definition" || type === "unknown-language") ? [] : places;
}

/** @throws SymphonyError `bad-input` for what is no name, `unsupported` where it is not sure that nothing else would change */
export function renameIn(view: TreeView, offset: number, name: string): readonly TextChange[] {
  if (!NAME.test(name)) {
    throw new SymphonyError(
      "bad-input",
      `Cannot rename to "${name.slice(0, 60)}": expected letters, digits and _`,
    );
  }
  const scope = renameScope(view, offset, name);
  const [doubt] = scope.doubts;
  if (doubt !== undefined) throw refused(scope, doubt, name);
  return scope.places.map(({ from, to }) => {
    const isShorthand = SHORTHAND.test(nodeAt(view, from, to)?.type ?? "");
    return { from, to, insert: isShorthand ? `${scope.name}: ${name}` : name };
  });
}

function refused(scope: RenameScope, { type }: RenameDoubt, name: string): SymphonyError {
  const why = {
    "unknown-language": "no language server answers, and the scopes of this language are not known here",
    "no-definition": "it is not defined in this text, and no language server answers",
    "visible-outside": "other files may use it, and no language server answers; search all files for it",
    "taken": `"${name}" means something else there already`,
    "syntax-error": "the text has faults, so that it is not sure what means the same",
  }[type];
  return new SymphonyError("unsupported", `Cannot rename "${scope.name}": ${why}`);
}
