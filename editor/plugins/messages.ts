/**
 * What the core and a plugin say to each other, as values. `wire.ts` writes and reads them as xi's JSON for a plugin that is a
 * process; the highlighter that runs inside the editor takes and gives them as they are.
 *
 * Offsets are UTF-16 units of the text at the revision the message names; on the wire they are UTF-8 bytes.
 *
 * @module
 */

import type { Json, JsonObject } from "../../core/json.ts";
import type { Delta } from "../text/delta.ts";
import type { Rope } from "../text/rope.ts";
import type { EditKind } from "../undo_groups.ts";

/** What a plugin is told of a buffer when it first hears of it. */
export interface BufferInfo {
  readonly bufferId: number;
  /** Views that show it; the first names the buffer in every message. */
  readonly views: readonly string[];
  readonly revision: number;
  readonly text: Rope;
  readonly path: string | undefined;
  readonly language: string;
  readonly config: JsonObject;
}

/** A change of a buffer, to be acknowledged. */
export interface UpdateMessage {
  readonly type: "update";
  readonly viewId: string;
  /** From the revision told last to this one. */
  readonly delta: Delta;
  readonly before: Rope;
  readonly after: Rope;
  readonly revision: number;
  readonly group: number;
  readonly kind: EditKind;
  readonly author: string;
}

export type CoreMessage =
  | { readonly type: "ping" }
  | { readonly type: "initialize"; readonly pluginId: number; readonly buffers: readonly BufferInfo[] }
  | { readonly type: "new_buffer"; readonly buffers: readonly BufferInfo[] }
  | UpdateMessage
  | { readonly type: "did_save"; readonly viewId: string; readonly path: string }
  | { readonly type: "did_close"; readonly viewId: string }
  | { readonly type: "config_changed"; readonly viewId: string; readonly changes: JsonObject }
  | { readonly type: "language_changed"; readonly viewId: string; readonly language: string }
  | {
    readonly type: "custom_command";
    readonly viewId: string;
    readonly method: string;
    readonly params: Json;
  }
  | {
    readonly type: "get_hover";
    readonly viewId: string;
    readonly requestId: number;
    readonly offset: number;
    readonly text: Rope;
  }
  | { readonly type: "tracing_config"; readonly enabled: boolean }
  | { readonly type: "shutdown" };

/** A span of a plugin's scopes; `scope` is the running number of what it told with `add_scopes`. */
export interface ScopeRange {
  readonly from: number;
  readonly to: number;
  readonly scope: number;
}

/** A mark; `data` is what the plugin says of it. */
export interface AnnotationRange {
  readonly from: number;
  readonly to: number;
  readonly data: Json;
}

export interface AddScopes {
  readonly type: "add_scopes";
  readonly viewId: string;
  readonly scopes: readonly (readonly string[])[];
}

/** The spans of [from, to) of the text at `revision`, in place of those there. */
export interface UpdateSpans {
  readonly type: "update_spans";
  readonly viewId: string;
  readonly from: number;
  readonly to: number;
  readonly revision: number;
  readonly spans: readonly ScopeRange[];
}

export interface PluginEdit {
  readonly type: "edit";
  readonly viewId: string;
  readonly revision: number;
  readonly delta: Delta;
  readonly priority: number;
  readonly group: number | undefined;
  readonly author: string;
}

export interface UpdateAnnotations {
  readonly type: "update_annotations";
  readonly viewId: string;
  readonly from: number;
  readonly to: number;
  readonly revision: number;
  readonly annotationType: string;
  readonly spans: readonly AnnotationRange[];
}

export type PluginMessage =
  | AddScopes
  | UpdateSpans
  | PluginEdit
  | UpdateAnnotations
  | { readonly type: "alert"; readonly viewId: string; readonly msg: string }
  | {
    readonly type: "add_status_item";
    readonly viewId: string;
    readonly key: string;
    readonly value: string;
    readonly alignment: string;
  }
  | {
    readonly type: "update_status_item";
    readonly viewId: string;
    readonly key: string;
    readonly value: string;
  }
  | { readonly type: "remove_status_item"; readonly viewId: string; readonly key: string }
  | {
    readonly type: "show_hover";
    readonly viewId: string;
    readonly requestId: number;
    readonly result: HoverResult;
  };

export type HoverResult =
  | { readonly ok: true; readonly content: string }
  | { readonly ok: false; readonly code: number; readonly message: string };
