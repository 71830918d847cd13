/**
 * Colours: read from the forms that themes use, written in those of the protocol.
 *
 * @module
 */

/** Each part 0 to 255. */
export type Color = {
  readonly r: number;
  readonly g: number;
  readonly b: number;
  readonly a: number;
};

const NAMED: Readonly<Record<string, string>> = {
  black: "#000000",
  white: "#ffffff",
  red: "#ff0000",
  green: "#008000",
};

/** From `#RGB`, `#RGBA`, `#RRGGBB`, `#RRGGBBAA` or a few names; undefined for anything else. */
export function parseColor(text: unknown): Color | undefined {
  if (typeof text !== "string") return undefined;
  const word = text.trim();
  const hex = /^#?([0-9a-f]+)$/i.exec(NAMED[word.toLowerCase()] ?? word)?.[1];
  if (hex === undefined) return undefined;
  const digits = hex.length === 3 || hex.length === 4 ? [...hex].map((digit) => digit + digit).join("") : hex;
  if (digits.length !== 6 && digits.length !== 8) return undefined;
  const part = (at: number) => Number.parseInt(digits.slice(at, at + 2), 16);
  return { r: part(0), g: part(2), b: part(4), a: digits.length === 8 ? part(6) : 255 };
}

/** As the protocol's `def_style` has it: ARGB in one unsigned 32-bit number. */
export function toArgb({ r, g, b, a }: Color): number {
  return ((a << 24) | (r << 16) | (g << 8) | b) >>> 0;
}

/** True for colours that text in white is read on. */
export function isDark({ r, g, b }: Color): boolean {
  return 0.299 * r + 0.587 * g + 0.114 * b < 128;
}
