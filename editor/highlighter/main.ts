/**
 * The highlighter as a plugin process of its own, for any core that speaks xi's plugin protocol on standard streams. A core does not say what
 * it shows, so the whole text gets its colours, from the top, while nothing else happens.
 *
 * @module
 */

import { LineSplitter } from "../rpc/line_splitter.ts";
import { Highlighter } from "./highlighter.ts";
import { Mirror, parseLine } from "./mirror.ts";

/** One slice of parsing, in milliseconds. */
const SLICE_MS = 10;

/** How much text gets its spans in one message, in UTF-16 units. */
const STEP = 16_384;

async function run(): Promise<void> {
  const encoder = new TextEncoder();
  let out: string[] = [];
  let writing = Promise.resolve();
  const flush = () => {
    const text = out.join("");
    out = [];
    writing = writing.then(async () => {
      const bytes = encoder.encode(text);
      for (let at = 0; at < bytes.length;) at += await Deno.stdout.write(bytes.subarray(at));
    });
  };
  const mirror = new Mirror((line) => {
    if (out.length === 0) queueMicrotask(flush);
    out.push(`${line}\n`);
  }, (message) => highlighter.receive(message));
  const highlighter = new Highlighter((message) => mirror.say(message), {
    report: (problem) => Deno.stderr.writeSync(encoder.encode(`${problem}\n`)),
  });
  await highlighter.start();

  let timer: ReturnType<typeof setTimeout> | undefined;
  const goOn = () => {
    timer = undefined;
    let isLeft = false;
    for (const viewId of mirror.views) {
      isLeft = !highlighter.parse(viewId, SLICE_MS) || highlighter.advance(viewId, STEP) || isLeft;
    }
    if (isLeft) timer = setTimeout(goOn, 0);
  };
  const lines = new LineSplitter();
  for await (const bytes of Deno.stdin.readable) {
    for (const line of lines.push(bytes)) {
      if (mirror.take(parseLine(line))) return await writing;
    }
    timer ??= setTimeout(goOn, 0);
  }
}

if (import.meta.main) {
  await run();
  Deno.exit(0);
}
