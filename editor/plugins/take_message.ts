/**
 * Carries out what a plugin says of a buffer: spans and marks go into its layer, edits into the text, the rest to the front ends.
 *
 * @module
 */

import type { Json, JsonObject } from "../../core/json.ts";
import type { Buffer } from "../buffers.ts";
import { Delta } from "../text/delta.ts";
import type { Layer } from "./layers.ts";
import type { PluginEdit, PluginMessage, UpdateAnnotations, UpdateSpans } from "./messages.ts";

/** What the front ends must be told. */
export type Outcome =
  | { readonly type: "styles"; readonly from: number; readonly to: number }
  | { readonly type: "annotations" }
  /** A notification about each view of the buffer. */
  | { readonly type: "views"; readonly method: string; readonly params: JsonObject }
  /** A notification about no view. */
  | { readonly type: "all"; readonly method: string; readonly params: JsonObject };

/** Who says it, and of what. */
export interface Speaker {
  readonly pluginId: number;
  readonly name: string;
  readonly buffer: Buffer;
  readonly layer: Layer;
  report(problem: string): void;
}

/** Scope stacks that one plugin may tell of one buffer. */
const SCOPES_LIMIT = 100_000;

/** @throws RangeError where it names a revision that is not known, or a place outside it */
export function takeMessage(message: PluginMessage, speaker: Speaker): Outcome | undefined {
  const { buffer, layer, name } = speaker;
  switch (message.type) {
    case "add_scopes":
      if (layer.scopes.length + message.scopes.length > SCOPES_LIMIT) {
        throw new RangeError(`Cannot take more than ${SCOPES_LIMIT} scopes`);
      }
      for (const stack of message.scopes) layer.scopes.push(stack);
      return undefined;
    case "update_spans":
      return takeSpans(message, buffer, layer);
    case "update_annotations":
      return takeAnnotations(message, buffer, layer);
    case "edit":
      takeEdit(message, speaker);
      return undefined;
    case "alert":
      return { type: "all", method: "alert", params: { msg: message.msg } };
    case "add_status_item": {
      const { key, value, alignment } = message;
      return { type: "views", method: message.type, params: { source: name, key, value, alignment } };
    }
    case "update_status_item":
      return { type: "views", method: message.type, params: { key: message.key, value: message.value } };
    case "remove_status_item":
      return { type: "views", method: message.type, params: { key: message.key } };
    case "show_hover": {
      const { requestId, result } = message;
      if (!result.ok) {
        speaker.report(`Plugin "${name}" knows nothing here: ${result.message} (${result.code})`);
        return undefined;
      }
      return {
        type: "views",
        method: message.type,
        params: { request_id: requestId, result: result.content },
      };
    }
  }
}

function takeSpans(
  { revision, from, to, spans }: UpdateSpans,
  buffer: Buffer,
  layer: Layer,
): Outcome | undefined {
  const delta = sinceThen(buffer, revision);
  const known = spans.filter(({ scope }) => scope < layer.scopes.length);
  if (known.length < spans.length) {
    throw new RangeError(`Cannot take spans of scopes that were not told: ${layer.scopes.length} are`);
  }
  const start = delta.mapOffset(from, -1);
  const end = delta.mapOffset(to, 1);
  const starts = delta.mapOffsets(known.map((span) => span.from), 1);
  const ends = delta.mapOffsets(known.map((span) => span.to), -1);
  const moved = known
    .map(({ scope }, at) => ({ from: starts[at]!, to: ends[at]!, value: scope }))
    .filter((span) => span.from < span.to);
  return layer.replaceSpans(start, end, moved) ? { type: "styles", from: start, to: end } : undefined;
}

function takeAnnotations(message: UpdateAnnotations, buffer: Buffer, layer: Layer): Outcome {
  const delta = sinceThen(buffer, message.revision);
  const place = (offset: number, bias: -1 | 1) => delta.mapOffset(offset, bias);
  const marks = message.spans.map(({ from, to, data }: { from: number; to: number; data: Json }) => {
    const start = place(from, 1);
    return { from: start, to: Math.max(start, place(to, -1)), data };
  });
  layer.annotations.replace(message.annotationType, place(message.from, -1), place(message.to, 1), marks);
  return { type: "annotations" };
}

function takeEdit({ revision, delta, priority, group }: PluginEdit, { buffer, pluginId }: Speaker): void {
  buffer.edit({
    delta,
    revision,
    priority,
    author: `plugin-${pluginId}`,
    // What a plugin does by itself the person can undo as an edit of theirs.
    group: group ?? buffer.undoGroups.take("other"),
  });
}

function sinceThen(buffer: Buffer, revision: number): Delta {
  return revision === buffer.revision
    ? Delta.identity(buffer.text.length)
    : buffer.document.changesSince(revision);
}
