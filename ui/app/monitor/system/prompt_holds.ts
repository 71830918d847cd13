/** Which calls wait for the answer to a question for leave. Pure. @module */

import type { PermissionPrompt } from "../../../api/permissions.ts";

/** The question as the run sees it: which of its own calls wait for the answer; undefined where none does. */
export function promptIn(prompt: PermissionPrompt, run: string): PermissionPrompt | undefined {
  const others = prompt.others?.filter((call) => call.run === run) ?? [];
  if (prompt.run === run) return others.length === prompt.others?.length ? prompt : { ...prompt, others };
  const [first, ...more] = others;
  if (first === undefined) return undefined;
  const { run: _run, node: _node, item: _item, ...question } = prompt;
  return { ...question, ...first, others: more };
}

/** True where a call of the node waits for the answer. */
export function holdsNode({ node, others }: PermissionPrompt, name: string): boolean {
  return node === name || others?.some((call) => call.node === name) === true;
}
