/** Panels of extensions that stand beside the view: at the side, at the bottom, floating, in the status line. @module */

import { useEffect, useRef } from "preact/hooks";
import { IconButton } from "../parts/button.tsx";
import { Icon, iconNamed } from "../parts/icon.tsx";
import { useStatus } from "../shell/status_bar.tsx";
import { type PanelOf, panels } from "./motifs.ts";
import { PanelContent } from "./panel_content.tsx";
import { hidePanel, placed, type PlacedPanel, wanted } from "./panel_places.ts";
import { PlaceMenu } from "./place_menu.tsx";

/** What is placed and is brought by an extension that is there. */
function shownAt(place: PlacedPanel["place"]): readonly PanelOf[] {
  return placed.value.filter((one) => one.place === place).flatMap(({ path }) =>
    panels.value.find((panel) => panel.path === path) ?? []
  );
}

export default function PanelDocks() {
  return (
    <>
      {(["side", "bottom", "floating"] as const).map((place) => {
        const shown = shownAt(place);
        return shown.length === 0
          ? null
          : (
            <aside key={place} class={`motif-dock is-${place}`} aria-label={dockWords[place]}>
              {shown.map((panel) => <Docked key={panel.path} panel={panel} place={place} />)}
            </aside>
          );
      })}
      {shownAt("status").map((panel) => <InStatus key={panel.path} panel={panel} />)}
    </>
  );
}

const dockWords = {
  side: "Panels at the side",
  bottom: "Panels at the bottom",
  floating: "Floating panels",
} as const;

function Docked({ panel, place }: { readonly panel: PanelOf; readonly place: PlacedPanel["place"] }) {
  const { path, title, icon } = panel;
  const box = useRef<HTMLElement>(null);
  const isWanted = wanted.value === path;
  useEffect(() => {
    if (!isWanted) return;
    wanted.value = undefined;
    box.current?.focus();
  }, [isWanted]);
  const close = () => {
    hidePanel(path);
    document.getElementById("main")?.focus();
  };
  return (
    <section
      class="motif-docked"
      aria-label={title}
      tabIndex={-1}
      ref={box}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || event.defaultPrevented) return;
        event.preventDefault();
        event.stopPropagation();
        close();
      }}
    >
      <header class="panel-head">
        <Icon name={iconNamed(icon) ?? "extension"} size={14} />
        <h2 class="cut">{title}</h2>
        <PlaceMenu path={path} title={title} place={place} />
        <IconButton small icon="close" label={`Close ${title}`} onClick={close} />
      </header>
      <div class="motif-place">
        <PanelContent panel={panel} />
      </div>
    </section>
  );
}

/** One line of the view; what needs more room stands elsewhere. */
function InStatus({ panel }: { readonly panel: PanelOf }) {
  const { path, title } = panel;
  useStatus(
    `motif.${path}`,
    <span class="motif-status" role="group" aria-label={title}>
      <PanelContent panel={panel} />
      <PlaceMenu path={path} title={title} place="status" />
      <IconButton small icon="close" label={`Close ${title}`} onClick={() => hidePanel(path)} />
    </span>,
    [panel],
  );
  return null;
}
