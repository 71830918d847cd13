/** What extensions add to the page: themes, panels, views, commands, keys. Everything is data; a page draws it as it likes. @module */

import type { Json, JsonObject } from "../../core/json.ts";
import type { TreeEvent } from "../../core/motif/tree.ts";

export interface AskView {
  readonly extension: string;
  /** A view's type, as the contribution names it. */
  readonly view: string;
  /** What it shows: the node, the file, the run. */
  readonly props: JsonObject;
  /** As the last answer gave it; absent at first. */
  readonly state?: Json;
  /** What the person did; absent at first and when `props` changed. */
  readonly event?: TreeEvent;
}

export interface AskCommand {
  readonly extension: string;
  readonly command: string;
  /** What the person was looking at. */
  readonly input: JsonObject;
  readonly mayWrite?: boolean;
}
