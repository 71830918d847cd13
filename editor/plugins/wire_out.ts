/**
 * What the core says, as xi's plugins read it: JSON with UTF-8 offsets.
 *
 * @module
 */

import type { Json, JsonObject } from "../../core/json.ts";
import type { Delta } from "../text/delta.ts";
import type { Rope } from "../text/rope.ts";
import type { BufferInfo, CoreMessage, UpdateMessage } from "./messages.ts";

/** A change of more than so many bytes of JSON is sent as null, and the plugin reads the text anew. */
const DELTA_LIMIT_BYTES = 1024 * 1024;

/** What each element of a change is reckoned to cost, in bytes. */
const ELEMENT_BYTES = 10;

/** Settings that plugins are not told. */
const HIDDEN_SETTINGS = new Set(["plugin_search_path"]);

/** A notification. */
export function notificationJson(message: Exclude<CoreMessage, UpdateMessage>): JsonObject {
  switch (message.type) {
    case "ping":
      return { method: "ping", params: [] };
    case "initialize":
      return {
        method: "initialize",
        params: { plugin_id: message.pluginId, buffer_info: message.buffers.map(bufferInfoJson) },
      };
    case "new_buffer":
      return { method: "new_buffer", params: { buffer_info: message.buffers.map(bufferInfoJson) } };
    case "did_save":
      return { method: "did_save", params: { view_id: message.viewId, path: message.path } };
    case "did_close":
      return { method: "did_close", params: { view_id: message.viewId } };
    case "config_changed":
      return {
        method: "config_changed",
        params: { view_id: message.viewId, changes: settingsJson(message.changes) },
      };
    case "language_changed":
      return { method: "language_changed", params: { view_id: message.viewId, new_lang: message.language } };
    case "custom_command":
      return {
        method: "custom_command",
        params: { view_id: message.viewId, method: message.method, params: message.params },
      };
    case "get_hover":
      return {
        method: "get_hover",
        params: {
          view_id: message.viewId,
          request_id: message.requestId,
          position: message.text.bytesAt(message.text.snap(message.offset)),
        },
      };
    case "tracing_config":
      return { method: "tracing_config", params: { enabled: message.enabled } };
    case "shutdown":
      return { method: "shutdown", params: {} };
  }
}

/** The request that tells of a change. */
export function updateJson(id: number, message: UpdateMessage): JsonObject {
  return {
    id,
    method: "update",
    params: {
      view_id: message.viewId,
      delta: deltaJson(message.delta, message.before),
      new_len: message.after.bytes,
      new_line_count: message.after.lines,
      rev: message.revision,
      undo_group: message.group,
      edit_type: message.kind,
      author: message.author,
    },
  };
}

function deltaJson(delta: Delta, before: Rope): JsonObject | null {
  let cost = (2 * delta.size + 1) * ELEMENT_BYTES;
  for (const insert of delta.insert) {
    cost += insert.length;
    if (cost > DELTA_LIMIT_BYTES) return null;
  }
  const { baseLength, elements } = delta.toUtf8(before);
  let bytes = elements.length * ELEMENT_BYTES;
  for (const element of elements) {
    if ("insert" in element) bytes += new TextEncoder().encode(element.insert).length;
  }
  if (bytes > DELTA_LIMIT_BYTES) return null;
  return { base_len: baseLength, els: elements.map((element): JsonObject => ({ ...element })) };
}

function bufferInfoJson(info: BufferInfo): JsonObject {
  return {
    buffer_id: info.bufferId,
    views: info.views,
    rev: info.revision,
    buf_size: info.text.bytes,
    nb_lines: info.text.lines,
    ...(info.path === undefined ? {} : { path: info.path }),
    syntax: info.language,
    config: settingsJson(info.config),
  };
}

function settingsJson(settings: JsonObject): JsonObject {
  const entries: [string, Json][] = Object.entries(settings).filter(([key]) => !HIDDEN_SETTINGS.has(key));
  return Object.fromEntries(entries);
}
