/**
 * Where the page stands: `#/VIEW/PATH…?NAME=VALUE`. It lives in the fragment, so every address is the same page and the
 * server need not know the views.
 *
 * @module
 */

import { signal } from "@preact/signals";

export interface Route {
  readonly view: string;
  /** What follows the view, decoded: a file, a run. Empty for the view itself. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
}

export const route = signal<Route>({ view: "", path: "", query: {} });

export function parseRoute(hash: string): Route {
  const [path = "", search = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const [view = "", ...rest] = path.split("/");
  return {
    view,
    path: rest.map(decodeSafely).join("/"),
    query: Object.fromEntries(new URLSearchParams(search)),
  };
}

function decodeSafely(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The address of a place, for links. */
export function hrefOf(view: string, path = "", query: Readonly<Record<string, string>> = {}): string {
  const parts = path === "" ? "" : `/${path.split("/").map(encodeURIComponent).join("/")}`;
  const search = new URLSearchParams(query).toString();
  return `#/${view}${parts}${search === "" ? "" : `?${search}`}`;
}

/** Goes there; `replace` leaves no step in the browser's history. */
export function navigate(href: string, replace = false): void {
  if (replace) {
    history.replaceState(null, "", href);
    followAddress();
  } else location.hash = href;
}

function followAddress(): void {
  route.value = parseRoute(location.hash);
}

/** Keeps `route` in step with the address bar. */
export function followRoute(): void {
  followAddress();
  addEventListener("hashchange", followAddress);
}
