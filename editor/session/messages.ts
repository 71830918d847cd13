/**
 * The messages of a front end outside `edit`, parsed.
 *
 * @module
 */

import { isObject, type Json, type JsonObject } from "../../core/json.ts";
import { asChoice, describe, Params, ParamsError, unknownVariant } from "../view/params.ts";

/** Whose settings are changed, as front ends say it. */
export type DomainName =
  | { readonly type: "general" }
  | { readonly type: "language"; readonly name: string }
  | { readonly type: "override"; readonly viewId: string };

/** What a front end says of itself beyond the protocol: field `symphony` of `client_started`. */
export interface Abilities {
  /** Knows no `update` operation. */
  readonly insOnly?: boolean;
  /** Takes parts of long lines: `start` and `bytes` beside `text`. */
  readonly parts?: boolean;
  /** Wants complete `find_status` as soon as a search ends. */
  readonly findStatus?: boolean;
  /** Asks for language intelligence: the request `language`. */
  readonly language?: boolean;
}

export type Notification =
  | {
    readonly type: "client started";
    readonly configDir?: string;
    readonly extrasDir?: string;
    readonly abilities: Abilities;
  }
  | {
    readonly type: "edit";
    readonly viewId: string;
    readonly method: string;
    readonly params: Json | undefined;
  }
  | { readonly type: "save"; readonly viewId: string; readonly path: string }
  | { readonly type: "close view"; readonly viewId: string }
  | { readonly type: "set theme"; readonly name: string }
  | { readonly type: "set language"; readonly viewId: string; readonly language: string }
  | { readonly type: "modify settings"; readonly domain: DomainName; readonly changes: JsonObject }
  | { readonly type: "plugin"; readonly params: JsonObject }
  | { readonly type: "tracing"; readonly enabled: boolean }
  | { readonly type: "save trace"; readonly path: string; readonly samples: Json };

export type Request =
  | { readonly type: "new view"; readonly path: string | undefined }
  | { readonly type: "edit"; readonly viewId: string; readonly method: "copy" | "cut" }
  | { readonly type: "config"; readonly viewId: string }
  | { readonly type: "contents"; readonly viewId: string }
  | {
    readonly type: "language";
    readonly viewId: string;
    readonly method: string;
    readonly params: JsonObject;
  };

const NOTIFICATIONS = [
  ...["client_started", "edit", "save", "close_view", "set_theme", "set_language", "modify_user_config"],
  ...["plugin", "tracing_config", "save_trace"],
];
const REQUESTS = ["edit", "new_view", "get_config", "debug_get_contents"];

/** @throws ParamsError */
export function parseNotification(method: string, params: Json | undefined): Notification {
  const members = NOTIFICATIONS.includes(method) ? Params.of(params) : Params.of({});
  switch (method) {
    case "edit": {
      const viewId = members.string("view_id");
      return { type: "edit", viewId, method: members.string("method"), params: members.get("params") };
    }
    case "client_started": {
      const configDir = members.optionalString("config_dir");
      const extrasDir = members.optionalString("client_extras_dir");
      return {
        type: "client started",
        ...(configDir === undefined ? {} : { configDir }),
        ...(extrasDir === undefined ? {} : { extrasDir }),
        abilities: parseAbilities(members.get("symphony")),
      };
    }
    case "save":
      return { type: "save", viewId: members.string("view_id"), path: members.string("file_path") };
    case "close_view":
      return { type: "close view", viewId: members.string("view_id") };
    case "set_theme":
      return { type: "set theme", name: members.string("theme_name") };
    case "set_language": {
      // The documentation writes `view-id`.
      const viewId = members.optionalString("view-id") ?? members.string("view_id");
      return { type: "set language", viewId, language: members.string("language_id") };
    }
    case "modify_user_config": {
      const changes = members.need("changes");
      if (!isObject(changes)) throw new ParamsError(`invalid type: ${describe(changes)}, expected a map`);
      return { type: "modify settings", domain: parseDomain(members.need("domain")), changes };
    }
    case "plugin":
      return { type: "plugin", params: isObject(params) ? params : {} };
    case "tracing_config":
      return { type: "tracing", enabled: members.boolean("enabled") };
    case "save_trace": {
      const samples = members.get("frontend_samples") ?? [];
      return { type: "save trace", path: members.string("destination"), samples };
    }
    default:
      throw new ParamsError(unknownVariant(method.slice(0, 200), NOTIFICATIONS));
  }
}

/** @throws ParamsError */
export function parseRequest(method: string, params: Json | undefined): Request {
  if (method === "language") return parseLanguageRequest(Params.of(params));
  const members = REQUESTS.includes(method) ? Params.of(params) : Params.of({});
  switch (method) {
    case "new_view":
      return { type: "new view", path: members.optionalString("file_path") };
    case "edit": {
      const viewId = members.string("view_id");
      return { type: "edit", viewId, method: asChoice(members.need("method"), ["copy", "cut"]) };
    }
    case "get_config":
      return { type: "config", viewId: members.string("view_id") };
    case "debug_get_contents":
      return { type: "contents", viewId: members.string("view_id") };
    default:
      throw new ParamsError(unknownVariant(method.slice(0, 200), REQUESTS));
  }
}

/** Ours, beside the protocol's own, which do not name it where they say what there is. */
function parseLanguageRequest(members: Params): Request {
  const inner = members.get("params");
  return {
    type: "language",
    viewId: members.string("view_id"),
    method: members.string("method"),
    params: isObject(inner) ? inner : {},
  };
}

function parseDomain(value: Json): DomainName {
  if (value === "general") return { type: "general" };
  const members = Params.of(value);
  const name = members.optionalString("language") ?? members.optionalString("syntax");
  if (name !== undefined) return { type: "language", name };
  return { type: "override", viewId: members.string("user_override") };
}

function parseAbilities(value: Json | undefined): Abilities {
  if (!isObject(value)) return {};
  const flag = (key: string) => value[key] === true;
  return {
    insOnly: flag("ins_only"),
    parts: flag("parts"),
    findStatus: flag("find_status"),
    language: flag("language"),
  };
}

/** The view id that a front end means: `view-id-7`, or a bare `7`. */
export function viewIdOf(text: string): string {
  return /^\d+$/.test(text) ? `view-id-${Number(text)}` : text;
}
