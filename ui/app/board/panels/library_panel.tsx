/** The node library: search, sections, drag to the board or press Enter. @module */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { FuzzyList, fuzzySort } from "../../parts/fuzzy.ts";
import { Icon } from "../../parts/icon.tsx";
import { SearchField } from "../../parts/search_field.tsx";
import { VirtualList } from "../../parts/virtual_list.tsx";
import { Tabs } from "../../parts/tabs.tsx";
import type { LibraryEntry } from "../library.ts";
import type { BoardNode } from "../model/board_node.ts";
import type { Workbench } from "../workbench.ts";
import { iconFor } from "../view/kinds.ts";

/** What a dragged entry carries. */
export const DRAG_TYPE = "application/x-symphony-node";

export type LeftTab = "library" | "outline";

export interface LibraryPanelProps {
  readonly bench: Workbench;
  readonly tab: LeftTab;
  readonly onTab: (tab: LeftTab) => void;
  readonly onAdd: (entry: LibraryEntry) => void;
  readonly search: string;
  readonly onSearch: (text: string) => void;
}

export function LibraryPanel(props: LibraryPanelProps) {
  const { tab, onTab } = props;
  return (
    <>
      <Tabs
        label="Library and outline"
        name="left"
        tabs={[{ id: "library", title: "Library" }, { id: "outline", title: "Outline" }]}
        chosen={tab}
        onChoose={onTab}
      />
      <div class="panel-fill" role="tabpanel" id="left-panel" aria-labelledby={`left-tab-${tab}`}>
        {tab === "library" ? <Library {...props} /> : <Outline {...props} />}
      </div>
    </>
  );
}

function Library({ bench, onAdd }: LibraryPanelProps) {
  const [query, setQuery] = useState("");
  const list = useRef<HTMLDivElement>(null);
  const found = useMemo(
    () =>
      fuzzySort(query, bench.library, ({ title, id, description }) => `${title} ${id} ${description}`).map((
        { entry },
      ) => entry),
    [query, bench.library],
  );
  const sections = new Map<string, LibraryEntry[]>();
  for (const entry of found) {
    const section = query.trim() === "" ? entry.section : "Found";
    const known = sections.get(section);
    if (known === undefined) sections.set(section, [entry]);
    else known.push(entry);
  }
  // One stop of Tab for a hundred nodes: the one that was walked to.
  const [walked, setWalked] = useState("");
  const reachable = found.find(({ use }) => use === walked)?.use ?? [...sections.values()][0]?.[0]?.use;
  const walk = (event: KeyboardEvent) => {
    const items = [...list.current?.querySelectorAll<HTMLElement>("button") ?? []];
    const at = items.indexOf(document.activeElement as HTMLElement);
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: Math.min(items.length - 1, at + 1),
      ArrowUp: Math.max(0, at - 1),
      Home: 0,
      End: items.length - 1,
    };
    const to = steps[event.key];
    const next = to === undefined || (at < 0 && event.key !== "ArrowDown") ? undefined : items[to];
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    next.focus();
  };
  return (
    <>
      <div class="panel-search">
        <SearchField
          label="Search nodes"
          value={query}
          onValue={setQuery}
          onKeyDown={(event) => {
            walk(event);
            if (event.key === "Enter" && found[0] !== undefined) onAdd(found[0]);
          }}
        />
      </div>
      <div
        class="library"
        ref={list}
        onKeyDown={walk}
      >
        {[...sections].map(([section, entries]) => (
          <section key={section} aria-label={section}>
            <h2 class="library-section">{section}</h2>
            <ul>
              {entries.map((entry) => (
                <li key={entry.id}>
                  <button
                    type="button"
                    class={`library-item kind-${entry.group}`}
                    draggable
                    data-tip={entry.description}
                    tabIndex={entry.use === reachable ? 0 : -1}
                    onFocus={() => setWalked(entry.use)}
                    onClick={() => onAdd(entry)}
                    onDragStart={(event) => {
                      event.dataTransfer?.setData(DRAG_TYPE, entry.id);
                      if (event.dataTransfer !== null) event.dataTransfer.effectAllowed = "copy";
                    }}
                  >
                    <span class="card-icon">
                      <Icon name={iconFor(entry.use, entry.group)} size={14} />
                    </span>
                    <span class="library-names">
                      <span class="cut">{entry.title}</span>
                      <span class="cut faint">{entry.id}</span>
                    </span>
                    {entry.unavailable === undefined ? null : (
                      <Icon
                        name="plug"
                        size={13}
                        label={`Not available: ${entry.unavailable}`}
                        class="warn-text"
                      />
                    )}
                  </button>
                </li>
              ))}
            </ul>
          </section>
        ))}
        {found.length === 0 ? <p class="muted panel-none">No node matches “{query}”.</p> : null}
      </div>
    </>
  );
}

/** What a search of the workflow looks at. */
export const outlineMatches = new FuzzyList<BoardNode>(({ title, id, use }) => `${title} ${id} ${use}`);

const SETTLED_MS = 400;

/** The nodes a moment after the last change, at once where one came or went: typing into one need not sort them all. */
function useSettled(nodes: ReadonlyMap<string, BoardNode>): ReadonlyMap<string, BoardNode> {
  const [settled, setSettled] = useState(nodes);
  useEffect(() => {
    if (nodes === settled) return;
    const timer = setTimeout(() => setSettled(nodes), SETTLED_MS);
    return () => clearTimeout(timer);
  }, [nodes]);
  return nodes.size === settled.size ? settled : nodes;
}

/** Every node as a list: what a screen reader walks, and where a search lands. */
function Outline({ bench, search, onSearch }: LibraryPanelProps) {
  const { board } = bench;
  const nodes = useSettled(board.graph.value.nodes);
  const worst = board.worst.value;
  const selection = board.selection.value;
  const found = useMemo(() => outlineMatches.sorted(search, [...nodes.values()]), [search, nodes]);
  const chosen = selection.size === 1 ? found.findIndex(({ id }) => selection.has(id)) : -1;
  const go = (index: number) => {
    const node = found[index];
    if (node === undefined) return;
    board.select([node.id]);
    board.reveal(node.id);
  };
  return (
    <>
      <div class="panel-search">
        <SearchField
          label="Search this workflow"
          value={search}
          onValue={onSearch}
          onKeyDown={(event) => event.key === "Enter" && go(Math.max(0, chosen))}
        />
      </div>
      {found.length === 0
        ? (
          <p class="muted panel-none">
            {nodes.size === 0 ? "No nodes yet." : `No node matches “${search}”.`}
          </p>
        )
        : (
          <div class="panel-rest">
            <VirtualList
              label="Nodes of the workflow"
              count={found.length}
              rowPx={30}
              chosen={chosen < 0 ? undefined : chosen}
              onChoose={go}
              onOpen={(index) => {
                go(index);
                document.querySelector<HTMLElement>(
                  "#inspector input, #inspector textarea, #inspector select",
                )?.focus();
              }}
              keyOf={(index) => found[index]?.id ?? index}
              row={(index) => {
                const node = found[index];
                if (node === undefined) return null;
                const state = worst.get(node.id);
                return (
                  <div
                    class={`outline-row kind-${node.group} ${selection.has(node.id) ? "is-selected" : ""}`}
                  >
                    <span class="card-icon">
                      <Icon name={iconFor(node.use, node.group)} size={13} />
                    </span>
                    <span class="cut grow">{node.title}</span>
                    {state === undefined ? null : (
                      <Icon
                        name={state === "error" ? "bad" : "warn"}
                        size={13}
                        label={state}
                        class={`${state}-text`}
                      />
                    )}
                  </div>
                );
              }}
            />
          </div>
        )}
    </>
  );
}
