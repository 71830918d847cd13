/**
 * What a front end can ask of a view, as data: the edit methods of the protocol, parsed.
 *
 * @module
 */

import type { Movement } from "./movement.ts";
import type { QueryTerms } from "./find/query.ts";

export type Granularity = "point" | "word" | "line";

/** What becomes of the selection when a match is found. */
export type SelectionChange = "none" | "set" | "add" | "add_removing_current";

export type Gesture =
  | { readonly type: "select"; readonly granularity: Granularity; readonly multi: boolean }
  | { readonly type: "extend"; readonly granularity: Granularity }
  | { readonly type: "drag" };

/** Changes only what is seen and selected. */
export type ViewEvent =
  | { readonly type: "move"; readonly movement: Movement; readonly extend: boolean }
  | { readonly type: "add selection"; readonly movement: Movement }
  | { readonly type: "select all" }
  | { readonly type: "collapse" }
  | { readonly type: "into lines" }
  | {
    readonly type: "scroll";
    readonly first: number;
    readonly last: number;
    readonly columns?: readonly [number, number];
  }
  | { readonly type: "goto line"; readonly line: number }
  | { readonly type: "gesture"; readonly line: number; readonly column: number; readonly gesture: Gesture }
  | { readonly type: "find"; readonly terms: QueryTerms }
  | { readonly type: "multi find"; readonly queries: readonly (QueryTerms & { readonly id?: number })[] }
  | {
    readonly type: "find next";
    readonly reverse: boolean;
    readonly wrap: boolean;
    /** Whether a match that is selected already may be found again. */
    readonly allowSame: boolean;
    readonly change: SelectionChange;
  }
  | { readonly type: "find all" }
  | { readonly type: "highlight find"; readonly visible: boolean }
  | { readonly type: "selection for find"; readonly caseSensitive: boolean }
  | { readonly type: "replace"; readonly chars: string; readonly preserveCase: boolean }
  | { readonly type: "selection for replace" };

/** Changes the text. */
export type BufferEvent =
  | { readonly type: "insert" | "paste"; readonly chars: string }
  | { readonly type: "delete"; readonly movement: Movement; readonly kill: boolean }
  | {
    readonly type:
      | (
        | "backspace"
        | "transpose"
        | "undo"
        | "redo"
        | "uppercase"
        | "lowercase"
        | "capitalize"
        | "indent"
        | "outdent"
      )
      | (
        | "newline"
        | "tab"
        | "yank"
        | "replace next"
        | "replace all"
        | "duplicate line"
        | "increase"
        | "decrease"
      );
  };

/** Neither; never recorded. */
export type SpecialEvent =
  | { readonly type: "resize"; readonly width: number; readonly height: number }
  | { readonly type: "request lines"; readonly first: number; readonly last: number }
  | {
    readonly type: "hover";
    readonly requestId: number;
    readonly position?: readonly [line: number, column: number];
  }
  | { readonly type: "toggle comment" | "reindent" | "nothing" }
  | { readonly type: "toggle recording"; readonly name: string | undefined }
  | { readonly type: "play recording" | "clear recording"; readonly name: string };

export type EditEvent =
  | { readonly domain: "view"; readonly event: ViewEvent }
  | { readonly domain: "buffer"; readonly event: BufferEvent }
  | { readonly domain: "special"; readonly event: SpecialEvent };

/** The edit requests. */
export type EditRequest = "copy" | "cut";
