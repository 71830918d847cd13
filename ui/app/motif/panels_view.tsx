/** Panels that extensions bring: a list of them, and the chosen one over the whole view. @module */

import { iconNamed } from "../parts/icon.tsx";
import { Icon } from "../parts/icon.tsx";
import { EmptyState, LoadingState } from "../parts/states.tsx";
import type { ViewProps } from "../shell/view.ts";
import { hrefOf } from "../state/route.ts";
import { motifs, panels } from "./motifs.ts";
import { PanelContent } from "./panel_content.tsx";
import { PlaceMenu } from "./place_menu.tsx";

export default function PanelsView({ route }: ViewProps) {
  const all = panels.value;
  const panel = all.find(({ path }) => path === route.path) ?? (route.path === "" ? all[0] : undefined);
  return (
    <>
      <header class="bar">
        <h1>Panels</h1>
        <nav class="row motif-names grow" aria-label="Panels of extensions">
          {all.map(({ path, title, icon, from }) => (
            <a
              key={path}
              class="button small quiet"
              href={hrefOf("panels", path)}
              aria-current={path === panel?.path ? "page" : undefined}
              data-tip={from}
            >
              <Icon name={iconNamed(icon) ?? "extension"} size={14} />
              {title}
            </a>
          ))}
        </nav>
        {panel === undefined ? null : <PlaceMenu path={panel.path} title={panel.title} place="main" />}
      </header>
      <div class="motif-place">
        {motifs.value === undefined ? <LoadingState what="panels" /> : panel === undefined
          ? (
            <EmptyState
              icon="extension"
              title={all.length === 0 ? "No extension brings a panel" : "There is no such panel"}
            >
              {all.length === 0
                ? "A motif declares them under contributes.panels."
                : "Choose one above; the extension may have been removed."}
            </EmptyState>
          )
          : <PanelContent key={panel.path} panel={panel} />}
      </div>
    </>
  );
}
