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
import { answersFor } from "./board_answers.ts";
import { BoardHome } from "./board_home.tsx";
import { BoardScreen } from "./board_screen.tsx";
import { openBoards } from "./open_boards.ts";
import { Workbench } from "./workbench.ts";

export default function BoardView({ route }: ViewProps) {
  return route.path === ""
    ? <BoardHome />
    : <OpenBoard key={route.path} file={route.path} run={route.query["run"]} />;
}

function OpenBoard({ file, run }: { readonly file: string; readonly run: string | undefined }) {
  const app = useApp();
  const boards = openBoards(app);
  const [bench, setBench] = useState<Workbench | undefined>(() => boards.of(file));
  const opened = useResource(async (client, signal) => {
    if (boards.of(file) === undefined) {
      const { workflow, ...parts } = await answersFor(client, file, signal);
      return { parts, workflow };
    }
    // What is open already has its text, and hears of changes by itself.
    const [info, templates] = await Promise.all([
      client.call("GET /catalog", { signal }),
      client.call("GET /templates", { signal }),
    ]);
    return { parts: { info, templates }, workflow: undefined };
  }, [file]);
  const { value } = opened;
  useEffect(() => {
    if (value === undefined) return;
    const kept = boards.of(file);
    if (kept !== undefined) return kept.takeParts(value.parts);
    // A reload of the answer must not throw away what is being edited.
    if (value.workflow === undefined || bench !== undefined) return;
    let isLeft = false;
    void Workbench.open(app, value.workflow, value.parts).then((made) => {
      if (isLeft) made.close();
      else setBench(made);
    });
    return () => {
      isLeft = true;
    };
  }, [value]);
  useEffect(() => {
    if (bench === undefined) return;
    boards.keep(bench);
    if (run === undefined || run === bench.run.runId.peek()) return;
    bench.run.watch(run);
    bench.panel.value = "run";
  }, [bench, run]);
  if (bench !== undefined) return <BoardScreen bench={bench} />;
  if (opened.error !== undefined) {
    return <ErrorState title={`Cannot open ${file}`} error={opened.error} onRetry={opened.reload} />;
  }
  return <LoadingState what={file} lines={8} />;
}
