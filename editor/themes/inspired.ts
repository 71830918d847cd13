/**
 * The default theme: the colours of GitHub's older light look, which xi's front ends know as "InspiredGitHub".
 *
 * @module
 */

import { parseColor } from "./color.ts";
import { Theme, themeRule } from "./theme.ts";

const RULES: readonly (readonly [scopes: string, color: string, fontStyle?: string])[] = [
  ["comment, punctuation.definition.comment", "#969896", "italic"],
  ["string, punctuation.definition.string, constant.other.symbol", "#183691"],
  ["string.regexp, constant.character.escape", "#009926"],
  [
    "constant.numeric, constant.language, constant.character, support.constant, constant.other, variable.other.constant",
    "#0086b3",
  ],
  ["storage, keyword.control.flow, keyword.control.import, keyword.operator.word", "#a71d5d", "bold"],
  ["keyword.control.directive, meta.preprocessor", "#a71d5d"],
  ["entity.name.function, support.function, entity.name.section", "#795da3", "bold"],
  ["variable.function, meta.function-call support", "#795da3"],
  ["entity.name.type, entity.name.class, support.type, support.class", "#0086b3"],
  ["variable.language", "#a71d5d"],
  ["entity.name.tag, markup.list", "#63a35c"],
  ["entity.other.attribute-name, support.type.property-name", "#795da3"],
  ["entity.name.label", "#a71d5d"],
  ["markup.heading", "#1d3e81", "bold"],
  ["markup.bold", "#323232", "bold"],
  ["markup.italic", "#323232", "italic"],
  ["markup.raw", "#333333"],
  ["markup.underline, string.other.link", "#4183c4", "underline"],
  ["markup.inserted", "#55a532"],
  ["markup.deleted", "#bd2c00"],
  ["invalid", "#b52a1d", "underline"],
];

export function inspiredTheme(name: string): Theme {
  const color = (text: string) => parseColor(text)!;
  return new Theme(
    name,
    {
      foreground: color("#323232"),
      background: color("#ffffff"),
      caret: color("#323232"),
      line_highlight: color("#f5f5f5"),
      selection: color("#b3d7ff"),
      inactive_selection: color("#e4e4e4"),
      gutter: color("#ffffff"),
      gutter_foreground: color("#b3b3b3"),
      find_highlight: color("#f8eec7"),
      find_highlight_foreground: color("#323232"),
      highlight: color("#e8f0fb"),
      guide: color("#e8e8e8"),
      active_guide: color("#c8c8c8"),
      accent: color("#4183c4"),
    },
    RULES.map(([scopes, foreground, fontStyle]) =>
      themeRule(scopes, { foreground: color(foreground), ...(fontStyle === undefined ? {} : { fontStyle }) })
    ),
  );
}
