/**
 * A colour theme: settings of the whole view and rules that give scopes their look.
 *
 * @module
 */

import type { Color } from "./color.ts";
import { scopeParts, ScopeSelector } from "./selector.ts";

/** How text looks. An absent member is left as it is below. */
export interface TextStyle {
  readonly foreground?: Color;
  readonly background?: Color;
  readonly bold?: boolean;
  readonly italic?: boolean;
  readonly underline?: boolean;
}

export interface ThemeRule {
  readonly selector: ScopeSelector;
  readonly style: TextStyle;
}

/** The keys of `theme_changed`, as xi's front ends know them; null where a theme does not say. */
export const SETTING_KEYS = [
  "foreground",
  "background",
  "caret",
  "line_highlight",
  "misspelling",
  "minimap_border",
  "accent",
  "bracket_contents_foreground",
  "brackets_foreground",
  "brackets_background",
  "tags_foreground",
  "highlight",
  "find_highlight",
  "find_highlight_foreground",
  "gutter",
  "gutter_foreground",
  "selection",
  "selection_foreground",
  "selection_border",
  "inactive_selection",
  "inactive_selection_foreground",
  "guide",
  "active_guide",
  "stack_guide",
  "shadow",
] as const;

export type SettingKey = typeof SETTING_KEYS[number];
export type ThemeSettings = Readonly<Partial<Record<SettingKey, Color>>>;

export class Theme {
  readonly name: string;
  readonly settings: ThemeSettings;
  readonly #rules: readonly ThemeRule[];

  constructor(name: string, settings: ThemeSettings, rules: readonly ThemeRule[]) {
    this.name = name;
    this.settings = settings;
    this.#rules = rules;
  }

  /** The look of a stack of scopes, outermost first: per member the rule that fits best; of equals the later. */
  styleOf(scopes: readonly string[]): TextStyle {
    const stack = scopes.map(scopeParts);
    const found: { score: number; style: TextStyle }[] = [];
    for (const { selector, style } of this.#rules) {
      const score = selector.score(stack);
      if (score !== undefined) found.push({ score, style });
    }
    found.sort((one, other) => one.score - other.score);
    return Object.assign({}, ...found.map(({ style }) => style));
  }

  /** As `theme_changed` sends them: every key, null where not set. */
  settingsJson(): Record<string, Color | null> {
    const json: Record<string, Color | null> = {};
    for (const key of SETTING_KEYS) json[key] = this.settings[key] ?? null;
    return json;
  }
}

/** A rule; `fontStyle` as in theme files: words, or "" for upright and plain. */
export function themeRule(
  scope: string,
  { foreground, background, fontStyle }: { foreground?: Color; background?: Color; fontStyle?: string },
): ThemeRule {
  const words = fontStyle?.split(/\s+/);
  return {
    selector: ScopeSelector.parse(scope),
    style: {
      ...(foreground === undefined ? {} : { foreground }),
      ...(background === undefined ? {} : { background }),
      ...(words === undefined ? {} : {
        bold: words.includes("bold"),
        italic: words.includes("italic"),
        underline: words.includes("underline"),
      }),
    },
  };
}
