/**
 * Themes of VS Code: JSON with comments, `colors` and `tokenColors`.
 *
 * @module
 */

import { SymphonyError } from "../../core/errors.ts";
import { type Color, parseColor } from "./color.ts";
import { type SettingKey, Theme, themeRule } from "./theme.ts";

const KEYS: Readonly<Record<string, SettingKey>> = {
  "editor.foreground": "foreground",
  "editor.background": "background",
  "editorCursor.foreground": "caret",
  "editor.lineHighlightBackground": "line_highlight",
  "focusBorder": "accent",
  "editorBracketMatch.background": "brackets_background",
  "editorBracketMatch.border": "brackets_foreground",
  "editor.wordHighlightBackground": "highlight",
  "editor.findMatchHighlightBackground": "find_highlight",
  "editorGutter.background": "gutter",
  "editorLineNumber.foreground": "gutter_foreground",
  "editor.selectionBackground": "selection",
  "editor.selectionForeground": "selection_foreground",
  "editor.inactiveSelectionBackground": "inactive_selection",
  "editorIndentGuide.background": "guide",
  "editorIndentGuide.activeBackground": "active_guide",
  "editorIndentGuide.background1": "guide",
  "editorIndentGuide.activeBackground1": "active_guide",
  "scrollbar.shadow": "shadow",
};

/** The theme of a VS Code theme file's value. Its `include` is not followed. @throws SymphonyError `bad-input` naming what is wrong */
export function vscodeTheme(root: unknown, name?: string): Theme {
  if (!isRecord(root) || (!Array.isArray(root["tokenColors"]) && !isRecord(root["colors"]))) {
    throw new SymphonyError(
      "bad-input",
      `Cannot read theme: expected an object with "colors" or "tokenColors"`,
    );
  }
  const settings: Partial<Record<SettingKey, Color>> = {};
  for (const [key, value] of Object.entries(isRecord(root["colors"]) ? root["colors"] : {})) {
    const color = parseColor(value);
    if (KEYS[key] !== undefined && color !== undefined) settings[KEYS[key]] = color;
  }
  const rules = [];
  for (const item of Array.isArray(root["tokenColors"]) ? root["tokenColors"] : []) {
    if (!isRecord(item) || !isRecord(item["settings"])) continue;
    const { foreground: fore, background: back, fontStyle } = item["settings"];
    const foreground = parseColor(fore);
    const background = parseColor(back);
    const scope = scopeOf(item["scope"]);
    if (scope === undefined) {
      if (foreground !== undefined) settings.foreground ??= foreground;
      if (background !== undefined) settings.background ??= background;
      continue;
    }
    rules.push(themeRule(scope, {
      ...(foreground === undefined ? {} : { foreground }),
      ...(background === undefined ? {} : { background }),
      ...(typeof fontStyle === "string" ? { fontStyle } : {}),
    }));
  }
  settings.foreground ??= parseColor(root["type"] === "light" ? "#333333" : "#d4d4d4")!;
  settings.background ??= parseColor(root["type"] === "light" ? "#ffffff" : "#1e1e1e")!;
  const title = [root["displayName"], root["name"]].find((value) => typeof value === "string");
  return new Theme(name ?? title ?? "unnamed", settings, rules);
}

function scopeOf(scope: unknown): string | undefined {
  if (typeof scope === "string") return scope;
  if (Array.isArray(scope)) return scope.filter((item) => typeof item === "string").join(", ");
  return undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
