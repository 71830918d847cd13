/**
 * The editor: files of the workspace on the left, the open ones as tabs, the text, and what agents have changed on the right.
 *
 * @module
 */

import { useSignalEffect } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { IconButton } from "../parts/button.tsx";
import { PickDialog } from "../parts/pick_dialog.tsx";
import { rememberedSize, SplitHandle } from "../parts/split.tsx";
import { EmptyState, ErrorState, LoadingState } from "../parts/states.tsx";
import { Button } from "../parts/button.tsx";
import { addFinder, palette } from "../shell/command_palette.tsx";
import { useStatus } from "../shell/status_bar.tsx";
import type { ViewProps } from "../shell/view.ts";
import { useApp } from "../state/app.ts";
import { hrefOf, navigate } from "../state/route.ts";
import { lineEndOf } from "./code/line_ends.ts";
import { waitingChanges } from "./changes/waiting_changes.ts";
import { WaitingList } from "./changes/waiting_list.tsx";
import { CloseDialog } from "./close_dialog.tsx";
import { ChangesPanel } from "./changes/changes_panel.tsx";
import { editorCommands, saveText } from "./editor_commands.ts";
import { FileTabs } from "./files/file_tabs.tsx";
import { FileTree } from "./files/file_tree.tsx";
import type { OpenText } from "./open_text.ts";
import type { Picking } from "./places.ts";
import { beginSearch, SearchPanel } from "./search/search_panel.tsx";
import { RenameDialog } from "./rename_dialog.tsx";
import { TextPane } from "./text_pane.tsx";
import { EditorChoice, editorOf } from "./editor_choice.tsx";
import { MotifEditor } from "./motif_editor.tsx";
import { lookAt } from "../motif/looking_at.ts";
import { ServerState } from "./server_state.tsx";
import { AuthorTag } from "./changes/author_tag.tsx";
import { markOf, nameOf } from "./text_authors.ts";
import { type EditorWorkspace, MOST_BYTES, workspaceOf } from "./workspace.ts";

const treeSize = rememberedSize("editor.tree", 240);
const besideSize = rememberedSize("editor.beside", 560);
const changesSize = rememberedSize("editor.changes", 320);
const wide = matchMedia("(min-width: 720px)");
/** Below, files and changes beside the text would leave it no room: the changes lie over it, and open when they are asked for. */
const roomy = matchMedia("(min-width: 1000px)");

export default function EditorView({ route }: ViewProps) {
  const app = useApp();
  const workspace = workspaceOf(app);
  const file = route.path;
  const [isTreeOpen, setTreeOpen] = useState(wide.matches || file === "");
  const [side, setSide] = useState<"files" | "search">("files");
  const showSide = (which: "files" | "search") => {
    const isShown = isTreeOpen && side === which;
    setSide(which);
    setTreeOpen(!isShown);
  };
  const [hasChanges, setHasChanges] = useState<boolean | undefined>(undefined);
  const [renaming, setRenaming] = useState<OpenText | undefined>(undefined);
  const closing = workspace.closing.value;
  const [picking, setPicking] = useState<Picking | undefined>(undefined);

  useEffect(() => {
    const remembered = workspace.remembered();
    for (const one of remembered) workspace.open(one);
    if (file === "" && remembered.length > 0) navigate(hrefOf("editor", remembered[0] as string), true);
  }, []);
  useEffect(() => {
    if (!wide.matches && file !== "") setTreeOpen(false);
  }, [file]);
  // An address may say where to look; afterwards it is the file's alone, so that coming back does not jump.
  const { line, column } = route.query;
  useEffect(() => {
    if (file === "" || !/^[1-9]\d*$/.test(line ?? "")) return;
    const character = /^[1-9]\d*$/.test(column ?? "") ? Number(column) - 1 : 0;
    navigate(hrefOf("editor", file), true);
    workspace.goTo(file, Number(line) - 1, character);
  }, [file, line, column]);
  useEffect(() =>
    addFinder(async (query) => {
      if (query === "") return [];
      const hits = await app.client.call("GET /files/search", { query: { text: query, limit: 50 } });
      return hits.map(({ path }) => ({
        id: path,
        title: path,
        group: "Files",
        icon: "file" as const,
        run: () => navigate(hrefOf("editor", path)),
      }));
    }), []);
  const active = workspace.texts.value.find((text) => text.file === file);
  // Keys mean the file that is shown, also those that come before an effect of showing it has run.
  const besideFile = roomy.matches && workspace.beside.value !== file ? workspace.beside.value : undefined;
  const besideText = workspace.texts.value.find((text) => text.file === besideFile);
  const current = workspace.isBesideFocused.value && besideText !== undefined ? besideText : active;
  const shown = useRef(current);
  shown.current = current;
  useEffect(
    () =>
      app.commands.add(
        editorCommands(app, workspace, () => shown.current, {
          rename: setRenaming,
          pick: setPicking,
          search: (words) => {
            setSide("search");
            setTreeOpen(true);
            beginSearch(words);
          },
        }),
      ),
    [],
  );
  useEffect(
    () =>
      lookAt(() => {
        const text = active?.editorState?.doc.toString();
        return text === undefined ? {} : { text };
      }),
    [active],
  );
  const waiting = active?.reviewing.reviews.value.length ?? 0;
  useSignalEffect(() => {
    if (workspace.shownConflict.value !== undefined) setHasChanges(true);
  });
  const isReviewOpen = hasChanges ?? (waiting > 0 && roomy.matches);
  return (
    <div class="editor">
      <div class="bar">
        <IconButton
          icon="folder"
          label={isTreeOpen && side === "files" ? "Hide files" : "Show files"}
          aria-pressed={isTreeOpen && side === "files"}
          onClick={() => showSide("files")}
        />
        <IconButton
          icon="search"
          label="Search all files"
          keys="mod+shift+f"
          aria-pressed={isTreeOpen && side === "search"}
          onClick={() => {
            showSide("search");
            beginSearch("");
          }}
        />
        <h1 class="hidden-text">Editor</h1>
        <FileTabs workspace={workspace} file={file} />
        {active === undefined ? null : <EditorChoice file={file} />}
        <IconButton icon="file" label="Open a file" keys="mod+p" onClick={() => palette.value = "@"} />
        {active === undefined || current === undefined ? null : (
          <>
            <IconButton
              icon="save"
              label="Save"
              keys="mod+s"
              disabled={!current.isUnsaved.value}
              onClick={() => void saveText(current)}
            />
            <Button
              icon="diff"
              look="quiet"
              aria-pressed={isReviewOpen}
              aria-label={`Changes of agents, ${waiting} to review`}
              onClick={() => setHasChanges(!isReviewOpen)}
            >
              {waiting === 0 ? null : <span class="badge info">{waiting}</span>}
            </Button>
          </>
        )}
      </div>
      <div class="split editor-split">
        {isTreeOpen
          ? (
            <>
              <aside
                class="panel editor-files"
                aria-label={side === "files" ? "Files" : "Search"}
                style={wide.matches ? { width: `${treeSize.value}px` } : {}}
              >
                {side === "files" ? <FileTree file={file} /> : <SearchPanel />}
              </aside>
              <SplitHandle label="Width of the files" size={treeSize} min={160} max={480} />
            </>
          )
          : null}
        <section
          class="editor-main"
          role={file === "" ? undefined : "tabpanel"}
          id="editor-panel"
          aria-label={file === "" ? "No file" : file}
          onFocusIn={() => workspace.isBesideFocused.value = false}
        >
          {file === "" ? <Nothing /> : <OpenFile key={file} workspace={workspace} file={file} />}
        </section>
        {besideFile === undefined
          ? null
          : <Beside key={besideFile} workspace={workspace} file={besideFile} />}
        {active !== undefined && isReviewOpen
          ? (
            <>
              <SplitHandle label="Width of the changes" size={changesSize} min={240} max={640} after />
              <aside
                class="panel editor-changes"
                aria-label="Changes to review"
                style={wide.matches ? { width: `${changesSize.value}px` } : {}}
              >
                <ChangesPanel text={active} workspace={workspace} onClose={() => setHasChanges(false)} />
              </aside>
            </>
          )
          : null}
      </div>
      {renaming === undefined
        ? null
        : <RenameDialog text={renaming} onClose={() => setRenaming(undefined)} />}
      {closing === undefined ? null : <CloseDialog key={closing.file} text={closing} workspace={workspace} />}
      {picking === undefined ? null : (
        <PickDialog
          {...picking}
          onPick={({ id }) => picking.pick(id)}
          onClose={() => setPicking(undefined)}
        />
      )}
    </div>
  );
}

/** The second pane. */
function Beside({ workspace, file }: { readonly workspace: EditorWorkspace; readonly file: string }) {
  useEffect(() => () => {
    workspace.isBesideFocused.value = false;
  }, []);
  return (
    <>
      <SplitHandle label="Width of the second file" size={besideSize} min={240} max={1600} after />
      <section
        class="editor-main editor-beside"
        aria-label={file}
        style={{ width: `${besideSize.value}px` }}
        onFocusIn={() => workspace.isBesideFocused.value = true}
      >
        <header class="editor-beside-head">
          <span class="cut grow" title={file}>{file}</span>
          <IconButton
            icon="left"
            label={`Show ${file} alone`}
            keys="mod+\\"
            onClick={() => workspace.endBeside(file)}
          />
          <IconButton icon="close" label="Close the second pane" onClick={() => workspace.endBeside()} />
        </header>
        <OpenFile workspace={workspace} file={file} isBeside />
      </section>
    </>
  );
}

function Nothing() {
  const sets = waitingChanges.value;
  if (sets.length > 0) {
    return (
      <div class="editor-nothing">
        <h2>Changes to review</h2>
        <p class="muted">Open a file to see what was changed in it, and take or reject each place.</p>
        <WaitingList sets={sets} />
      </div>
    );
  }
  return (
    <EmptyState
      icon="editor"
      title="No file is open"
      action={<Button icon="search" look="primary" onClick={() => palette.value = "@"}>Open a file</Button>}
    >
      Choose one on the left, or find it by its name. You, other windows and agents edit the same text.
    </EmptyState>
  );
}

interface OpenFileProps {
  readonly workspace: EditorWorkspace;
  readonly file: string;
  readonly isBeside?: boolean;
}

function OpenFile({ workspace, file, isBeside = false }: OpenFileProps) {
  const { client } = useApp();
  const [tooLarge, setTooLarge] = useState<number | undefined>(undefined);
  const [text, setText] = useState<OpenText | undefined>(() =>
    workspace.texts.peek().find((one) => one.file === file)
  );
  useEffect(() => {
    if (text !== undefined) return;
    let isLeft = false;
    const folder = file.split("/").slice(0, -1).join("/");
    client.call("GET /files", { query: folder === "" ? {} : { folder } }).then((entries) => {
      const size = entries.find(({ path }) => path === file)?.sizeBytes ?? 0;
      if (isLeft) return;
      if (size > MOST_BYTES) setTooLarge(size);
      else setText(workspace.open(file));
    }, () => isLeft || setText(workspace.open(file)));
    return () => {
      isLeft = true;
    };
  }, []);
  if (tooLarge !== undefined) {
    const megabytes = (bytes: number) => `${Math.round(bytes / 1024 / 1024)} MB`;
    return (
      <EmptyState icon="file" title={`${file} is too large to edit here`}>
        It has {megabytes(tooLarge)}; a page edits up to{" "}
        {megabytes(MOST_BYTES)}. A front end of symphony-editor opens it.
      </EmptyState>
    );
  }
  return text === undefined
    ? <LoadingState what={file} lines={12} />
    : <Text text={text} workspace={workspace} isBeside={isBeside} />;
}

function Text({ text, workspace, isBeside }: {
  readonly text: OpenText;
  readonly workspace: EditorWorkspace;
  readonly isBeside: boolean;
}) {
  const [, redraw] = useState(0);
  useSignalEffect(() => {
    void text.state.value;
    redraw((count) => count + 1);
  });
  const state = text.state.value;
  // Of two panes the one that has the focus is spoken of.
  const isMeant = workspace.isBesideFocused.value === isBeside;
  useStatus(isBeside ? "editor.beside" : "editor.text", isMeant ? <TextStatus text={text} /> : null, [
    text,
    isMeant,
  ]);
  if (state === "failed" && text.editorState === undefined) {
    return (
      <ErrorState
        title={`Cannot open ${text.file}`}
        error={text.error.value}
        onRetry={() => text.retry()}
      />
    );
  }
  if (text.editorState === undefined) return <LoadingState what={text.file} lines={12} />;
  const editor = editorOf(text.file);
  return editor === undefined
    ? <TextPane text={text} workspace={workspace} />
    : <MotifEditor key={editor.path} text={text} editor={editor} />;
}

/** Where the caret is, how much is selected, and how lines end where that is not the usual way. */
function CaretPlace({ text }: { readonly text: OpenText }) {
  void text.moved.value;
  void text.state.value;
  const { commands } = useApp();
  const state = text.editorState;
  if (state === undefined) return null;
  const { ranges, main } = state.selection;
  const line = state.doc.lineAt(main.head);
  const chosen = ranges.reduce((sum, { from, to }) => sum + to - from, 0);
  const more = [
    ...(ranges.length > 1 ? [`${ranges.length} carets`] : []),
    ...(chosen > 0 ? [`${chosen.toLocaleString("en")} selected`] : []),
  ];
  return (
    <>
      <button
        type="button"
        class="editor-place"
        title="Go to a line"
        onClick={() => commands.run("editor.line")}
      >
        Line {line.number}, column {main.head - line.from + 1}
        {more.length === 0 ? "" : ` (${more.join(", ")})`}
      </button>
      {lineEndOf(state) === "\n"
        ? null
        : <span title="Lines end with carriage return and line feed">CRLF</span>}
    </>
  );
}

function TextStatus({ text }: { readonly text: OpenText }) {
  const words = text.isBehind.value
    ? text.state.value === "open" ? "Sending" : "Kept here until Symphony is back"
    : text.isUnsaved.value
    ? "Not saved"
    : "Saved";
  const faults = text.diagnostics.value.filter(({ severity }) => severity === "error").length;
  const others = [
    ...new Set(text.present.value.filter(({ selections }) => selections.length > 0).map((one) => one.author)),
  ];
  return (
    <>
      {others.map((author) => (
        <span key={author} class={`editor-person ${markOf(author).classes}`}>
          <AuthorTag mark={markOf(author)} />
          {nameOf(author)}
        </span>
      ))}
      {faults === 0 ? null : <span class="editor-faults">{faults} {faults === 1 ? "error" : "errors"}</span>}
      <CaretPlace text={text} />
      <ServerState key={text.file} text={text} />
      <span class="editor-saved">{words}</span>
    </>
  );
}
