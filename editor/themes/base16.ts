/**
 * A theme from a base16 palette, coloured as base16's styling guide says.
 *
 * @module
 */

import { type Color, parseColor } from "./color.ts";
import { Theme, type ThemeRule, themeRule } from "./theme.ts";

/** Scopes by the number of the palette's colour. */
const SCOPES: readonly (readonly [color: number, scopes: string, fontStyle?: string])[] = [
  [0x03, "comment, punctuation.definition.comment"],
  [
    0x08,
    "variable.other.member, variable.language, entity.name.tag, markup.list, markup.deleted, keyword.other.unit",
  ],
  [
    0x09,
    "constant, support.constant, constant.numeric, variable.parameter.function, entity.other.attribute-name",
  ],
  [0x05, "punctuation, variable, meta.embedded, keyword.operator"],
  [0x0a, "entity.name.type, entity.name.class, support.class, support.type, entity.name.namespace"],
  [0x0b, "string, constant.other.symbol, entity.other.inherited-class, markup.inserted, markup.raw"],
  [0x0c, "support, constant.character.escape, string.regexp, constant.other.color"],
  [
    0x0d,
    "entity.name.function, support.function, variable.function, meta.function-call, markup.heading, entity.name.section",
  ],
  [0x0e, "keyword, storage, storage.type, entity.name.tag.special, markup.changed, keyword.operator.word"],
  [0x0f, "punctuation.section.embedded, entity.name.label, meta.deprecated"],
  [0x08, "invalid", "underline"],
  [0x09, "markup.bold", "bold"],
  [0x0e, "markup.italic", "italic"],
  [0x0d, "markup.underline, string.other.link", "underline"],
];

/** @param colors sixteen colours as base16 orders them */
export function base16Theme(name: string, colors: readonly string[]): Theme {
  const at = (index: number): Color => parseColor(colors[index])!;
  const rules: ThemeRule[] = SCOPES.map(([color, scopes, fontStyle]) =>
    themeRule(scopes, { foreground: at(color), ...(fontStyle === undefined ? {} : { fontStyle }) })
  );
  return new Theme(name, {
    foreground: at(5),
    background: at(0),
    caret: at(5),
    line_highlight: at(1),
    selection: at(2),
    inactive_selection: at(1),
    gutter: at(1),
    gutter_foreground: at(3),
    find_highlight: at(10),
    find_highlight_foreground: at(0),
    highlight: at(2),
    guide: at(2),
    active_guide: at(3),
    accent: at(13),
  }, rules);
}
