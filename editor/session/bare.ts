/**
 * Sides of a session without plugins and without colours: for tests, measurements, and an editor that is asked to go without.
 *
 * @module
 */

import type { JsonObject } from "../../core/json.ts";
import type { LooksSide, PluginSide } from "./sides.ts";

export const barePlugins: PluginSide = {
  attach: () => () => {},
  start: () => Promise.resolve(),
  languages: () => [],
  starting: () => undefined,
  viewOpened: () => [],
  viewClosed: () => {},
  configChanged: () => {},
  command: () => {},
  hover: () => {},
  toggleComment: () => {},
  reindent: () => {},
  tracing: () => {},
  collectTrace: () => Promise.resolve([]),
  annotations: () => [],
  settle: () => {},
  renderDelayMs: 0,
};

/** Themes by name, none of which has colours. */
export function bareLooks(names: readonly string[] = ["InspiredGitHub"]): LooksSide {
  return {
    runs: () => [],
    setTheme: (name) => names.includes(name) ? { name, settingsJson: (): JsonObject => ({}) } : undefined,
    themeNames: () => names,
    isOutdated: false,
    followFolder: () => Promise.resolve(),
    close: () => {},
  };
}
