/** Artifacts: searched with filters, opened to see what is in them and where they come from. @module */

import type { ViewProps } from "../../shell/view.ts";
import { ArtifactPage } from "./artifact_page.tsx";
import { ArtifactSearch } from "./artifact_search.tsx";

export default function ArtifactsView({ route }: ViewProps) {
  return route.path === ""
    ? <ArtifactSearch query={route.query} />
    : <ArtifactPage key={route.path} id={route.path} query={route.query} />;
}
