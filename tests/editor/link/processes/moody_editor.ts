/**
 * An editor of a few lines with a bad habit, for the supervisor's tests: `moody_editor.ts HABIT COUNTER`. COUNTER is a file that
 * gets a byte with each start.
 *
 * @module
 */

const [habit, counter = ""] = Deno.args;
Deno.writeTextFileSync(counter, "x", { append: true });
const starts = Deno.statSync(counter).size;
if (habit === "dies at start") {
  Deno.stderr.writeSync(new TextEncoder().encode("I cannot do this\n"));
  Deno.exit(7);
}

function answer(id: number, result: unknown): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify({ jsonrpc: "2.0", id, result })}\n`));
}

let rest = "";
const buffer = new Uint8Array(1 << 16);
for (let count = await Deno.stdin.read(buffer); count !== null; count = await Deno.stdin.read(buffer)) {
  const lines = (rest + new TextDecoder().decode(buffer.subarray(0, count))).split("\n");
  rest = lines.pop() ?? "";
  for (const line of lines) {
    const { id, method, params } = JSON.parse(line);
    if (method === "session/hello") answer(id, { protocol: 1, version: "0", pid: Deno.pid, session: null });
    else if (method === "session/begin") answer(id, { resumed: params.resume.map(() => null) });
    else if (method === "changes/accept" && habit === "dies of a request") Deno.exit(1);
    else if (method === "changes/list" && habit === "hangs once" && starts === 1) {
      for (const end = Date.now() + 60_000; Date.now() < end;);
    } else answer(id, []);
  }
}
