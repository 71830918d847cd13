/** What lies under and between the nodes: frames of groups, and notes. @module */

import type { Signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { IconButton } from "../../parts/button.tsx";
import type { Board } from "../board.ts";
import { setGroup, setNote } from "../model/commands.ts";
import type { BoardNote } from "../model/graph.ts";

export function GroupFrames(
  { board, isNear, moved }: {
    readonly board: Board;
    readonly isNear: boolean;
    readonly moved: Signal<number>;
  },
) {
  const scene = board.scene.value;
  moved.value;
  if (!isNear) return null;
  return (
    <>
      {scene.graph.groups.map((group) => {
        const rect = scene.groupRect(group);
        if (rect === undefined) return null;
        return (
          <div
            key={group.id}
            class={`group-frame tint-${group.colour}`}
            data-group={group.id}
            style={{
              transform: `translate(${rect.left}px, ${rect.top}px)`,
              width: `${rect.right - rect.left}px`,
              height: `${rect.bottom - rect.top}px`,
            }}
          >
            <input
              class="group-title"
              data-inert=""
              aria-label="Title of the group"
              value={group.title}
              onKeyDown={(event) => event.stopPropagation()}
              onInput={({ currentTarget }) =>
                board.apply(setGroup(board.document.ground, group.id, { title: currentTarget.value }))}
            />
            <span class="group-fold" data-inert="">
              <IconButton
                small
                icon="zoomout"
                label={`Fold ${group.title === "" ? "the group" : group.title} into one box`}
                onClick={() => board.fold([group], true)}
              />
            </span>
          </div>
        );
      })}
    </>
  );
}

export function NoteCards({ board, moved }: { readonly board: Board; readonly moved: Signal<number> }) {
  const scene = board.scene.value;
  moved.value;
  return (
    <>
      {scene.graph.notes.map((note) => {
        const index = scene.indexOf.get(`note:${note.id}`);
        if (index === undefined) return null;
        return <Note key={note.id} board={board} note={note} x={scene.left[index]!} y={scene.top[index]!} />;
      })}
    </>
  );
}

function Note(
  { board, note, x, y }: {
    readonly board: Board;
    readonly note: BoardNote;
    readonly x: number;
    readonly y: number;
  },
) {
  const id = `note:${note.id}`;
  const isSelected = board.selection.value.has(id);
  const change = (fields: Record<string, string | number>) =>
    board.apply(setNote(board.document.ground, note.id, fields));
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (board.freshNote !== note.id) return;
    board.freshNote = undefined;
    field.current?.focus({ preventScroll: true });
  }, []);
  return (
    <div
      class={`note tint-${note.colour} ${isSelected ? "is-selected" : ""}`}
      id={`node-${id}`}
      data-node={id}
      role="group"
      aria-label={note.text === "" ? "Empty note" : `Note: ${note.text.slice(0, 80)}`}
      style={{ transform: `translate(${x}px, ${y}px)`, width: `${note.width}px`, height: `${note.height}px` }}
    >
      <textarea
        ref={field}
        data-inert=""
        data-scroll=""
        aria-label="Note"
        placeholder="Write a note…"
        value={note.text}
        onKeyDown={(event) => {
          event.stopPropagation();
          if (event.key === "Escape") event.currentTarget.closest<HTMLElement>(".stage")?.focus();
        }}
        onInput={({ currentTarget }) => change({ text: currentTarget.value })}
      />
      <span
        class="note-corner"
        data-inert=""
        onPointerDown={(event) => {
          event.stopPropagation();
          const corner = event.currentTarget;
          const { zoom } = board.look.view.peek();
          const [startX, startY, width, height] = [event.clientX, event.clientY, note.width, note.height];
          corner.setPointerCapture(event.pointerId);
          const move = (next: PointerEvent) =>
            change({
              width: Math.max(96, Math.round(width + (next.clientX - startX) / zoom)),
              height: Math.max(56, Math.round(height + (next.clientY - startY) / zoom)),
            });
          corner.addEventListener("pointermove", move);
          corner.addEventListener(
            "lostpointercapture",
            () => corner.removeEventListener("pointermove", move),
            { once: true },
          );
        }}
      />
    </div>
  );
}
