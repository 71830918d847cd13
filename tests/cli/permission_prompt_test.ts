import assert from "node:assert/strict";
import { TerminalPrompt } from "../../cli/permission_prompt.ts";
import type { PermissionAnswer } from "../../core/ports/permission_prompt.ts";
import { question, testPermissionPrompt } from "../contracts/permission_prompt_contract.ts";

const never = new AbortController().signal;
const clock = { now: () => 1000, monotonic: () => 0, schedule: () => () => {} };

/** A terminal at which the lines are typed, and then the input ends. */
function terminal(lines: readonly string[]) {
  const typed = [...lines];
  let shown = "";
  const output = {
    isTerminal: true,
    columns: () => 80,
    rows: () => 24,
    write: (text: string | Uint8Array) => {
      shown += text;
      return Promise.resolve();
    },
  };
  const readLine = (signal: AbortSignal) => Promise.resolve(signal.aborted ? undefined : typed.shift());
  const port = new TerminalPrompt(output, readLine, { clock, style: (_colour, text) => text });
  return { port, shown: () => shown };
}

function letterOf({ verdict, scope }: PermissionAnswer): string {
  if (verdict === "deny") return scope.kind === "always" ? "v" : "n";
  return { once: "o", session: "s", always: "a", until: "h" }[scope.kind];
}

testPermissionPrompt("TerminalPrompt", (answers) => terminal(answers.map(letterOf)));

Deno.test("TerminalPrompt asks again after an answer that it does not know, and gives up after three", async () => {
  const { port } = terminal(["what?", "Y"]);
  assert.deepEqual(await port.ask(question(), never), { verdict: "allow", scope: { kind: "session" } });
  const { port: other, shown } = terminal(["1", "2", "3", "a"]);
  assert.equal(await other.ask(question(), never), undefined);
  assert.equal(shown().split("[o]nce").length - 1, 3);
});

Deno.test("TerminalPrompt grants an hour from now on", async () => {
  const { port } = terminal(["h"]);
  assert.deepEqual(await port.ask(question(), never), {
    verdict: "allow",
    scope: { kind: "until", atMs: 3_601_000 },
  });
});

Deno.test("TerminalPrompt lets what is painted step aside and come back, also where nobody answers", async () => {
  const { port } = terminal([]);
  const steps: string[] = [];
  port.screen = {
    hold: () => Promise.resolve(void steps.push("hold")),
    resume: () => void steps.push("resume"),
  };
  assert.equal(await port.ask(question(), never), undefined);
  assert.deepEqual(steps, ["hold", "resume"]);
});
