/** The workspace's workflows, and what to begin a new one with. @module */

import { counted } from "../parts/counted.ts";
import { useState } from "preact/hooks";
import type { WorkflowLine } from "../../api/workflows.ts";
import { Button } from "../parts/button.tsx";
import { Icon } from "../parts/icon.tsx";
import { MenuButton } from "../parts/menu.tsx";
import { SearchField } from "../parts/search_field.tsx";
import { EmptyState, ErrorState, LoadingState } from "../parts/states.tsx";
import { fuzzySort } from "../parts/fuzzy.ts";
import { hrefOf } from "../state/route.ts";
import { useApp } from "../state/app.ts";
import { useResource } from "../state/resource.ts";
import { ComposeDialog } from "./home/compose_dialog.tsx";
import { NameDialog } from "./home/name_dialog.tsx";
import { copyOf, copyWorkflow, deleteWorkflow, renameWorkflow } from "./home/workflow_acts.ts";
import { openBoards } from "./open_boards.ts";
import { NewWorkflowDialog, TemplateGallery } from "./template_gallery.tsx";

interface Naming {
  readonly act: "rename" | "copy";
  readonly line: WorkflowLine;
}

export function BoardHome() {
  const [search, setSearch] = useState("");
  const [dialog, setDialog] = useState<"new" | "templates" | "compose" | Naming | undefined>(undefined);
  const app = useApp();
  const unsaved = openBoards(app).unsaved.value;
  const files = useResource((client, signal) => client.call("GET /workflows", { signal }), []);
  const found = fuzzySort(search, files.value ?? [], ({ name, file }) => `${name} ${file}`);
  return (
    <div class="board">
      <div class="bar">
        <h1>Harmony Board</h1>
        <span class="grow" />
        <Button icon="model" aria-label="Describe a workflow" onClick={() => setDialog("compose")}>
          Describe
        </Button>
        <Button icon="template" onClick={() => setDialog("templates")}>Templates</Button>
        <Button icon="plus" look="primary" aria-label="New workflow" onClick={() => setDialog("new")}>
          New <span class="wide-only">workflow</span>
        </Button>
      </div>
      {files.value === undefined && files.error === undefined
        ? <LoadingState what="workflows" lines={8} />
        : null}
      {files.error !== undefined && files.value === undefined
        ? <ErrorState title="Cannot list the workflows" error={files.error} onRetry={files.reload} />
        : null}
      {files.value?.length === 0
        ? (
          <EmptyState
            icon="board"
            title="No workflows here yet"
            action={
              <>
                <Button icon="model" onClick={() => setDialog("compose")}>Describe it in words</Button>
                <Button icon="template" onClick={() => setDialog("templates")}>Begin with a template</Button>
                <Button icon="plus" look="primary" onClick={() => setDialog("new")}>
                  Begin with nothing
                </Button>
              </>
            }
          >
            A workflow is a file, NAME.workflow.jsonc, in your workspace. What you compose here runs the same
            from the command line.
          </EmptyState>
        )
        : null}
      {files.value !== undefined && files.value.length > 0
        ? (
          <div class="home">
            <div class="home-search">
              <SearchField label="Search workflows" value={search} onValue={setSearch} />
            </div>
            <ul class="home-list" aria-label="Workflows">
              {found.map(({ entry }) => (
                <li key={entry.file} class="home-item">
                  <a class="home-row" href={hrefOf("board", entry.file)}>
                    <Icon name="workflow" size={18} />
                    <span class="home-names">
                      <strong class="cut">{entry.name === "" ? entry.file : entry.name}</strong>
                      <span class="muted cut">{entry.description}</span>
                    </span>
                    <code class="faint cut home-file">{entry.file}</code>
                    {unsaved.has(entry.file) ? <span class="badge warn">Not saved</span> : null}
                    <span class="badge numbers">{counted(entry.nodes, "node")}</span>
                    {entry.errors > 0 ? <span class="badge bad numbers">{entry.errors} errors</span> : null}
                    <time class="faint numbers" dateTime={new Date(entry.modifiedAt).toISOString()}>
                      {dayOf(entry.modifiedAt)}
                    </time>
                  </a>
                  <MenuButton
                    label={`More for ${entry.name === "" ? entry.file : entry.name}`}
                    entries={() => [
                      {
                        title: unsaved.has(entry.file) ? "Rename (save it first)" : "Rename…",
                        icon: "note",
                        disabled: unsaved.has(entry.file),
                        run: () => setDialog({ act: "rename", line: entry }),
                      },
                      { title: "Copy…", icon: "copy", run: () => setDialog({ act: "copy", line: entry }) },
                      "rule",
                      {
                        title: unsaved.has(entry.file) ? "Delete (save it first)" : "Delete",
                        icon: "trash",
                        disabled: unsaved.has(entry.file),
                        run: () => void deleteWorkflow(app, entry, files.reload),
                      },
                    ]}
                  />
                </li>
              ))}
            </ul>
            {found.length === 0 ? <p class="muted home-none">Nothing matches “{search}”.</p> : null}
          </div>
        )
        : null}
      {dialog === "new" ? <NewWorkflowDialog onClose={() => setDialog(undefined)} /> : null}
      {dialog === "compose" ? <ComposeDialog onClose={() => setDialog(undefined)} /> : null}
      {typeof dialog === "object"
        ? (
          <NameDialog
            title={`${dialog.act === "rename" ? "Rename" : "Copy"} ${dialog.line.name || dialog.line.file}`}
            act={dialog.act === "rename" ? "Rename" : "Copy"}
            from={dialog.act === "rename" ? dialog.line : {
              name: `${dialog.line.name} (copy)`.trimStart(),
              file: copyOf(dialog.line.file, files.value?.map(({ file }) => file) ?? []),
            }}
            onAct={async (to) => {
              await (dialog.act === "rename" ? renameWorkflow : copyWorkflow)(app, dialog.line, to);
              files.reload();
            }}
            onClose={() => setDialog(undefined)}
          />
        )
        : null}
      {dialog === "templates" ? <TemplateGallery onClose={() => setDialog(undefined)} /> : null}
    </div>
  );
}

/** A time today, else a day. */
function dayOf(time: number): string {
  const date = new Date(time);
  const isToday = date.toDateString() === new Date().toDateString();
  return isToday
    ? date.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" })
    : date.toLocaleDateString(undefined, { day: "numeric", month: "short", year: "numeric" });
}
