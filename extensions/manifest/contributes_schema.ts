/**
 * The schema of a manifest's `contributes`: what an extension adds to the user interface.
 *
 * @module
 */

import type { JsonObject } from "../../core/json.ts";

const ID = "^[a-z][a-z0-9-]{0,63}$";
const TYPE = "^[a-z][a-z0-9-]{0,63}/[a-z][a-z0-9-]{0,63}$";
const FILE = "^(?!/)(?!.*(^|/)\\.\\.(/|$)).+$";

const text = (description: string, maxLength = 200): JsonObject => ({
  type: "string",
  minLength: 1,
  maxLength,
  description,
});
const matching = (pattern: string, description: string): JsonObject => ({
  type: "string",
  pattern,
  maxLength: 300,
  description,
});
const id = matching(ID, "Name it in lower-case letters, digits and hyphens");
const title = text("Give the name that people see", 80);
const icon = matching("^[a-z][a-z0-9-]{0,40}$", "Name an icon, as check");
const view = matching(TYPE, "Name the type that defineView gave it, as acme/clock");
const command = matching(TYPE, "Name the type that defineCommand gave it, as acme/refresh");

function list(description: string, properties: JsonObject, required: readonly string[]): JsonObject {
  return {
    type: "array",
    maxItems: 100,
    description,
    items: { type: "object", required, properties, additionalProperties: false, description },
  };
}

export const contributesSchema: JsonObject = {
  type: "object",
  additionalProperties: false,
  description:
    "Say what it adds to the user interface: themes, panels, nodeViews, editors, commands, keys, templates",
  properties: {
    themes: list("List themes, each with id, title, ground and colors", {
      id,
      title,
      ground: { enum: ["light", "dark"], description: 'Say "light" or "dark"' },
      colors: {
        type: "object",
        maxProperties: 500,
        propertyNames: { pattern: "^[a-z][A-Za-z0-9.-]{0,60}$" },
        additionalProperties: matching(
          "^#([0-9a-fA-F]{6}|[0-9a-fA-F]{8})$",
          "Write a colour as #rrggbb or #rrggbbaa",
        ),
        description: 'Give colours by role: { "background": "#101418" }',
      },
    }, ["id", "title", "ground", "colors"]),
    panels: list("List panels, each with id, title, place and view or frame", {
      id,
      title,
      icon,
      place: {
        enum: ["side", "bottom", "main", "status", "floating"],
        description: 'Say "side", "bottom", "main", "status" or "floating"',
      },
      view,
      frame: matching(FILE, "Name an HTML page among the assets"),
    }, ["id", "title", "place"]),
    nodeViews: list("List how nodes look, each with nodeType", {
      nodeType: matching(TYPE, "Name a node type, as files/scan"),
      icon,
      color: matching("^#[0-9a-fA-F]{6}$", "Write a colour as #rrggbb"),
      view,
    }, ["nodeType"]),
    editors: list("List editors, each with id, title, files and view", {
      id,
      title,
      files: {
        type: "array",
        minItems: 1,
        maxItems: 50,
        items: text("Write a glob, as *.csv"),
        description: "List globs of file names, as *.csv",
      },
      view,
    }, ["id", "title", "files", "view"]),
    commands: list("List commands, each with command and title", {
      command,
      title,
      icon,
      writes: {
        ...text("Say in one sentence why it changes files; the person who lets it do so reads this", 500),
        minLength: 5,
      },
    }, [
      "command",
      "title",
    ]),
    keys: list("List keys, each with command and key", {
      command,
      key: matching(
        "^((ctrl|alt|shift|mod|meta)\\+)*([a-z0-9]|f([1-9]|1[0-2])|enter|escape|space|tab|up|down|left|right|[\\[\\];',./\\\\=-])$",
        "Write a key as ctrl+shift+k; mod is Ctrl, on a Mac Cmd",
      ),
    }, ["command", "key"]),
    templates: list("List workflows to begin from, each with title, description and file", {
      title,
      description: text("Say in a sentence what it does", 500),
      file: matching(FILE, "Name a workflow file among the assets"),
    }, ["title", "description", "file"]),
  },
};
