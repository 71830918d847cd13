/**
 * What could stand at a caret by what stands elsewhere: the definitions of the text and its project, then words of it and of other open
 * texts, ranked as servers' items are.
 *
 * @module
 */

import { basename } from "node:path";
import { SymphonyError } from "../../core/errors.ts";
import type {
  ChangeAuthor,
  Completion,
  CompletionDetails,
  Completions,
  QuestionOptions,
  TakenCompletion,
} from "../../core/ports/language.ts";
import { matchScore } from "../lsp/features/completion_rank.ts";
import { Recent } from "../lsp/recent.ts";
import type { Desk, OpenText } from "../revision/desk.ts";
import { editAs } from "../revision/edit_as.ts";
import type { Language } from "../syntax/language.ts";
import { Delta } from "../text/delta.ts";
import type { Definitions, Found } from "./definitions.ts";
import { startOfWord, wordAt, wordsAround, wordsOf } from "./words.ts";

const DEFAULT_LIMIT = 500;
const MOST_LISTS = 8;
const MOST_TEXTS = 8;
const NAME = /^[\p{L}_$][\p{L}\p{N}\p{M}_$]*$/u;
/** Kinds that stand behind a dot. */
const MEMBER = /^(?:method|property|field|constant|enum)/;

interface KnownList {
  readonly text: OpenText;
  readonly revision: number;
  readonly offset: number;
  readonly from: number;
  readonly items: readonly Candidate[];
}

interface Candidate {
  readonly label: string;
  readonly kind: string;
  /** Where it comes from, as it is shown. */
  readonly origin: string;
}

export class OwnCompletions {
  readonly #desk: Desk;
  readonly #definitions: Definitions;
  readonly #lists = new Recent<KnownList>("list", MOST_LISTS);

  constructor(desk: Desk, definitions: Definitions) {
    this.#desk = desk;
    this.#definitions = definitions;
  }

  async complete(
    text: OpenText,
    offset: number,
    language: Language,
    options: QuestionOptions & { readonly trigger?: string; readonly limit?: number },
  ): Promise<Completions> {
    const { buffer } = text;
    const { document } = buffer;
    const hold = document.hold();
    try {
      const from = startOfWord(buffer.text, offset);
      const isMember = from > 0 && buffer.text.sliceString(from - 1, from) === ".";
      const asked = buffer.text;
      const typed = asked.sliceString(from, offset);
      const nothing = /^\d/.test(typed) || options.trigger !== undefined && !isMember;
      const found = nothing ? [] : await this.#candidates(text, offset, language, isMember, options.signal);
      const limit = options.limit ?? DEFAULT_LIMIT;
      const ranked = found.map((item, at) => ({ item, at, score: matchScore(item.label, typed) }))
        .filter(({ item, score }) => score > 0 && item.label !== typed)
        .sort((one, other) => other.score - one.score || one.at - other.at);
      const items = ranked.slice(0, limit).map(({ item }) => item);
      const since = document.changesSince(hold.revision);
      const isStale = document.revision !== hold.revision &&
        [...since.changes()].some((change) =>
          change.from <= offset && change.to >= from && /[^\p{L}\p{N}_$]/u.test(change.insert)
        );
      const range = { from: since.mapOffset(from, -1), to: since.mapOffset(offset, 1) };
      const { revision } = document;
      const shown = isStale ? [] : items;
      const list = this.#lists.add({ text, revision, offset: range.to, from: range.from, items: shown });
      return {
        revision,
        list,
        items: shown.map(({ label, kind, origin }, item): Completion => ({
          item,
          label,
          kind,
          description: origin,
          deprecated: false,
          preselect: false,
          filter: label,
          range,
          commitCharacters: [],
          server: "grammar",
        })),
        isIncomplete: ranked.length > limit,
        isStale,
      };
    } finally {
      hold.release();
    }
  }

  /** @throws SymphonyError `not-found` */
  describe(list: number, item: number): CompletionDetails {
    const { origin, kind } = itemOf(this.#lists.get(list), item);
    const text = kind === "text"
      ? `A word of ${origin === "word" ? "this text" : origin}; no language server is here to say more.`
      : `${kind} · ${origin === "" ? "this text" : origin}, by the grammar, not a language server.`;
    return { documentation: { kind: "plaintext", text } };
  }

  /** @throws SymphonyError `not-found`; `aborted` where the text moved on too far */
  take(list: number, item: number, mode: "insert" | "replace", by: ChangeAuthor): TakenCompletion {
    const known = this.#lists.get(list);
    const { label } = itemOf(known, item);
    const { text, revision } = known;
    const { document } = text.buffer;
    let since: Delta;
    try {
      since = document.changesSince(revision);
    } catch (cause) {
      throw new SymphonyError("aborted", `Cannot take "${label}": the text has moved on`, { cause });
    }
    const from = since.mapOffset(known.from, -1);
    const caret = Math.max(from, since.mapOffset(known.offset, 1));
    const to = mode === "replace" ? wordAt(text.buffer.text, caret).to : caret;
    const delta = Delta.of(text.buffer.text.length, [{ from, to, insert: label }]);
    const edited = editAs(this.#desk, text, document.revision, delta, by);
    const end = from + label.length;
    return { ...edited, stops: [{ number: 0, ranges: [{ from: end, to: end }] }] };
  }

  async #candidates(
    { buffer }: OpenText,
    offset: number,
    language: Language,
    isMember: boolean,
    signal: AbortSignal | undefined,
  ): Promise<Candidate[]> {
    const all = new Map<string, Candidate>();
    const add = (label: string, kind: string, origin: string) => {
      if (!all.has(label)) all.set(label, { label, kind, origin });
    };
    const addFound = ({ name, kind, buffer: home, path }: Found) => {
      if (isMember && !MEMBER.test(kind) || !NAME.test(name)) return;
      add(name, kind, home === buffer || path === undefined ? "" : basename(path));
    };
    (await this.#definitions.of(buffer, language, signal)).forEach(addFound);
    const around = await this.#definitions.around(buffer, language, signal);
    const byName = new Map(around.map((one) => [one.name, one]));
    const { text } = buffer;
    for (const word of wordsAround(text, Math.min(offset, text.length), isMember)) {
      const known = byName.get(word);
      if (known !== undefined) addFound(known);
      add(word, "text", "word");
    }
    around.forEach(addFound);
    let left = MOST_TEXTS;
    for (const { buffer: other } of this.#desk.texts()) {
      if (other === buffer || --left < 0) continue;
      const name = other.path === undefined ? "another text" : basename(other.path);
      for (const word of wordsOf(other.text, isMember)) add(word, "text", name);
    }
    return [...all.values()];
  }
}

/** @throws SymphonyError `not-found` */
function itemOf({ items }: KnownList, number: number): Candidate {
  const item = items[number];
  if (item !== undefined) return item;
  throw new SymphonyError("not-found", `Cannot find item ${number}: the list has ${items.length}`);
}
