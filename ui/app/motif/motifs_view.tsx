/** Panels that extensions bring: a list of them, and the chosen one. @module */

import { EmptyState, ErrorState, LoadingState } from "../parts/states.tsx";
import type { ViewProps } from "../shell/view.ts";
import { useResource } from "../state/resource.ts";
import { hrefOf } from "../state/route.ts";
import { MotifFrame, MotifPanel } from "./motif_panel.tsx";

const nothing = {};

export default function MotifsView({ route }: ViewProps) {
  const loaded = useResource(async (client, signal) => {
    const [motifs, server] = await Promise.all([
      client.call("GET /motifs", { signal }),
      client.call("GET /server", { signal }),
    ]);
    const panels = motifs.flatMap(({ extension, panels }) =>
      panels.map((panel) => ({ ...panel, extension, path: `${extension}/${panel.id}` }))
    );
    return { panels, frames: server.frames };
  }, []);
  const { value } = loaded;
  const panel = value?.panels.find(({ path }) => path === route.path) ?? value?.panels[0];
  return (
    <>
      <header class="bar">
        <h1>Panels</h1>
        <nav class="row" aria-label="Panels of extensions">
          {value?.panels.map(({ path, title }) => (
            <a
              key={path}
              class="button small"
              href={hrefOf("panels", path)}
              aria-current={path === panel?.path ? "page" : undefined}
            >
              {title}
            </a>
          ))}
        </nav>
      </header>
      <div class="motif-place">
        {value === undefined
          ? loaded.error === undefined
            ? <LoadingState what="panels" />
            : <ErrorState title="Cannot list the panels" error={loaded.error} onRetry={loaded.reload} />
          : panel === undefined
          ? (
            <EmptyState icon="extension" title="No extension brings a panel">
              A motif declares them under contributes.panels.
            </EmptyState>
          )
          : panel.frame !== undefined
          ? (
            <MotifFrame
              key={panel.path}
              frames={value.frames}
              extension={panel.extension}
              file={panel.frame}
              title={panel.title}
            />
          )
          : (
            <MotifPanel
              key={panel.path}
              extension={panel.extension}
              view={panel.view ?? ""}
              title={panel.title}
              about={nothing}
            />
          )}
      </div>
    </>
  );
}
