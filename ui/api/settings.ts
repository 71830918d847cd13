/** Settings of extensions from their schemas, and the person's own preferences for the page. @module */

import type { Json, JsonObject } from "../../core/json.ts";

export interface SettingLine {
  readonly extension: string;
  readonly name: string;
  /** Absent where it is not set and has no default. */
  readonly value?: Json;
  readonly isSet: boolean;
  readonly description: string;
  readonly schema: JsonObject;
}

export interface SettingChange {
  /** Absent: back to the default. */
  readonly value?: Json;
}

/** Whatever the page wants to keep: theme, keys, layouts. At most 256 KiB. */
export type Preferences = JsonObject;
