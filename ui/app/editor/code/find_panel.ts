/** The panel of finding and replacing in a text: what is looked for, how, which of how many it is, and what is put in its place. @module */

import {
  closeSearchPanel,
  findNext,
  findPrevious,
  getSearchQuery,
  openSearchPanel,
  replaceAll,
  replaceNext,
  SearchQuery,
  selectMatches,
  setSearchQuery,
} from "@codemirror/search";
import type { EditorState } from "@codemirror/state";
import { type EditorView, type Panel, runScopeHandlers, type ViewUpdate } from "@codemirror/view";

/** Counting ends here, and after this time: typing goes on meanwhile. */
const MOST_COUNTED = 9_999;
const COUNT_MS = 12;

/** Whether the line for replacing is shown, in all texts. */
let replaces = false;

/** Opens the panel with the line for replacing, or that line in the open panel. */
export function openReplacePanel(view: EditorView): boolean {
  replaces = true;
  openSearchPanel(view);
  view.dom.querySelector<FindPanelElement>(".editor-find")?.showReplace?.();
  return true;
}

interface FindPanelElement extends HTMLElement {
  showReplace?: () => void;
}

export function findPanel(view: EditorView): Panel {
  const dom: FindPanelElement = document.createElement("div");
  dom.className = "editor-find";
  const field = (name: string, isMain: boolean) => {
    const input = document.createElement("input");
    input.className = "input";
    input.placeholder = input.ariaLabel = name;
    input.spellcheck = false;
    input.autocomplete = "off";
    if (isMain) input.setAttribute("main-field", "true");
    input.addEventListener("input", commit);
    return input;
  };
  const button = (sign: string, name: string, act: () => void, className = "editor-search-way") => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = className;
    made.textContent = sign;
    if (sign !== name) made.ariaLabel = made.title = name;
    made.addEventListener("click", act);
    return made;
  };
  const way = (sign: string, name: string) => {
    const made: HTMLButtonElement = button(sign, name, () => {
      made.ariaPressed = String(made.ariaPressed !== "true");
      commit();
    });
    made.ariaPressed = "false";
    return made;
  };
  const [find, replace] = [field("Find", true), field("Replace with", false)];
  const [matchCase, wholeWord, regexp] = [
    way("Aa", "Match case"),
    way("W", "Whole words"),
    way(".*", "Regular expression"),
  ];
  const said = document.createElement("span");
  said.className = "editor-find-said";
  said.role = "status";
  const toggle = button("⇄", "Replace", () => {
    replaces = !replaces;
    showReplace();
    (replaces ? replace : find).focus();
  });
  const first = document.createElement("div");
  first.className = "editor-search-line";
  first.append(
    find,
    said,
    matchCase,
    wholeWord,
    regexp,
    button("↑", "Previous (Shift+Enter)", () => void findPrevious(view)),
    button("↓", "Next (Enter)", () => void findNext(view)),
    button("≡", "Select all that were found (Alt+Enter)", () => void selectMatches(view)),
    toggle,
    button("×", "Close (Escape)", () => void closeSearchPanel(view)),
  );
  const second = document.createElement("div");
  second.className = "editor-search-line";
  second.append(
    replace,
    button("Replace", "Replace", () => void replaceNext(view), "button small"),
    button("All", "Replace all", () => void replaceAll(view), "button small"),
  );
  dom.append(first, second);
  dom.showReplace = showReplace;
  dom.addEventListener("keydown", keys);
  showReplace();
  show(getSearchQuery(view.state));
  count(view.state);
  return { dom, top: true, mount: () => find.select(), update };

  function showReplace(): void {
    second.hidden = !replaces;
    toggle.ariaExpanded = String(replaces);
  }

  function commit(): void {
    const query = new SearchQuery({
      search: find.value,
      replace: replace.value,
      caseSensitive: matchCase.ariaPressed === "true",
      wholeWord: wholeWord.ariaPressed === "true",
      regexp: regexp.ariaPressed === "true",
    });
    if (!query.eq(getSearchQuery(view.state))) view.dispatch({ effects: setSearchQuery.of(query) });
  }

  function show(query: SearchQuery): void {
    if (find.value !== query.search) find.value = query.search;
    if (replace.value !== query.replace) replace.value = query.replace;
    matchCase.ariaPressed = String(query.caseSensitive);
    wholeWord.ariaPressed = String(query.wholeWord);
    regexp.ariaPressed = String(query.regexp);
  }

  function keys(event: KeyboardEvent): void {
    if (runScopeHandlers(view, event, "search-panel")) return event.preventDefault();
    if (event.key !== "Enter" || event.ctrlKey || event.metaKey) return;
    if (event.target === find) {
      event.preventDefault();
      if (event.altKey) selectMatches(view);
      else if (event.shiftKey) findPrevious(view);
      else findNext(view);
    } else if (event.target === replace) {
      event.preventDefault();
      replaceNext(view);
    }
  }

  function update({ transactions, docChanged, selectionSet, state }: ViewUpdate): void {
    const isOther = transactions.some(({ effects }) => effects.some((effect) => effect.is(setSearchQuery)));
    if (isOther) show(getSearchQuery(state));
    if (isOther || docChanged || selectionSet) count(state);
  }

  function count(state: EditorState): void {
    const words = countWords(state, getSearchQuery(state), performance.now() + COUNT_MS);
    if (said.textContent !== words) said.textContent = words;
    find.ariaInvalid = String(!getSearchQuery(state).valid && find.value !== "");
  }
}

function countWords(state: EditorState, query: SearchQuery, until: number): string {
  if (query.search === "") return "";
  if (!query.valid) return "No regular expression";
  const { from, to } = state.selection.main;
  let [all, at] = [0, 0];
  const cursor = query.getCursor(state);
  for (let next = cursor.next(); next.done !== true; next = cursor.next()) {
    all++;
    if (next.value.from === from && next.value.to === to) at = all;
    if (all > MOST_COUNTED || all % 64 === 0 && performance.now() > until) {
      return at > 0 ? `${at} of many` : `over ${(all - 1).toLocaleString("en")}`;
    }
  }
  if (all === 0) return "Nothing found";
  return at > 0 ? `${at} of ${all}` : `${all} found`;
}
