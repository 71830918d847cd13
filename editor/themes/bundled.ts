/**
 * The themes that come with the editor. The seven that xi has keep their names, because front ends ask for them: four are base16 palettes
 * (Chris Kempson, MIT) and one has the colours of GitHub's older light look, written here; the others are files of `tm-themes`, all MIT.
 *
 * @module
 */

import { base16Theme } from "./base16.ts";
import { inspiredTheme } from "./inspired.ts";
import type { Theme } from "./theme.ts";

/** A theme by name; made from an asset (a VS Code theme) or by `make`. */
export interface BundledTheme {
  readonly name: string;
  readonly asset?: string;
  readonly make?: () => Theme;
}

/** What a front end sees before it asks for another. */
export const DEFAULT_THEME = "InspiredGitHub";

const EIGHTIES =
  "2d2d2d 393939 515151 747369 a09f93 d3d0c8 e8e6df f2f0ec f2777a f99157 ffcc66 99cc99 66cccc 6699cc cc99cc d27b53";
const MOCHA =
  "3b3228 534636 645240 7e705a b8afad d0c8c6 e9e1dd f5eeeb cb6077 d28b71 f4bc87 beb55b 7bbda4 8ab3b5 a89bb9 bb9584";
const OCEAN =
  "2b303b 343d46 4f5b66 65737e a7adba c0c5ce dfe1e8 eff1f5 bf616a d08770 ebcb8b a3be8c 96b5b4 8fa1b3 b48ead ab7967";
const OCEAN_LIGHT =
  "eff1f5 dfe1e8 c0c5ce a7adba 65737e 4f5b66 343d46 2b303b bf616a d08770 ebcb8b a3be8c 96b5b4 8fa1b3 b48ead ab7967";

export const BUNDLED_THEMES: readonly BundledTheme[] = [
  { name: DEFAULT_THEME, make: () => inspiredTheme(DEFAULT_THEME) },
  { name: "Solarized (dark)", asset: "tm-themes/themes/solarized-dark.json" },
  { name: "Solarized (light)", asset: "tm-themes/themes/solarized-light.json" },
  palette("base16-eighties.dark", EIGHTIES),
  palette("base16-mocha.dark", MOCHA),
  palette("base16-ocean.dark", OCEAN),
  palette("base16-ocean.light", OCEAN_LIGHT),
  file("Catppuccin Latte", "catppuccin-latte"),
  file("Catppuccin Mocha", "catppuccin-mocha"),
  file("Dark Plus", "dark-plus"),
  file("Dracula", "dracula"),
  file("GitHub Dark", "github-dark"),
  file("GitHub Light", "github-light"),
  file("Gruvbox Dark", "gruvbox-dark-medium"),
  file("Gruvbox Light", "gruvbox-light-medium"),
  file("Light Plus", "light-plus"),
  file("Monokai", "monokai"),
  file("Night Owl", "night-owl"),
  file("Nord", "nord"),
  file("One Dark Pro", "one-dark-pro"),
  file("Rosé Pine", "rose-pine"),
  file("Tokyo Night", "tokyo-night"),
];

function palette(name: string, colors: string): BundledTheme {
  return { name, make: () => base16Theme(name, colors.split(" ")) };
}

function file(name: string, base: string): BundledTheme {
  return { name, asset: `tm-themes/themes/${base}.json` };
}
