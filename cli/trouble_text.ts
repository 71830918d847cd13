/**
 * What did not go as planned in a run: skipped nodes with their reasons, failed ones with class, message and what to do.
 * Nodes and items that share a reason share a line.
 *
 * @module
 */

import type { NodeId } from "../core/ids.ts";
import type { NodeFailure } from "../core/policy/failure.ts";
import { adviceFor } from "./advice.ts";
import { label } from "./plain_view.ts";
import { type NodeAccount, nodeState, type RunAccount } from "../core/orchestration/run_account.ts";
import { cleanLine } from "./text.ts";

/** Lines, and names on a line, that are told; the rest are counted. */
const NAMED = 20;
/** Characters of a reason that stay on one line. */
const LONG = 160;

/** The lines for a run; `failure` is that of the run as a whole. */
export function troubleLines(
  account: RunAccount,
  failure: NodeFailure & { readonly node?: NodeId } | undefined,
): readonly string[] {
  const skipped = new Map<string, string[]>();
  const failed = new Map<string, string[]>();
  let untold = 0;
  for (const node of account.nodes.values()) {
    const name = label(node.scope, node.node);
    if (nodeState(node) === "skipped") add(skipped, skipText(node), name);
    else if (node.counts.failed > 0 || node.whole === "failed") {
      for (const one of node.failures) {
        add(failed, failText(one.failure), label(node.scope, node.node, one.item));
      }
      untold += Math.max(0, node.counts.failed - node.failures.length);
    }
  }
  if (failure !== undefined && failed.size === 0) add(failed, failText(failure), failure.node ?? "the run");
  return [
    ...linesOf(skipped, "skipped"),
    ...linesOf(failed, "failed"),
    ...untold > 0 ? [`… and ${untold} more failed`] : [],
  ];
}

function add(groups: Map<string, string[]>, reason: string, name: string): void {
  const names = groups.get(reason);
  if (names === undefined) groups.set(reason, [name]);
  else names.push(name);
}

function linesOf(groups: ReadonlyMap<string, readonly string[]>, what: string): readonly string[] {
  const lines = [...groups].slice(0, NAMED).map(([reason, names]) => {
    const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : "";
    return `${names.slice(0, NAMED).join(", ")}${more}: ${what}, ${folded(reason)}`;
  });
  if (groups.size > NAMED) lines.push(`… and more ${what}, for ${groups.size - NAMED} other reasons`);
  return lines;
}

/** Why a node was skipped; the failure is named where the reason does not tell it already. */
function skipText({ skipReason = "no reason given", skipFailure: failure }: NodeAccount): string {
  if (failure === undefined) return cleanLine(skipReason);
  const what = skipReason.includes(failure.message) ? failure.class : `${failure.class}: ${failure.message}`;
  return cleanLine(`${skipReason} (${what})`);
}

function failText(failure: NodeFailure): string {
  return cleanLine(`${failure.class}: ${failure.message} — ${adviceFor(failure.class)}`);
}

/** A long reason over several lines, broken where its clauses end. */
function folded(reason: string): string {
  return reason.length <= LONG ? reason : reason.replaceAll("; ", ";\n    ");
}
