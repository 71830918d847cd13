/**
 * Files of the workspace as a tree: folders are read when they are opened. Arrows move, Enter opens, F2 renames, Delete removes, N makes a
 * file, Shift+N a folder, the menu key lists all that.
 *
 * @module
 */

import { signal } from "@preact/signals";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { type FileEntry, MOST_LISTED } from "../../../api/files.ts";
import { afterDrawing } from "../../parts/after_drawing.ts";
import { IconButton } from "../../parts/button.tsx";
import { Icon } from "../../parts/icon.tsx";
import { Menu, type MenuEntry } from "../../parts/menu.tsx";
import { showRow, useRowsInSight } from "../../parts/rows_in_sight.ts";
import { EmptyState, ErrorState, LoadingState } from "../../parts/states.tsx";
import { useApp } from "../../state/app.ts";
import { hrefOf, navigate } from "../../state/route.ts";
import { type FileAct, FileActDialog, folderFor } from "./file_acts.tsx";

const folders = signal<ReadonlyMap<string, readonly FileEntry[]>>(new Map());
/** Whether entries with a dot in front are shown. */
const isAll = signal(false);
const opened = signal<ReadonlySet<string>>(new Set());

const ROW_PX = 24;

interface Row {
  readonly entry: FileEntry;
  readonly level: number;
  /** Its place among those of its folder, from 1, and how many these are. */
  readonly at: number;
  readonly of: number;
}

/** What is seen, from the top. */
function rowsOf(folder: string, level: number): Row[] {
  const entries = (folders.value.get(folder) ?? []).filter(({ path }) =>
    isAll.value || !(path.split("/").at(-1) ?? "").startsWith(".")
  );
  return entries.flatMap((entry, index) => [
    { entry, level, at: index + 1, of: entries.length },
    ...(entry.kind === "folder" && opened.value.has(entry.path) ? rowsOf(entry.path, level + 1) : []),
  ]);
}

export function FileTree({ file }: { readonly file: string }) {
  const { client } = useApp();
  const [error, setError] = useState<unknown>(undefined);
  const [focused, setFocused] = useState("");
  const [asked, setAct] = useState<FileAct | undefined>(undefined);
  const [menu, setMenu] = useState<{ readonly x: number; readonly y: number } | undefined>(undefined);
  const tree = useRef<HTMLDivElement>(null);
  const read = async (folder: string) => {
    try {
      const entries = await client.call("GET /files", { query: folder === "" ? {} : { folder } });
      folders.value = new Map(folders.peek()).set(folder, entries);
      setError(undefined);
    } catch (problem) {
      setError(problem);
    }
  };
  const reload = () => {
    for (const folder of ["", ...opened.peek()]) void read(folder);
  };
  useEffect(reload, []);
  // The folders above the file that is shown are open.
  useEffect(() => {
    const parts = file.split("/").slice(0, -1);
    const above = parts.map((_part, at) => parts.slice(0, at + 1).join("/"));
    const missing = above.filter((folder) => !opened.peek().has(folder));
    if (missing.length === 0) return;
    opened.value = new Set([...opened.peek(), ...missing]);
    for (const folder of missing) void read(folder);
  }, [file]);
  const toggle = (folder: string, isOpen = !opened.peek().has(folder)) => {
    const next = new Set(opened.peek());
    if (isOpen) next.add(folder);
    else next.delete(folder);
    opened.value = next;
    if (isOpen) void read(folder);
  };
  const act = (entry: FileEntry) =>
    entry.kind === "folder" ? toggle(entry.path) : navigate(hrefOf("editor", entry.path));
  const rows = useMemo(() => rowsOf("", 1), [folders.value, isAll.value, opened.value]);
  const sight = useRowsInSight(tree, ROW_PX);
  const reachable = rows.find(({ entry }) => entry.path === focused) ??
    rows.find(({ entry }) => entry.path === file) ??
    rows[0];
  const focus = (row: Row | undefined) => {
    if (row === undefined) return;
    setFocused(row.entry.path);
    if (tree.current !== null) showRow(tree.current, rows.indexOf(row), ROW_PX);
    afterDrawing(() =>
      tree.current?.querySelector<HTMLElement>("[role=treeitem][tabindex='0']")?.focus({
        preventScroll: true,
      })
    );
  };
  const chosen = reachable?.entry;
  // Those in sight, and where Tab goes.
  const reachableAt = reachable === undefined ? -1 : rows.indexOf(reachable);
  const shown = rows.slice(sight.from, sight.to).map((row, at) => [sight.from + at, row] as const);
  if (reachable !== undefined && (reachableAt < sight.from || reachableAt >= sight.to)) {
    shown[reachableAt < sight.from ? "unshift" : "push"]([reachableAt, reachable]);
  }
  const make = (kind: "file" | "folder") => setAct({ kind, folder: folderFor(chosen) });
  const entries: readonly MenuEntry[] = [
    { title: "New file", icon: "file", keys: "n", run: () => make("file") },
    { title: "New folder", icon: "folder", keys: "shift+n", run: () => make("folder") },
    ...(chosen === undefined ? [] : [
      "rule" as const,
      {
        title: "Rename or move",
        icon: "note" as const,
        keys: "f2",
        run: () => setAct({ kind: "rename", entry: chosen }),
      },
      {
        title: "Delete",
        icon: "trash" as const,
        keys: "delete",
        run: () => setAct({ kind: "delete", entry: chosen }),
      },
    ]),
  ];
  const openMenu = () => {
    const box = tree.current?.querySelector("[role=treeitem][tabindex='0']")?.getBoundingClientRect();
    if (box !== undefined) setMenu({ x: box.left + 24, y: box.bottom });
  };
  const done = (path: string, changed: readonly string[]) => {
    // Folders above may be new as well; what was made is seen.
    const above = path.split("/").slice(0, -1).map((_part, at, all) => all.slice(0, at + 1).join("/"));
    opened.value = new Set([...opened.peek(), ...above]);
    for (const folder of new Set(["", ...above, ...changed])) void read(folder);
    if (path.split("/").at(-1)?.startsWith(".") === true) isAll.value = true;
    if (path !== "") setFocused(path);
  };
  const keys = (event: KeyboardEvent) => {
    if (reachable === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = rows.indexOf(reachable);
    const { entry, level } = reachable;
    const isOpen = opened.peek().has(entry.path);
    switch (event.key) {
      case "ArrowDown":
        focus(rows[at + 1]);
        break;
      case "ArrowUp":
        focus(rows[at - 1]);
        break;
      case "Home":
        focus(rows[0]);
        break;
      case "End":
        focus(rows.at(-1));
        break;
      case "ArrowRight":
        if (entry.kind === "folder" && !isOpen) toggle(entry.path, true);
        else if (entry.kind === "folder") focus(rows[at + 1]);
        break;
      case "ArrowLeft":
        if (entry.kind === "folder" && isOpen) toggle(entry.path, false);
        else focus(rows.slice(0, at).findLast((row) => row.level < level));
        break;
      case "Enter":
      case " ":
        act(entry);
        break;
      case "F2":
        setAct({ kind: "rename", entry });
        break;
      case "Delete":
        setAct({ kind: "delete", entry });
        break;
      case "n":
        make("file");
        break;
      case "N":
        make("folder");
        break;
      case "ContextMenu":
        openMenu();
        break;
      case "F10":
        if (!event.shiftKey) return;
        openMenu();
        break;
      default:
        return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <>
      <div class="panel-head">
        <h2>Files</h2>
        <span class="grow" />
        <IconButton icon="plus" label="New file" small onClick={() => make("file")} />
        <IconButton icon="folder" label="New folder" small onClick={() => make("folder")} />
        <IconButton
          icon="eye"
          label={isAll.value ? "Leave out hidden files" : "Show hidden files"}
          aria-pressed={isAll.value}
          small
          onClick={() => isAll.value = !isAll.value}
        />
        <IconButton icon="retry" label="Read the files again" small onClick={reload} />
      </div>
      {error !== undefined && rows.length === 0
        ? <ErrorState title="Cannot list the files" error={error} onRetry={reload} />
        : !folders.value.has("")
        ? <LoadingState what="files" lines={8} />
        : rows.length === 0
        ? <EmptyState icon="folder" title="No files">The workspace has no files to show.</EmptyState>
        : (
          <div
            class="panel-body editor-tree"
            role="tree"
            aria-label="Files"
            ref={tree}
            onKeyDown={keys}
            onScroll={sight.measure}
          >
            <div class="virtual-room" role="presentation" style={{ height: `${rows.length * ROW_PX}px` }}>
              {shown.map(([index, { entry, level, at, of }]) => (
                <div
                  key={entry.path}
                  role="treeitem"
                  aria-level={level}
                  aria-posinset={at}
                  aria-setsize={of}
                  aria-selected={entry.path === file}
                  aria-expanded={entry.kind === "folder" ? opened.value.has(entry.path) : undefined}
                  tabIndex={entry === reachable?.entry ? 0 : -1}
                  class={`editor-file ${entry.isIgnored ? "ignored" : ""}`}
                  style={{
                    paddingInlineStart: `${4 + level * 12}px`,
                    transform: `translateY(${index * ROW_PX}px)`,
                  }}
                  onFocus={() => setFocused(entry.path)}
                  onClick={() => act(entry)}
                  onContextMenu={(event) => {
                    event.preventDefault();
                    setFocused(entry.path);
                    setMenu({ x: event.clientX, y: event.clientY });
                  }}
                >
                  <Icon
                    name={entry.kind !== "folder" ? "file" : opened.value.has(entry.path) ? "down" : "right"}
                    size={14}
                  />
                  <span class="cut">{entry.path.split("/").at(-1)}</span>
                </div>
              ))}
            </div>
          </div>
        )}
      {[...folders.value.values()].some(({ length }) => length >= MOST_LISTED)
        ? (
          <p class="muted editor-tree-cut">
            Of a folder, the first {MOST_LISTED.toLocaleString("en")} are listed.
          </p>
        )
        : null}
      {menu === undefined ? null : (
        <Menu
          label={chosen?.path ?? "Files"}
          at={menu}
          entries={entries}
          onClose={() => setMenu(undefined)}
        />
      )}
      {asked === undefined
        ? null
        : <FileActDialog act={asked} onDone={done} onClose={() => setAct(undefined)} />}
    </>
  );
}
