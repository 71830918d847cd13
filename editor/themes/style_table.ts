/**
 * The style numbers of the protocol: looks get a number when they are first used, and the front end is told before the number is
 * (`def_style`). Numbers below 8 are the protocol's own (0 the selection, 1 to 7 find results).
 *
 * @module
 */

import type { JsonObject } from "../../core/json.ts";
import { toArgb } from "./color.ts";
import type { TextStyle, Theme } from "./theme.ts";

/** The first number that is given. */
export const FIRST_STYLE = 8;

/** What `def_style` says of a number: `id`, `fg_color` and, where they are set, `bg_color`, `weight`, `italic`, `underline`. */
export type StyleDefinition = JsonObject;

const PLAIN = { r: 0, g: 0, b: 0, a: 255 };

export class StyleTable {
  readonly #define: (definition: StyleDefinition) => void;
  readonly #numbers = new Map<string, number>();
  #theme: Theme;
  #next = FIRST_STYLE;

  /** @param define is told of each number before it is first used */
  constructor(theme: Theme, define: (definition: StyleDefinition) => void) {
    this.#theme = theme;
    this.#define = define;
  }

  get theme(): Theme {
    return this.#theme;
  }

  /** Takes another theme. Numbers given so far mean nothing from here on. */
  setTheme(theme: Theme): void {
    this.#theme = theme;
    this.#numbers.clear();
    this.#next = FIRST_STYLE;
  }

  /** The number of a look. */
  numberOf(style: TextStyle): number {
    const definition = this.#definition(style);
    const key = JSON.stringify(definition);
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const id = this.#next++;
    this.#numbers.set(key, id);
    this.#define({ id, ...definition });
    return id;
  }

  #definition({ foreground, background, bold, italic, underline }: TextStyle): JsonObject {
    return {
      fg_color: toArgb(foreground ?? this.#theme.settings.foreground ?? PLAIN),
      ...(background === undefined ? {} : { bg_color: toArgb(background) }),
      ...(bold === true ? { weight: 700 } : {}),
      ...(italic === true ? { italic: true } : {}),
      ...(underline === true ? { underline: true } : {}),
    };
  }
}
