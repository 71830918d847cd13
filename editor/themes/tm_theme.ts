/**
 * Themes of TextMate: property lists (`.tmTheme`).
 *
 * @module
 */

import { parse } from "fast-plist";
import { SymphonyError } from "../../core/errors.ts";
import { type Color, parseColor } from "./color.ts";
import { type SettingKey, Theme, themeRule, type ThemeSettings } from "./theme.ts";

/** A property list may not nest or grow without bound. */
const SIZE_LIMIT = 8 * 1024 * 1024;

const KEYS: Readonly<Record<string, SettingKey>> = {
  foreground: "foreground",
  background: "background",
  caret: "caret",
  lineHighlight: "line_highlight",
  misspelling: "misspelling",
  minimapBorder: "minimap_border",
  accent: "accent",
  bracketContentsForeground: "bracket_contents_foreground",
  bracketsForeground: "brackets_foreground",
  bracketsBackground: "brackets_background",
  tagsForeground: "tags_foreground",
  highlight: "highlight",
  findHighlight: "find_highlight",
  findHighlightForeground: "find_highlight_foreground",
  gutter: "gutter",
  gutterForeground: "gutter_foreground",
  selection: "selection",
  selectionForeground: "selection_foreground",
  selectionBorder: "selection_border",
  inactiveSelection: "inactive_selection",
  inactiveSelectionForeground: "inactive_selection_foreground",
  guide: "guide",
  activeGuide: "active_guide",
  stackGuide: "stack_guide",
  shadow: "shadow",
};

/** Reads a `.tmTheme`. @throws SymphonyError `bad-input` naming what is wrong */
export function parseTmTheme(text: string, name?: string): Theme {
  if (text.length > SIZE_LIMIT) {
    throw new SymphonyError("bad-input", `Cannot read theme: ${text.length} characters`);
  }
  let root: unknown;
  try {
    root = parse(text);
  } catch (error) {
    throw new SymphonyError("bad-input", `Cannot read theme as a property list: ${String(error)}`, {
      cause: error,
    });
  }
  if (!isRecord(root) || !Array.isArray(root["settings"])) {
    throw new SymphonyError("bad-input", `Cannot read theme: expected a dictionary with an array "settings"`);
  }
  const settings: Partial<Record<SettingKey, Color>> = {};
  const rules = [];
  for (const item of root["settings"]) {
    if (!isRecord(item) || !isRecord(item["settings"])) continue;
    const own = item["settings"];
    const scope = item["scope"];
    if (typeof scope !== "string") {
      for (const [key, value] of Object.entries(own)) {
        const color = parseColor(value);
        if (KEYS[key] !== undefined && color !== undefined) settings[KEYS[key]] = color;
      }
      continue;
    }
    const foreground = parseColor(own["foreground"]);
    const background = parseColor(own["background"]);
    const fontStyle = own["fontStyle"];
    rules.push(themeRule(scope, {
      ...(foreground === undefined ? {} : { foreground }),
      ...(background === undefined ? {} : { background }),
      ...(typeof fontStyle === "string" ? { fontStyle } : {}),
    }));
  }
  addGutter(isRecord(root["gutterSettings"]) ? root["gutterSettings"] : {}, settings);
  const title = typeof root["name"] === "string" ? root["name"] : "unnamed";
  return new Theme(name ?? title, settings satisfies ThemeSettings, rules);
}

function addGutter(gutter: Record<string, unknown>, settings: Partial<Record<SettingKey, Color>>): void {
  const background = parseColor(gutter["background"]);
  const foreground = parseColor(gutter["foreground"]);
  if (background !== undefined) settings.gutter ??= background;
  if (foreground !== undefined) settings.gutter_foreground ??= foreground;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
