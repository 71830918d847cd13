/** Text in all files: what is looked for, where it is found, and other words in its place. Kept while other views are shown. @module */

import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { TextHit, TextHits } from "../../../api/files.ts";
import { Button } from "../../parts/button.tsx";
import { counted } from "../../parts/counted.ts";
import { Dialog } from "../../parts/dialog.tsx";
import { VirtualList } from "../../parts/virtual_list.tsx";
import { announce } from "../../state/announce.ts";
import { useApp } from "../../state/app.ts";
import { ApiError } from "../../state/client.ts";
import { showToast } from "../../state/toasts.ts";
import { workspaceOf } from "../workspace.ts";
import { replaceAll } from "./replace_all.ts";

/** After the last key. */
const PAUSE_MS = 250;
const MOST_PLACES = 2_000;
const ROW_PX = 26;
/** Of a line before the place, so that the place is seen in a narrow panel. */
const MOST_BEFORE = 14;

interface Wanted {
  readonly text: string;
  readonly matchCase: boolean;
  readonly wholeWord: boolean;
  readonly isPattern: boolean;
  readonly files: string;
}

const wanted = signal<Wanted>({ text: "", matchCase: false, wholeWord: false, isPattern: false, files: "" });
const words = signal("");
/** With what was looked for, as `keyOf` says it: what is written since is another question. */
const found = signal<TextHits & { readonly of: string } | undefined>(undefined);
const fault = signal("");
const isBusy = signal(false);
/** What is found is being replaced: once, not again where it is part of what takes its place. */
const isReplacing = signal(false);
const chosen = signal<number | undefined>(undefined);
const isAsking = signal(false);
/** Grows when the field is to have the focus. */
const asked = signal(0);

const keyOf = (one: Wanted): string => JSON.stringify(one);

/** Looks for what is selected, or lets the person write what to look for. */
export function beginSearch(selection: string): void {
  if (selection !== "" && !selection.includes("\n")) wanted.value = { ...wanted.peek(), text: selection };
  asked.value++;
}

type Row = { readonly kind: "file"; readonly path: string; readonly count: number } | {
  readonly kind: "hit";
  readonly hit: TextHit;
};

function rowsOf(hits: readonly TextHit[]): readonly Row[] {
  return [...Map.groupBy(hits, ({ path }) => path)].flatMap(([path, inFile]): Row[] => [
    { kind: "file", path, count: inFile.length },
    ...inFile.map((hit): Row => ({ kind: "hit", hit })),
  ]);
}

export function SearchPanel() {
  const app = useApp();
  const workspace = workspaceOf(app);
  const field = useRef<HTMLInputElement>(null);
  const { text, matchCase, wholeWord, isPattern, files } = wanted.value;
  const look = async (signal?: AbortSignal) => {
    if (text === "") {
      [found.value, fault.value] = [undefined, ""];
      return;
    }
    isBusy.value = true;
    const of = keyOf(wanted.peek());
    try {
      const hits = await app.client.call("GET /files/text", {
        query: {
          text,
          limit: MOST_PLACES,
          ...(matchCase ? { matchCase } : {}),
          ...(wholeWord ? { wholeWord } : {}),
          ...(isPattern ? { isPattern } : {}),
          ...(files.trim() === "" ? {} : { files }),
        },
        ...(signal === undefined ? {} : { signal }),
      });
      if (of !== keyOf(wanted.peek())) return;
      found.value = { ...hits, of };
      [fault.value, chosen.value] = ["", undefined];
    } catch (error) {
      if (signal?.aborted === true || error instanceof ApiError && error.code === "aborted") return;
      if (of !== keyOf(wanted.peek())) return;
      fault.value = error instanceof Error ? error.message : String(error);
    }
    isBusy.value = false;
  };
  useEffect(() => {
    const abort = new AbortController();
    const timer = setTimeout(() => void look(abort.signal), PAUSE_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [text, matchCase, wholeWord, isPattern, files]);
  useEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, [asked.value]);
  const { hits = [], isMore = false } = found.value ?? {};
  const isOld = found.value?.of !== keyOf(wanted.value);
  const rows = rowsOf(hits);
  const fileCount = rows.length - hits.length;
  const change = (part: Partial<Wanted>) => wanted.value = { ...wanted.peek(), ...part };
  const go = (index: number) => {
    const row = rows[index];
    const hit = row?.kind === "file" ? rows.slice(index).find((one) => one.kind === "hit")?.hit : row?.hit;
    if (hit !== undefined) workspace.goTo(hit.path, hit.line - 1, hit.column - 1);
  };
  const replace = async () => {
    isAsking.value = false;
    if (isReplacing.peek() || found.peek() === undefined) return;
    isReplacing.value = true;
    try {
      await replaceFound();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      showToast({ look: "bad", title: "Not everything is replaced", text: why });
    }
    found.value = { hits: [], isMore: false, looked: 0, of: "" };
    isReplacing.value = false;
    await look();
  };
  const replaceFound = async () => {
    const { places, files: changed, unsaved, left } = await replaceAll(app, workspace, hits, words.peek());
    const said = `Replaced ${counted(places, "place")} in ${counted(changed, "file")}`;
    announce(said);
    showToast({
      look: left === 0 ? "good" : "warn",
      title: said,
      text: [
        unsaved === 0 ? "" : `${counted(unsaved, "file")} not saved yet.`,
        left === 0
          ? ""
          : `${counted(left, "place")} left as they are: changed meanwhile, or not to be written.`,
      ].filter(Boolean).join(" "),
    });
  };
  const toggle = (key: "matchCase" | "wholeWord" | "isPattern", sign: string, label: string) => (
    <button
      type="button"
      class="editor-search-way"
      aria-pressed={wanted.value[key]}
      aria-label={label}
      title={label}
      onClick={() => change({ [key]: !wanted.peek()[key] })}
    >
      {sign}
    </button>
  );
  const status = text === ""
    ? "Search the text of all files"
    : isReplacing.value
    ? "Replacing…"
    : isBusy.value
    ? "Searching…"
    : fault.value !== ""
    ? fault.value
    : isOld
    ? "Searching…"
    : hits.length === 0
    ? "Nothing found"
    : `${isMore ? "The first " : ""}${counted(hits.length, "place")} in ${counted(fileCount, "file")}`;
  return (
    <>
      <form
        class="editor-search"
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          void look();
        }}
      >
        <div class="editor-search-line">
          <input
            ref={field}
            class="input"
            aria-label="Search all files"
            placeholder="Search all files"
            spellcheck={false}
            autocomplete="off"
            value={text}
            onInput={({ currentTarget }) => change({ text: currentTarget.value })}
          />
          {toggle("matchCase", "Aa", "Match case")}
          {toggle("wholeWord", "W", "Whole words")}
          {toggle("isPattern", ".*", "Regular expression")}
        </div>
        <div class="editor-search-line">
          <input
            class="input"
            aria-label="Replace with"
            placeholder="Replace with"
            spellcheck={false}
            autocomplete="off"
            value={words.value}
            onInput={({ currentTarget }) => words.value = currentTarget.value}
          />
          <Button
            small
            disabled={hits.length === 0 || isMore || isOld || isReplacing.value || fault.value !== ""}
            title={isMore
              ? "There are more places than are shown: say more closely what is meant"
              : undefined}
            onClick={() => isAsking.value = true}
          >
            Replace all
          </Button>
        </div>
        <input
          class="input"
          aria-label="Files to search"
          placeholder="In files: ui/, .ts, !test"
          spellcheck={false}
          autocomplete="off"
          value={files}
          onInput={({ currentTarget }) => change({ files: currentTarget.value })}
        />
      </form>
      <p class={`editor-search-said ${fault.value === "" ? "" : "bad"}`} role="status">{status}</p>
      {rows.length === 0 ? null : (
        <VirtualList
          label="Places found"
          class="grow"
          count={rows.length}
          rowPx={ROW_PX}
          chosen={chosen.value}
          onChoose={(index) => chosen.value = index}
          onOpen={(index) => {
            go(index);
            document.querySelector<HTMLElement>(".cm-content")?.focus();
          }}
          row={(index) => <FoundRow row={rows[index] as Row} onGo={() => go(index)} />}
        />
      )}
      {isAsking.value
        ? (
          <Dialog
            title={`Replace ${counted(hits.length, "place")} in ${counted(fileCount, "file")}`}
            onClose={() => isAsking.value = false}
            onSubmit={() => void replace()}
            foot={<Button type="submit" look="primary" autofocus>Replace</Button>}
          >
            <p>
              <code>{text}</code> becomes {words.value === "" ? "nothing" : <code>{words.value}</code>}.
            </p>
            <p class="muted">
              Files that are open are changed and can be undone; the others are written to the disk at once.
            </p>
          </Dialog>
        )
        : null}
    </>
  );
}

function FoundRow({ row, onGo }: { readonly row: Row; readonly onGo: () => void }) {
  if (row.kind === "file") {
    const name = row.path.split("/").at(-1) ?? row.path;
    return (
      <span class="editor-found-file" title={row.path} onClick={onGo}>
        <b class="cut">{name}</b>
        <span class="faint cut grow">{row.path.slice(0, -name.length - 1)}</span>
        <span class="badge">{row.count}</span>
      </span>
    );
  }
  const { text, at, length, line } = row.hit;
  const before = text.slice(Math.max(0, text.search(/\S/)), at);
  return (
    <span class="editor-found-place" title={`Line ${line}`} onClick={onGo}>
      <span class="cut">
        {before.length > MOST_BEFORE ? `…${before.slice(2 - MOST_BEFORE)}` : before}
        <mark>{text.slice(at, at + length)}</mark>
        {text.slice(at + length)}
      </span>
      <span class="faint">{line}</span>
    </span>
  );
}
