/**
 * The colours of an extension's theme as tokens of the page: surfaces and greys are mixed from its ground and its text, as far
 * as text stays readable. What would hold less than 4.5:1 keeps the page's own colour and is told.
 *
 * @module
 */

import type { ThemeLine } from "../../../api/themes.ts";

export interface ThemeTokens {
  /** Token, without `--`, to colour. */
  readonly tokens: Readonly<Record<string, string>>;
  /** Roles that were left out, in words. */
  readonly problems: readonly string[];
}

type Rgb = readonly [number, number, number];

const LEAST_CONTRAST = 4.5;
/** Roles of themes by the token that they set directly. */
const DIRECT: Readonly<Record<string, string>> = {
  good: "good-text",
  success: "good-text",
  warning: "warn-text",
  error: "bad-text",
  info: "info-text",
};

/** Tokens for a theme. */
export function tokensOfTheme({ colors, ground }: Pick<ThemeLine, "colors" | "ground">): ThemeTokens {
  const tokens: Record<string, string> = {};
  const problems: string[] = [];
  const back = rgbOf(colors["background"] ?? (ground === "light" ? "#ffffff" : "#16171b"));
  let text = rgbOf(colors["foreground"] ?? (ground === "light" ? "#1b1b21" : "#e9e9ee"));
  if (contrast(text, back) < LEAST_CONTRAST) {
    problems.push(
      `foreground on background holds ${contrast(text, back).toFixed(1)}:1, less than ${LEAST_CONTRAST}:1`,
    );
    text = contrast([0, 0, 0], back) > contrast([255, 255, 255], back) ? [0, 0, 0] : [255, 255, 255];
  }
  const mix = (share: number) => hexOf(mixed(back, text, share));
  // Grey text stands on hovered and selected rows as well: judged there.
  const hover = mixed(back, text, 0.08);
  const grey = (share: number) => {
    for (let at = share; at < 1; at += 0.04) {
      const tried = mixed(back, text, at);
      if (contrast(tried, hover) >= LEAST_CONTRAST) return hexOf(tried);
    }
    return hexOf(text);
  };
  Object.assign(tokens, {
    surface: hexOf(back),
    raised: mix(ground === "light" ? 0 : 0.04),
    back: mix(0.035),
    sunken: mix(0.045),
    hover: hexOf(hover),
    pressed: mix(0.13),
    "line-soft": mix(0.1),
    "line-strong": mix(0.2),
    "line-control": mix(0.52),
    text: hexOf(text),
    "text-2": grey(0.7),
    "text-3": grey(0.6),
  });
  const accent = colors["accent"];
  if (accent !== undefined) {
    const colour = rgbOf(accent);
    const selected = mixed(back, colour, ground === "light" ? 0.12 : 0.22);
    const onAccent: Rgb = contrast([255, 255, 255], colour) >= contrast([0, 0, 0], colour)
      ? [255, 255, 255]
      : [0, 0, 0];
    const readable = readableOn(colour, text, [back, selected, hover]);
    Object.assign(tokens, {
      accent: hexOf(colour),
      "accent-strong": hexOf(mixed(colour, text, 0.14)),
      "accent-text": hexOf(readable),
      "on-accent": hexOf(onAccent),
      selected: hexOf(selected),
      focus: hexOf(readable),
    });
  }
  for (const [role, token] of Object.entries(DIRECT)) {
    const given = colors[role];
    if (given === undefined) continue;
    if (contrast(rgbOf(given), back) < LEAST_CONTRAST) {
      problems.push(
        `${role} on background holds ${
          contrast(rgbOf(given), back).toFixed(1)
        }:1, less than ${LEAST_CONTRAST}:1`,
      );
    } else tokens[token] = given.slice(0, 7);
  }
  return { tokens, problems };
}

/** The colour, moved towards the text until it can be read on all of these. */
function readableOn(colour: Rgb, text: Rgb, grounds: readonly Rgb[]): Rgb {
  for (let share = 0; share < 1; share += 0.05) {
    const tried = mixed(colour, text, share);
    if (grounds.every((ground) => contrast(tried, ground) >= LEAST_CONTRAST)) return tried;
  }
  return text;
}

function rgbOf(hex: string): Rgb {
  const part = (at: number) => Number.parseInt(hex.slice(at, at + 2), 16);
  return [part(1), part(3), part(5)];
}

function hexOf(colour: Rgb): string {
  return `#${colour.map((part) => Math.round(part).toString(16).padStart(2, "0")).join("")}`;
}

function mixed(from: Rgb, to: Rgb, share: number): Rgb {
  const part = (at: 0 | 1 | 2) => from[at] + (to[at] - from[at]) * share;
  return [part(0), part(1), part(2)];
}

/** WCAG 2.2's contrast of two colours, 1 to 21. */
export function contrast(a: Rgb, b: Rgb): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: Rgb): number {
  const [red, green, blue] = colour.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
