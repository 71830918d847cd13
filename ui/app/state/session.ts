/**
 * Whether this page may speak to the server. The one-time address carries a key in its fragment (`#t=…`), which is exchanged
 * for a cookie and taken out of the address bar at once; what follows the key (`#t=…/runs/ID`) is the view to open.
 *
 * @module
 */

import { signal } from "@preact/signals";
import { type ApiClient, ApiError } from "./client.ts";
import { readKey } from "./read_key.ts";

export type SessionState = "unknown" | "open" | "closed" | "offline";

export const session = signal<SessionState>("unknown");

/** Why the last key did not open the session; undefined where none was tried. */
export const keyFault = signal<string | undefined>(undefined);

/** Takes the key out of the address, if there is one; the view that it names stays in it. */
export function takeKey(): string | undefined {
  if (!location.hash.startsWith("#t=")) return undefined;
  const { key, place } = readKey(location.hash);
  history.replaceState(null, "", `${location.pathname}${location.search}${place === "" ? "" : `#${place}`}`);
  return key;
}

/** Opens the session, with a key where there is one, else with the cookie from before. */
export async function openSession(client: ApiClient, key: string | undefined): Promise<void> {
  try {
    if (key === undefined) await client.call("GET /session", {});
    else {
      // A reloaded one-time address: its key is used up, but the cookie may still hold.
      await client.call("POST /session", { body: { key } }).catch(async (error: unknown) => {
        await client.call("GET /session", {}).catch(() => {
          throw error;
        });
      });
    }
    keyFault.value = undefined;
    session.value = "open";
  } catch (error) {
    keyFault.value = key === undefined
      ? undefined
      : "That key does not open this server: it was used already, or belongs to another start. Take the newest address.";
    session.value = error instanceof ApiError && error.code === "offline" ? "offline" : "closed";
  }
}
