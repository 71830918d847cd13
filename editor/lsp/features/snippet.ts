/**
 * Snippets of completions as plain text with stops: `$1`, `${1:placeholder}`, `${1|one,two|}`, `$NAME`,
 * `${NAME:default}`, `${1/regex/format/flags}` of the protocol's grammar. What is malformed stays as it is written.
 *
 * A transformation's pattern is a server's regular expression and could run for ever, so it is not run: the stop keeps
 * its text as it is.
 *
 * @module
 */

import type { TextRange } from "../../../core/ports/text_editing.ts";

/** A place to fill in. Several places of one number get the same text. */
export interface SnippetStop {
  /** 0 is where the caret ends up. */
  readonly number: number;
  /** In units of the snippet's own text, ascending. */
  readonly places: readonly TextRange[];
  readonly choices?: readonly string[];
}

export interface Snippet {
  readonly text: string;
  /** In the order in which they are visited: 1, 2, … and 0 last. There is always a stop 0. */
  readonly stops: readonly SnippetStop[];
}

/** Placeholders in placeholders; below this they are text. */
const DEEPEST = 20;
/** Longer snippets, and what they grow to, are taken as plain text. */
const LONGEST = 1 << 18;

type Part = string | Stop;
interface Stop {
  readonly number: number;
  /** What it shows at first; undefined where that is what another place of its number shows. */
  readonly content: readonly Part[] | undefined;
  readonly choices?: readonly string[];
}

/** Reads a snippet. `variable` gives the value of a variable such as `TM_FILENAME`, undefined where it has none. */
export function parseSnippet(source: string, variable: (name: string) => string | undefined): Snippet {
  if (source.length > LONGEST) return plain(source);
  const parts = new SnippetParser(source, variable).parts();
  return (parts === undefined ? undefined : new Rendering(parts).snippet()) ?? plain(source);
}

/** `text` as a snippet without stops of its own. */
export function plain(text: string): Snippet {
  return { text, stops: [{ number: 0, places: [{ from: text.length, to: text.length }] }] };
}

class SnippetParser {
  readonly #source: string;
  readonly #variable: (name: string) => string | undefined;
  #at = 0;
  /** Where a `${` stands that nothing closes, so that it is not tried again from every placeholder around it. */
  readonly #unclosed = new Set<number>();
  #steps: number;

  constructor(source: string, variable: (name: string) => string | undefined) {
    this.#source = source;
    this.#variable = variable;
    this.#steps = source.length * (DEEPEST + 2) + 1;
  }

  /** Undefined where reading takes too long. */
  parts(): Part[] | undefined {
    const parts = this.#sequence(false, 0);
    return this.#steps >= 0 ? parts : undefined;
  }

  /** Up to the end, or up to the `}` that closes the placeholder around it. */
  #sequence(inPlaceholder: boolean, depth: number): Part[] {
    const parts: Part[] = [];
    let text = "";
    while (this.#at < this.#source.length && this.#steps-- > 0) {
      const character = this.#source[this.#at] as string;
      if (inPlaceholder && character === "}") break;
      const stop = character === "$" ? this.#dollar(depth) : undefined;
      if (stop !== undefined) {
        if (text !== "") parts.push(text);
        text = "";
        parts.push(...stop);
      } else if (character === "\\") {
        const next = this.#source[this.#at + 1];
        const escapes = next === "$" || next === "}" || next === "\\";
        text += escapes ? next : "\\";
        this.#at += escapes ? 2 : 1;
      } else {
        text += character;
        this.#at++;
      }
    }
    if (text !== "") parts.push(text);
    return parts;
  }

  /** What stands at `$`; undefined, with nothing read, where it is only a dollar. */
  #dollar(depth: number): Part[] | undefined {
    const simple = this.#match(/\$(?:(\d{1,9})|([A-Za-z_]\w*))/y);
    if (simple !== undefined) return this.#bare(simple[1], simple[2]);
    const start = this.#at;
    if (depth >= DEEPEST || this.#unclosed.has(start)) return undefined;
    const opened = this.#match(/\$\{(?:(\d{1,9})|([A-Za-z_]\w*))([}:|/])/y);
    if (opened === undefined) return undefined;
    const [, number, name, mark] = opened;
    const parts = mark === "}" ? this.#bare(number, name) : this.#braced(number, name, mark as string, depth);
    if (parts !== undefined) return parts;
    this.#unclosed.add(start);
    this.#at = start;
    return undefined;
  }

  #bare(number: string | undefined, name: string | undefined): Part[] {
    if (number !== undefined) return [{ number: Number(number), content: undefined }];
    return [this.#variable(name as string) ?? ""];
  }

  /** What follows `${1` or `${NAME` and one of `:`, `|`, `/`; undefined where it is never closed. */
  #braced(
    number: string | undefined,
    name: string | undefined,
    mark: string,
    depth: number,
  ): Part[] | undefined {
    if (mark === "|") return number === undefined ? undefined : this.#choice(Number(number));
    if (mark === "/") {
      // regex / format / flags }, where the format may hold `${1:/upcase}` and escaped slashes.
      const rest = this.#match(/(?:\\.|[^\\/\n])+\/(?:\\.|\$\{[^}]*\}|[^\\/\n$]|\$(?!\{))*\/[a-z]*\}/y);
      return rest === undefined ? undefined : this.#bare(number, name);
    }
    const content = this.#sequence(true, depth + 1);
    if (this.#source[this.#at] !== "}") return undefined;
    this.#at++;
    if (number !== undefined) return [{ number: Number(number), content }];
    const value = this.#variable(name as string);
    return value === undefined ? content : [value];
  }

  #choice(number: number): Part[] | undefined {
    const found = this.#match(/((?:\\.|[^\\|])*)\|\}/y);
    if (found === undefined) return undefined;
    const choices = [...(found[1] as string).matchAll(/(?:^|,)((?:\\.|[^,\\])*)/g)]
      .map((part) => (part[1] as string).replace(/\\([\\,|$}])/g, "$1"));
    return [{ number, content: [choices[0] ?? ""], choices }];
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#source);
    if (found === null) return undefined;
    this.#at = pattern.lastIndex;
    return found;
  }
}

/** Writes parts out and notes where the stops come to stand. */
class Rendering {
  readonly #parts: readonly Part[];
  /** The first place of each number that has a content of its own. */
  readonly #contents = new Map<number, Stop>();
  readonly #places = new Map<number, TextRange[]>();
  readonly #open = new Set<number>();
  #text = "";
  /** Parts that may still be written: copies of copies would double without end. */
  #budget = 100_000;

  constructor(parts: readonly Part[]) {
    this.#parts = parts;
    this.#collect(parts);
  }

  /** Undefined where it grows too large. */
  snippet(): Snippet | undefined {
    if (!this.#write(this.#parts, true)) return undefined;
    const end = this.#text.length;
    if (!this.#places.has(0)) this.#places.set(0, [{ from: end, to: end }]);
    const numbers = [...this.#places.keys()].sort((a, b) => (a || Infinity) - (b || Infinity));
    const stops = numbers.map((number) => {
      const choices = this.#contents.get(number)?.choices;
      const places = (this.#places.get(number) as TextRange[]).sort((a, b) => a.from - b.from || a.to - b.to);
      return { number, places, ...(choices === undefined ? {} : { choices }) };
    });
    return { text: this.#text, stops };
  }

  #collect(parts: readonly Part[]): void {
    for (const part of parts) {
      if (typeof part === "string" || part.content === undefined) continue;
      if (!this.#contents.has(part.number)) this.#contents.set(part.number, part);
      this.#collect(part.content);
    }
  }

  /** A copy of another place's content is text only: its stops are noted where they first stand. */
  #write(parts: readonly Part[], noting: boolean): boolean {
    for (const part of parts) {
      if (this.#text.length > LONGEST || this.#budget-- <= 0) return false;
      if (typeof part === "string") {
        this.#text += part;
        continue;
      }
      const { number } = part;
      const start = this.#text.length;
      const content = part.content ?? this.#contents.get(number)?.content;
      // A placeholder that holds its own number would never end.
      if (content !== undefined && !this.#open.has(number)) {
        this.#open.add(number);
        const fits = this.#write(content, noting && part.content !== undefined);
        this.#open.delete(number);
        if (!fits) return false;
      }
      if (noting) this.#note(number, { from: start, to: this.#text.length });
    }
    return true;
  }

  #note(number: number, place: TextRange): void {
    const places = this.#places.get(number);
    if (places === undefined) this.#places.set(number, [place]);
    else places.push(place);
  }
}
