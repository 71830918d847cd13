/**
 * What a host process prints: never protocol, only a log. Control characters are removed, long lines cut, and beyond a
 * budget the rest is counted instead of kept, so a flood costs the core next to nothing.
 *
 * @module
 */

const MOST_LINE = 2000;
const LINES_PER_SECOND = 50;

/** `text` without control characters, escape sequences and direction marks, so that a terminal shows it as it is. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}|[\u202a-\u202e\u2066-\u2069]/gu, (found) => found === "\t" ? " " : "");
}

/** Reads `stream` to its end, giving lines to `onLine` at a bounded rate. `now` gives milliseconds. */
export async function drainLines(
  stream: ReadableStream<Uint8Array>,
  onLine: (line: string) => void,
  now: () => number,
): Promise<void> {
  const decoder = new TextDecoder();
  let rest = "";
  let allowance = LINES_PER_SECOND;
  let dropped = 0;
  let refilledAt = now();
  const say = (line: string) => {
    const text = printable(line).slice(0, MOST_LINE);
    if (text.trim() === "") return;
    const at = now();
    allowance = Math.min(LINES_PER_SECOND, allowance + (at - refilledAt) / 1000 * LINES_PER_SECOND);
    refilledAt = at;
    if (allowance < 1) {
      dropped++;
      return;
    }
    allowance--;
    if (dropped > 0) onLine(`(${dropped} lines left out)`);
    dropped = 0;
    onLine(text);
  };
  try {
    for await (const chunk of stream) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = (lines.pop() ?? "").slice(0, MOST_LINE);
      for (const line of lines) say(line);
    }
  } catch {
    // The process was killed while it printed.
  }
  if (rest !== "") say(rest);
}
