/** Which panels of extensions stand beside the view, and where: remembered on this machine. @module */

import { signal } from "@preact/signals";
import type { Panel } from "../../../core/motif/contributions.ts";
import { announce } from "../state/announce.ts";
import { hrefOf, navigate } from "../state/route.ts";
import type { PanelOf } from "./motifs.ts";

export type Place = Panel["place"];

/** `main` fills the view; the others stand beside it. */
export const placeWords: Readonly<Record<Place, string>> = {
  main: "In the view",
  side: "At the side",
  bottom: "At the bottom",
  floating: "Floating",
  status: "In the status line",
};
export const places = Object.keys(placeWords) as readonly Place[];

export interface PlacedPanel {
  readonly path: string;
  readonly place: Exclude<Place, "main">;
}

const KEY = "symphony.panels";
const MAX_PANELS = 12;

/** The panels that are open beside the view. */
export const placed = signal<readonly PlacedPanel[]>(read());
/** The panel that was opened last and wants the focus. */
export const wanted = signal<string | undefined>(undefined);

function read(): readonly PlacedPanel[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(kept)
      ? kept.filter((one): one is PlacedPanel =>
        typeof one?.path === "string" && one.place !== "main" && places.includes(one.place)
      ).slice(0, MAX_PANELS)
      : [];
  } catch {
    return [];
  }
}

function keep(next: readonly PlacedPanel[]): void {
  placed.value = next.slice(-MAX_PANELS);
  localStorage.setItem(KEY, JSON.stringify(placed.value));
}

/** Opens a panel where it stands, or where its extension wants it, and goes there. */
export function showPanel({ path, place, title }: PanelOf): void {
  const known = placed.peek().find((one) => one.path === path);
  movePanel(path, known?.place ?? place);
  announce(`${title} is shown`);
}

/** Puts a panel to a place. */
export function movePanel(path: string, place: Place): void {
  if (place === "main") {
    hidePanel(path);
    navigate(hrefOf("panels", path));
    return;
  }
  const at = placed.peek().find((one) => one.path === path);
  if (at?.place !== place) keep([...placed.peek().filter((one) => one.path !== path), { path, place }]);
  wanted.value = path;
}

/** Takes a panel away from beside the view. */
export function hidePanel(path: string): void {
  if (placed.peek().some((one) => one.path === path)) keep(placed.peek().filter((one) => one.path !== path));
}
