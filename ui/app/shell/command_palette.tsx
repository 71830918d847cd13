/**
 * Find anything: commands by name, and what views offer to be found (`addFinder`): nodes, files, runs. A first sign narrows:
 * `>` commands only, `@` what the view holds.
 *
 * @module
 */

import { signal } from "@preact/signals";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { fuzzySort } from "../parts/fuzzy.ts";
import { Icon, type IconName } from "../parts/icon.tsx";
import { keyText } from "../parts/keys.ts";
import { Marked } from "../parts/marked.tsx";
import { useModal } from "../parts/use_modal.ts";
import { orderFindings } from "./finding_order.ts";
import { useApp } from "../state/app.ts";

/** What is typed; undefined while the palette is closed. */
export const palette = signal<string | undefined>(undefined);

export interface Finding {
  readonly id: string;
  readonly title: string;
  readonly about?: string;
  readonly group: string;
  readonly icon?: IconName;
  readonly keys?: string | undefined;
  /** Comes after all else that was found. */
  readonly isBehind?: true;
  readonly run: () => void;
}

/** Gives what there is to be found; the palette does the matching. May look it up. */
export type Finder = (query: string) => readonly Finding[] | Promise<readonly Finding[]>;

const finders = signal<readonly Finder[]>([]);

/** Offers things in the palette until the returned function is called. */
export function addFinder(finder: Finder): () => void {
  finders.value = [...finders.peek(), finder];
  return () => {
    finders.value = finders.peek().filter((one) => one !== finder);
  };
}

const pageFinders = signal<readonly Finder[]>([]);

/** Offers things in the palette of every view, behind what the view itself offers. */
export function addPageFinder(finder: Finder): void {
  pageFinders.value = [...pageFinders.peek(), finder];
}

const MAX_SHOWN = 80;

export function CommandPalette() {
  const { commands } = useApp();
  const box = useModal();
  const list = useRef<HTMLDivElement>(null);
  const [query, setQuery] = useState(palette.peek() ?? "");
  const [chosen, setChosen] = useState(0);
  const [late, setLate] = useState<readonly Finding[]>([]);
  const [everywhere, setEverywhere] = useState<readonly Finding[]>([]);

  const words = query.replace(/^[>@]/, "").trim();
  const answers = useMemo(() => finders.value.map((finder) => finder(words)), [words, finders.value]);
  useEffect(() => {
    let isOld = false;
    const late = answers.filter((answer) => answer instanceof Promise);
    Promise.all(late).then((all) => isOld || setLate(all.flat()), () => isOld || setLate([]));
    return () => {
      isOld = true;
    };
  }, [answers]);
  useEffect(() => {
    let isOld = false;
    const took = (at: number) => (found: readonly Finding[]) => {
      if (!isOld) {
        setEverywhere((before) => [
          ...before.filter((one) => giverOf(one) !== at),
          ...found.map(placed(at)),
        ]);
      }
    };
    // Each as it comes: what the server must be asked for is behind what is known.
    pageFinders.value.forEach((finder, at) =>
      void Promise.resolve(finder(words)).then(took(at), () => took(at)([]))
    );
    return () => {
      isOld = true;
    };
  }, [words, pageFinders.value]);
  // What is known at once is there at once: whoever types fast must not meet an older list.
  const found = useMemo(
    () => [...answers.flatMap((answer) => answer instanceof Promise ? [] : answer), ...late],
    [answers, late],
  );

  const offered = useMemo(
    (): readonly Finding[] =>
      commands.offered().map(({ id, title, group, icon, keys, run }) => ({
        id,
        title,
        group,
        run,
        ...(icon === undefined ? {} : { icon }),
        keys: keys?.split("|")[0],
      })),
    [commands.list.value],
  );
  const shown = useMemo(() => {
    const entries = query.startsWith(">") ? offered : query.startsWith("@") ? found : [...found, ...offered];
    // Without words, commands first: there may be ten thousand nodes.
    const pool = words === "" && !query.startsWith("@") ? [...offered, ...found.slice(0, 20)] : entries;
    const titleOf = ({ title }: Finding) => title;
    if (words === "" || /^[>@]/.test(query)) return fuzzySort(words, pool, titleOf).slice(0, MAX_SHOWN);
    // A view that holds things of its own comes first with them.
    const isOwnFirst = finders.peek().length > 0;
    return orderFindings(words, { own: pool, everywhere, isOwnFirst, most: MAX_SHOWN });
  }, [query, offered, found, everywhere]);
  useEffect(() => setChosen(0), [query]);
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }, [chosen, shown]);

  const close = () => palette.value = undefined;
  const run = (index: number) => {
    const finding = shown[index]?.entry;
    if (finding === undefined) return;
    close();
    // The dialog first gives focus back; then the command may take it.
    setTimeout(() => finding.run(), 0);
  };
  const keys = (event: KeyboardEvent) => {
    event.stopPropagation();
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: chosen + 1,
      ArrowUp: chosen - 1,
      PageDown: chosen + 8,
      PageUp: chosen - 8,
    };
    const to = steps[event.key];
    if (to !== undefined && shown.length > 0) {
      event.preventDefault();
      const isJump = event.key.startsWith("Page");
      setChosen(isJump ? Math.max(0, Math.min(shown.length - 1, to)) : (to + shown.length) % shown.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      run(chosen);
    }
  };
  let group = "";
  const isSearch = words !== "";
  return (
    <dialog
      ref={box}
      class="palette"
      aria-label="Find anything"
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
      onPointerDown={(event) => event.target === box.current && close()}
      onKeyDown={keys}
    >
      <input
        class="palette-input"
        role="combobox"
        aria-label="Find anything"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-autocomplete="list"
        aria-activedescendant={shown.length === 0 ? undefined : `palette-${chosen}`}
        placeholder="Find a command, a node, a file, a run, a setting…"
        autocomplete="off"
        spellcheck={false}
        value={query}
        onInput={(event) => setQuery(event.currentTarget.value)}
      />
      <div class="palette-list" id="palette-list" role="listbox" aria-label="Found" ref={list}>
        {shown.length === 0 ? <div class="palette-group" role="presentation">Nothing found</div> : null}
        {shown.map(({ entry, places }, index) => {
          const heading = !isSearch && entry.group !== group ? (group = entry.group) : undefined;
          return (
            <div key={`${entry.group}/${entry.id}`} role="presentation">
              {heading === undefined ? null : <div class="palette-group" role="presentation">{heading}</div>}
              <div
                id={`palette-${index}`}
                class="palette-item"
                role="option"
                aria-selected={index === chosen}
                onPointerMove={() => index !== chosen && setChosen(index)}
                onClick={() => run(index)}
              >
                {entry.icon === undefined ? <span style={{ width: "16px" }} /> : <Icon name={entry.icon} />}
                <span class="cut">
                  <Marked text={entry.title} places={places} />
                </span>
                {entry.about === undefined ? null : <span class="about cut">{entry.about}</span>}
                <span class="grow" />
                {isSearch ? <span class="about">{entry.group}</span> : null}
                {entry.keys === undefined ? null : <kbd class="key">{keyText(entry.keys)}</kbd>}
              </div>
            </div>
          );
        })}
      </div>
      <div class="palette-foot" aria-hidden="true">
        <span>↑↓ choose</span>
        <span>Enter runs</span>
        <span>&gt; commands</span>
        <span>@ in this view</span>
      </div>
    </dialog>
  );
}

const givers = new WeakMap<Finding, number>();

/** Remembers which of the page's finders gave it. */
const placed = (at: number) => (finding: Finding): Finding => {
  givers.set(finding, at);
  return finding;
};

const giverOf = (finding: Finding) => givers.get(finding);
