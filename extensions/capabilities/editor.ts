/**
 * Texts in the editor: reading them as they are there, and proposing changes to them. A proposal goes the way of agents' edits: into
 * the open text as a change set that the person reviews, never into the file.
 *
 * @module
 */

import { relative } from "node:path";
import { NO_RUN } from "../../core/ids.ts";
import type { Json } from "../../core/json.ts";
import { own } from "../../core/json.ts";
import { changeSetOf } from "../../core/ports/file_proposals.ts";
import { ExtensionFailure } from "../sdk/failure.ts";
import {
  type CallScope,
  demand,
  jsonIn,
  type Operation,
  optionalText,
  proposerOf,
  textArgument,
} from "./capability.ts";
import { refuseGitSteps } from "./git_names.ts";
import { proposedPlace } from "./proposed_place.ts";
import { isWithin, outside, pathFailure, realBelow, realRoot } from "./workspace_path.ts";

export interface EditorLimits {
  /** Of one text, in UTF-16 units; what is larger is no text that a person reviews. */
  readonly chars: number;
  /** Of all proposals of a call together. */
  readonly proposedChars: number;
  readonly proposals: number;
}

/** Of one call. */
export const editorLimits: EditorLimits = { chars: 2 << 20, proposedChars: 16 << 20, proposals: 200 };

/** The operations `editor.*` of one call. */
export function editorOperations(
  scope: CallScope,
  limits = editorLimits,
): Readonly<Record<string, Operation>> {
  let [proposals, proposedChars] = [0, 0];
  const enter = async (path: string, doing: string) => {
    const root = await realRoot(scope.workspace);
    try {
      const file = doing === "read" ? await realBelow(root, path) : await proposedPlace(root, path);
      refuseGitSteps(root, file);
      const { isFile, size } = await Deno.lstat(file);
      if (!isFile) throw new ExtensionFailure("input", `Cannot ${doing} "${path}": it is no file`);
      // Of two bytes a unit at most, in the encodings that there are, and a mark.
      if (size > 4 * limits.chars) throw tooLong(doing, path, limits.chars);
      return { root, file };
    } catch (error) {
      throw pathFailure(error, doing, path);
    }
  };
  const desk = (doing: string, path: string) => {
    if (scope.texts !== undefined) return scope.texts;
    throw new ExtensionFailure(
      "unavailable",
      `Cannot ${doing} "${path}": no editor is open here. It is in the page of symphony, where proposals are reviewed`,
    );
  };
  return {
    "editor.read": async (args) => {
      const path = textArgument(args, "path");
      await demand(scope, "editor:read");
      const texts = desk("read", path);
      const { root, file } = await enter(path, "read");
      return await texts.withText(scope.authority.extension, file, async ({ info, read }) => {
        const name = nameBelow(root, info.file, path);
        if (info.length > limits.chars) throw tooLong("read", path, limits.chars);
        const { revision, text } = await read();
        scope.authority.used?.("editor:read", name);
        return { value: { text, revision, unsaved: info.unsaved } };
      });
    },
    "editor.propose": async (args, bytes) => {
      const path = textArgument(args, "path");
      const note = optionalText(args, "note");
      // Of three bytes a unit at most, or six where it is escaped, which no text is throughout.
      const proposal = jsonIn(bytes, `The proposal for "${path.slice(0, 200)}"`, 8 * limits.chars);
      const text = textArgument(proposal, "text");
      const base = baseOf(own(proposal, "base"));
      await demand(scope, "editor:propose");
      // The note is shown to the person at once, as a message is.
      if (note !== undefined) await demand(scope, "notifications");
      for (const one of [text, base]) {
        if (typeof one === "string" && one.length > limits.chars) {
          throw tooLong("propose", path, limits.chars);
        }
      }
      proposals++;
      proposedChars += text.length;
      if (proposals > limits.proposals || proposedChars > limits.proposedChars) {
        throw new ExtensionFailure(
          "permission",
          `Cannot propose "${path}": one call proposes at most ${limits.proposals} texts of ${limits.proposedChars} characters together`,
        );
      }
      const texts = desk("propose", path);
      const { root, file } = await enter(path, "propose");
      const { extension } = scope.authority;
      return await texts.withText(extension, file, async ({ info, propose }) => {
        const name = nameBelow(root, info.file, path);
        if (info.readOnly) {
          throw new ExtensionFailure("permission", `Cannot propose "${path}": the file is read-only`);
        }
        const proposed = await propose({
          base,
          text,
          author: proposerOf(extension),
          changeSet: scope.run === NO_RUN ? extension : changeSetOf(scope.run, scope.node),
          contradictions: "ask",
        }, scope.run === NO_RUN ? undefined : { run: scope.run, node: scope.node });
        const { changes, waiting } = proposed;
        scope.authority.used?.("editor:propose", `${name}: ${changes} changes, ${waiting} contradictions`);
        if (changes + waiting > 0) texts.tell(extension, name, note);
        return { value: { changes, waiting } };
      });
    },
  };
}

/** The text's name from the workspace: the folder may have been swapped for a link since it was looked at. */
function nameBelow(root: string, file: string | undefined, path: string): string {
  if (file === undefined || !isWithin(root, file)) throw outside(path);
  return relative(root, file);
}

function baseOf(base: Json | undefined): number | string {
  if (typeof base === "string" || typeof base === "number" && Number.isInteger(base) && base >= 0) {
    return base;
  }
  throw new ExtensionFailure(
    "input",
    `Argument "base" must be the text or the revision that the proposal was made from, found ${
      JSON.stringify(base ?? null).slice(0, 100)
    }`,
  );
}

function tooLong(doing: string, path: string, chars: number): ExtensionFailure {
  return new ExtensionFailure("input", `Cannot ${doing} "${path}": over ${chars} characters`);
}
