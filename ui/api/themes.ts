/** Themes that extensions bring. @module */

export interface ThemeLine {
  readonly extension: string;
  readonly id: string;
  readonly title: string;
  readonly ground: "light" | "dark";
  /** Role to `#rrggbb` or `#rrggbbaa`; roles that are absent keep the page's own. */
  readonly colors: Readonly<Record<string, string>>;
}
