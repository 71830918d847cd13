/**
 * What every PermissionPromptPort promises. `make` opens one to whose questions a person gives `answers` in order, and then
 * none any more.
 *
 * @module
 */

import assert from "node:assert/strict";
import { extensionId } from "../../core/ids.ts";
import type {
  PermissionAnswer,
  PermissionPromptPort,
  PermissionQuestion,
} from "../../core/ports/permission_prompt.ts";

export interface PromptSubject {
  readonly port: PermissionPromptPort;
  /** What was shown to the person so far, as text. */
  shown(): string;
}

export function question(more: Partial<PermissionQuestion> = {}): PermissionQuestion {
  return {
    extension: extensionId("acme/tool"),
    origin: "third-party",
    permission: "files:read",
    what: "read the files of the folder",
    why: "It counts words",
    risk: "medium",
    notAsked: ["change files"],
    folder: "/work",
    ...more,
  };
}

const never = new AbortController().signal;

/** Registers the suite for one adapter. */
export function testPermissionPrompt(
  name: string,
  make: (answers: readonly PermissionAnswer[]) => PromptSubject,
): void {
  Deno.test(`${name} ask() gives each person's answer, in order, and undefined once nobody answers`, async () => {
    const answers: readonly PermissionAnswer[] = [
      { verdict: "allow", scope: { kind: "once" } },
      { verdict: "deny", scope: { kind: "session" } },
      { verdict: "allow", scope: { kind: "always" } },
    ];
    const { port } = make(answers);
    const given = await Promise.all(answers.map(() => port.ask(question(), never)));
    assert.deepEqual(given, answers);
    assert.equal(await port.ask(question(), never), undefined);
  });

  Deno.test(`${name} ask() shows who, what, why, the risk and what is not asked`, async () => {
    const { port, shown } = make([{ verdict: "deny", scope: { kind: "once" } }]);
    await port.ask(question(), never);
    for (
      const part of ["acme/tool", "read the files of the folder", "It counts words", "medium", "change files"]
    ) {
      assert.ok(shown().includes(part), `"${part}" is not shown:\n${shown()}`);
    }
  });

  Deno.test(`${name} ask() shows a stranger's words without control characters`, async () => {
    const { port, shown } = make([{ verdict: "deny", scope: { kind: "once" } }]);
    await port.ask(question({ why: "fine\x1b[2J\x1b[1;1H\u202eedoc" }), never);
    assert.ok(!shown().includes("\x1b[2J"));
    assert.ok(!shown().includes("\u202e"));
  });

  Deno.test(`${name} ask() gives undefined where its signal fired`, async () => {
    const { port } = make([]);
    assert.equal(await port.ask(question(), AbortSignal.abort()), undefined);
  });
}
