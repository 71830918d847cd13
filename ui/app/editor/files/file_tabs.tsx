/** The open files. Arrows move between them, Delete closes one. @module */

import { useRef } from "preact/hooks";
import { afterDrawing } from "../../parts/after_drawing.ts";
import { Icon } from "../../parts/icon.tsx";
import type { OpenText } from "../open_text.ts";
import type { EditorWorkspace } from "../workspace.ts";

export function FileTabs(
  { workspace, file }: { readonly workspace: EditorWorkspace; readonly file: string },
) {
  const row = useRef<HTMLDivElement>(null);
  const texts = workspace.texts.value;
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
      workspace.close(texts[at]?.file ?? "");
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
          isChosen={text.file === file}
          isReachable={at === Math.max(0, chosen)}
          workspace={workspace}
        />
      ))}
    </div>
  );
}

function FileTab({ text, isChosen, isReachable, workspace }: {
  readonly text: OpenText;
  readonly isChosen: boolean;
  readonly isReachable: boolean;
  readonly workspace: EditorWorkspace;
}) {
  const name = text.file.split("/").at(-1) ?? text.file;
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
      onAuxClick={(event) => event.button === 1 && workspace.close(text.file)}
    >
      <span class="cut">{name}</span>
      {isUnsaved ? <span class="editor-unsaved" aria-hidden="true" /> : null}
      <span
        class="editor-tab-close"
        aria-hidden="true"
        onClick={(event) => {
          event.stopPropagation();
          workspace.close(text.file);
        }}
      >
        <Icon name="close" size={12} />
      </span>
    </button>
  );
}
