/** The execution viewer: without a run, all of them; with one, its page. @module */

import type { ViewProps } from "../../shell/view.ts";
import { RunList } from "./run_list.tsx";
import { RunPage } from "./run_page.tsx";

export default function RunsView({ route }: ViewProps) {
  return route.path === ""
    ? <RunList query={route.query} />
    : <RunPage key={route.path} run={route.path} query={route.query} />;
}
