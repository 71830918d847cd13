/** What stands in a panel of an extension: its view, or its page in a frame. @module */

import { ErrorState, LoadingState } from "../parts/states.tsx";
import { useResource } from "../state/resource.ts";
import { MotifFrame } from "./motif_frame.tsx";
import { MotifView } from "./motif_view.tsx";
import type { PanelOf } from "./motifs.ts";

const nothing = {};

export function PanelContent({ panel }: { readonly panel: PanelOf }) {
  const { extension, frame, path, title, view } = panel;
  if (frame !== undefined) return <FramePanel key={path} panel={panel} />;
  return <MotifView key={path} extension={extension} view={view ?? ""} title={title} about={nothing} />;
}

function FramePanel({ panel }: { readonly panel: PanelOf }) {
  const server = useResource((client, signal) => client.call("GET /server", { signal }), []);
  if (server.value === undefined) {
    return server.error === undefined
      ? <LoadingState what={panel.title} />
      : <ErrorState title={`Cannot open ${panel.title}`} error={server.error} onRetry={server.reload} />;
  }
  // A server that was started again has its frames elsewhere.
  return <MotifFrame key={server.value.frames} frames={server.value.frames} panel={panel} />;
}
