/** Where a panel stands: a button with the places. @module */

import { MenuButton } from "../parts/menu.tsx";
import { movePanel, type Place, places, placeWords } from "./panel_places.ts";

export function PlaceMenu(
  { path, title, place }: { readonly path: string; readonly title: string; readonly place: Place },
) {
  return (
    <MenuButton
      icon="panelright"
      label={`Where ${title} stands`}
      entries={() =>
        places.map((one) => ({
          title: placeWords[one],
          checked: one === place,
          run: () => movePanel(path, one),
        }))}
    />
  );
}
