/**
 * The Harmony Board: without a file, the workspace's workflows and templates; with one, the board itself.
 *
 * @module
 */

import { useEffect, useState } from "preact/hooks";
import { ErrorState, LoadingState } from "../parts/states.tsx";
import type { ViewProps } from "../shell/view.ts";
import { useApp } from "../state/app.ts";
import { useResource } from "../state/resource.ts";
import { BoardHome } from "./board_home.tsx";
import { BoardScreen } from "./board_screen.tsx";
import { Workbench } from "./workbench.ts";

export default function BoardView({ route }: ViewProps) {
  return route.path === ""
    ? <BoardHome />
    : <OpenBoard key={route.path} file={route.path} run={route.query["run"]} />;
}

function OpenBoard({ file, run }: { readonly file: string; readonly run: string | undefined }) {
  const app = useApp();
  const opened = useResource(async (client, signal) => {
    const [catalog, workflow] = await Promise.all([
      client.call("GET /catalog", { signal }),
      client.call("GET /workflow", { query: { file, textOnly: true }, signal }),
    ]);
    return { catalog, workflow };
  }, [file]);
  const [bench, setBench] = useState<Workbench | undefined>(undefined);
  const { value } = opened;
  useEffect(() => {
    if (value === undefined) return;
    let made: Workbench | undefined;
    let isLeft = false;
    void Workbench.open(app, value.workflow, value.catalog).then((opened) => {
      if (isLeft) return opened.close();
      made = opened;
      setBench(opened);
      if (run !== undefined) opened.run.watch(run);
    });
    return () => {
      isLeft = true;
      made?.close();
    };
    // A reload of the answer must not throw away what is being edited.
  }, [value === undefined]);
  if (bench !== undefined) return <BoardScreen bench={bench} />;
  if (opened.error !== undefined) {
    return <ErrorState title={`Cannot open ${file}`} error={opened.error} onRetry={opened.reload} />;
  }
  return <LoadingState what={file} lines={8} />;
}
