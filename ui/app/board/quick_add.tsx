/**
 * Adding a node by typing: what fits a held connection first, Enter adds. Opened by a double click, by N, or by dropping a
 * connection on empty ground.
 *
 * @module
 */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { fuzzySort } from "../parts/fuzzy.ts";
import { Icon } from "../parts/icon.tsx";
import { Marked } from "../parts/marked.tsx";
import { useModal } from "../parts/use_modal.ts";
import { fittingPort, type LibraryEntry } from "./library.ts";
import type { ConnectionJudge } from "./model/connection_judge.ts";
import { iconFor } from "./view/kinds.ts";

export interface QuickAddProps {
  readonly library: readonly LibraryEntry[];
  /** Only what could be connected. */
  readonly held: { readonly judge: ConnectionJudge; readonly isFromSource: boolean } | undefined;
  readonly onChoose: (entry: LibraryEntry, port: string | undefined) => void;
  readonly onClose: () => void;
}

export function QuickAdd({ library, held, onChoose, onClose }: QuickAddProps) {
  const box = useModal();
  const list = useRef<HTMLDivElement>(null);
  const [query, setQuery] = useState("");
  const [chosen, setChosen] = useState(0);
  const offered = useMemo(
    () =>
      library.flatMap((entry): { readonly entry: LibraryEntry; readonly port: string | undefined }[] => {
        if (held === undefined) return [{ entry, port: undefined }];
        const port = fittingPort(entry, held.judge, held.isFromSource);
        return port === undefined ? [] : [{ entry, port }];
      }),
    [library, held],
  );
  const found = useMemo(
    () => fuzzySort(query, offered, ({ entry }) => `${entry.title} ${entry.id}`).slice(0, 60),
    [query, offered],
  );
  useEffect(() => setChosen(0), [query]);
  useEffect(
    () => list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" }),
    [chosen, found],
  );
  const take = (index: number) => {
    const one = found[index]?.entry;
    if (one === undefined) return;
    onClose();
    onChoose(one.entry, one.port);
  };
  const label = held === undefined ? "Add a node" : "Add a node that fits";
  return (
    <dialog
      ref={box}
      class="palette"
      aria-label={label}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onPointerDown={(event) => event.target === box.current && onClose()}
      onKeyDown={(event) => {
        event.stopPropagation();
        const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
        if (step !== 0 && found.length > 0) {
          event.preventDefault();
          setChosen((chosen + step + found.length) % found.length);
        } else if (event.key === "Enter") {
          event.preventDefault();
          take(chosen);
        }
      }}
    >
      <input
        class="palette-input"
        role="combobox"
        aria-label={label}
        aria-expanded="true"
        aria-controls="add-list"
        aria-autocomplete="list"
        aria-activedescendant={found.length === 0 ? undefined : `add-${chosen}`}
        placeholder={held === undefined ? "Add a node: scan, review, branch…" : "Add a node that this fits…"}
        autocomplete="off"
        spellcheck={false}
        value={query}
        onInput={(event) => setQuery(event.currentTarget.value)}
      />
      <div class="palette-list" id="add-list" role="listbox" aria-label="Nodes" ref={list}>
        {found.length === 0 ? <div class="palette-group" role="presentation">Nothing fits</div> : null}
        {found.map(({ entry: { entry, port }, places }, index) => (
          <div
            key={entry.id}
            id={`add-${index}`}
            class={`palette-item kind-${entry.group}`}
            role="option"
            aria-selected={index === chosen}
            onPointerMove={() => index !== chosen && setChosen(index)}
            onClick={() => take(index)}
          >
            <span class="card-icon">
              <Icon name={iconFor(entry.use, entry.group)} size={14} />
            </span>
            <span class="cut">
              <Marked text={entry.title} places={places.filter((place) => place < entry.title.length)} />
            </span>
            <span class="about cut">
              {port === undefined || port === "" ? entry.description : `at ${port}`}
            </span>
            <span class="grow" />
            <code class="faint">{entry.id}</code>
          </div>
        ))}
      </div>
    </dialog>
  );
}
