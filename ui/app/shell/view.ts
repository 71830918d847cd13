/**
 * What a view is: a place in the navigation, loaded when it is first opened. `views.ts` lists them.
 *
 * @module
 */

import type { ComponentType } from "preact";
import type { ReadonlySignal } from "@preact/signals";
import type { IconName } from "../parts/icon.tsx";
import type { ApiClient } from "../state/client.ts";
import type { Route } from "../state/route.ts";

export interface ViewProps {
  /** Where the page stands; `route.view` is this view's id. */
  readonly route: Route;
}

export interface ViewDefinition {
  /** First part of the address: `#/ID/…`. */
  readonly id: string;
  readonly title: string;
  readonly icon: IconName;
  /** One sentence for the palette. */
  readonly about: string;
  /** `g b`: press g, then b. */
  readonly keys: string;
  /** Keys of its lists, graphs and trees, which no command stands for: what they do, and which. */
  readonly inner?: readonly (readonly [title: string, keys: string])[];
  /** At the end of the navigation rather than at its beginning. */
  readonly isSecondary?: boolean;
  /** Not in the navigation; reached by links. */
  readonly isHidden?: boolean;
  /** A number beside the icon: questions that wait, failures. */
  readonly count?: ReadonlySignal<number>;
  /** Loads the code of the view: its own chunk. */
  readonly load: () => Promise<{ readonly default: ComponentType<ViewProps> }>;
  /** Asks the server for what the view will want at `path`, while its code is on its way. */
  readonly early?: (client: ApiClient, path: string) => void;
}
