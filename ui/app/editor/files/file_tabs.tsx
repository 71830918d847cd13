/** The open files. Arrows move between them, Delete closes one. @module */

import { useEffect, useRef } from "preact/hooks";
import { afterDrawing } from "../../parts/after_drawing.ts";
import { Icon } from "../../parts/icon.tsx";
import type { OpenText } from "../open_text.ts";
import type { EditorWorkspace } from "../workspace.ts";

export function FileTabs(
  { workspace, file }: { readonly workspace: EditorWorkspace; readonly file: string },
) {
  const row = useRef<HTMLDivElement>(null);
  const texts = workspace.texts.value;
  useEffect(() => {
    row.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({
      block: "nearest",
      inline: "nearest",
    });
  }, [file, texts.length]);
  if (texts.length === 0) return <div class="grow" />;
  const chosen = texts.findIndex((text) => text.file === file);
  const keys = (event: KeyboardEvent) => {
    const at = Math.max(0, chosen);
    const steps: Readonly<Record<string, number>> = {
      ArrowRight: (at + 1) % texts.length,
      ArrowLeft: (at + texts.length - 1) % texts.length,
      Home: 0,
      End: texts.length - 1,
    };
    const to = texts[steps[event.key] ?? -1];
    if (to !== undefined) {
      workspace.show(to.file);
      row.current?.querySelectorAll<HTMLElement>("[role=tab]")[texts.indexOf(to)]?.focus();
    } else if (event.key === "Delete") {
      workspace.askToClose(texts[at]?.file ?? "");
      afterDrawing(() => {
        const left = row.current?.querySelectorAll<HTMLElement>("[role=tab]") ?? [];
        left[Math.min(at, left.length - 1)]?.focus();
      });
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="editor-tabs grow" role="tablist" aria-label="Open files" ref={row} onKeyDown={keys}>
      {texts.map((text, at) => (
        <FileTab
          key={text.file}
          text={text}
          folder={folderAmong(text.file, texts)}
          isChosen={text.file === file}
          isReachable={at === Math.max(0, chosen)}
          workspace={workspace}
        />
      ))}
    </div>
  );
}

/** The folder of a file of whose name several are open. */
function folderAmong(file: string, texts: readonly OpenText[]): string | undefined {
  const nameOf = (path: string) => path.split("/").at(-1);
  const isAlone = texts.every((other) => other.file === file || nameOf(other.file) !== nameOf(file));
  return isAlone ? undefined : file.split("/").slice(0, -1).join("/") || "./";
}

function FileTab({ text, folder, isChosen, isReachable, workspace }: {
  readonly text: OpenText;
  readonly folder: string | undefined;
  readonly isChosen: boolean;
  readonly isReachable: boolean;
  readonly workspace: EditorWorkspace;
}) {
  const own = text.file.split("/").at(-1) ?? text.file;
  const name = folder === undefined ? own : `${own}, ${folder}`;
  const isUnsaved = text.isUnsaved.value;
  return (
    <button
      type="button"
      role="tab"
      class="editor-tab"
      aria-selected={isChosen}
      aria-controls={isChosen ? "editor-panel" : undefined}
      aria-label={isUnsaved ? `${name}, not saved` : name}
      tabIndex={isReachable ? 0 : -1}
      title={text.file}
      onClick={() => workspace.show(text.file)}
      onAuxClick={(event) => event.button === 1 && workspace.askToClose(text.file)}
    >
      <span class="cut">{own}{folder === undefined ? null : <span class="faint">{folder}</span>}</span>
      {isUnsaved ? <span class="editor-unsaved" aria-hidden="true" /> : null}
      <span
        class="editor-tab-close"
        aria-hidden="true"
        onClick={(event) => {
          event.stopPropagation();
          workspace.askToClose(text.file);
        }}
      >
        <Icon name="close" size={12} />
      </span>
    </button>
  );
}
