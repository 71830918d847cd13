/**
 * Everything that a view takes from the page around it, made once in main.tsx.
 *
 * @module
 */

import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { ApiClient } from "./client.ts";
import type { Commands } from "./commands.ts";
import type { LiveConnection } from "./live.ts";

export interface App {
  readonly client: ApiClient;
  readonly live: LiveConnection;
  readonly commands: Commands;
}

export const AppContext = createContext<App | undefined>(undefined);

/** The page around the view. */
export function useApp(): App {
  const app = useContext(AppContext);
  if (app === undefined) throw new Error("There is no App above this component");
  return app;
}
