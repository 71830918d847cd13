/**
 * The methods of the revision protocol about proposals and change sets.
 *
 * @module
 */

import type { PlaceAnswer } from "../../core/ports/text_editing.ts";
import type { RequestName } from "./answered.ts";
import { accept, changeSets, review, undoChangeSet } from "./change_sets.ts";
import { decide, reopen } from "./decide.ts";
import type { Desk } from "./desk.ts";
import type { Params } from "./params.ts";
import { propose } from "./propose.ts";
import { toWire } from "./protocol.ts";

/** What a session gives its methods. */
export interface MethodContext {
  request(params: Params): RequestName | undefined;
  /** The answer, once what it says would outlive this process. */
  durable(answer: unknown): unknown;
}

const answers: readonly PlaceAnswer[] = ["accept", "reject", "both", "own"];

/** Each method by its name. */
export function changeSetMethods(
  desk: Desk,
  { request, durable }: MethodContext,
): Readonly<Record<string, (params: Params) => unknown>> {
  const textOf = (params: Params) => desk.text(params.buffer());
  return {
    "text/propose": (params) => {
      const base = params.maybeNumber("baseRevision") ?? params.text("baseText");
      const changeSet = params.maybeText("changeSet");
      const contradictions = params.has("contradictions")
        ? params.oneOf("contradictions", ["refuse", "ask"])
        : undefined;
      const proposal = {
        base,
        text: params.text("text"),
        author: params.author(),
        ...(changeSet === undefined ? {} : { changeSet }),
        ...(contradictions === undefined ? {} : { contradictions }),
      };
      const result = propose(desk, textOf(params), proposal, request(params));
      if (!result.ok) return { ok: false, conflicts: result.error };
      const { revision, changes, waiting } = result.value;
      return durable({ ok: true, revision, changes: toWire(changes), waiting });
    },
    "changes/list": () => changeSets(desk),
    "changes/review": (params) => review(desk, params.text("changeSet")),
    "changes/decide": (params) => {
      const text = textOf(params);
      const [own, conflict] = [params.maybeText("text"), params.maybeText("conflict")];
      const result = decide(desk, text, {
        id: params.text("id"),
        changeSet: params.text("changeSet"),
        author: params.author(),
        revision: params.number("revision"),
        place: conflict ?? params.change(),
        answer: params.oneOf("answer", answers),
        ...(own === undefined ? {} : { text: own }),
      });
      return result.ok ? durable({ ...result, textRevision: text.buffer.revision }) : result;
    },
    "changes/reopen": (params) => {
      const text = textOf(params);
      const isOpen = reopen(desk, text, params.text("decision"), params.author());
      return durable({ isOpen, textRevision: text.buffer.revision });
    },
    "changes/decisions": (params) => textOf(params).notes.reviews.decisions(),
    "changes/accept": (params) => {
      accept(desk, params.text("changeSet"));
      return durable(null);
    },
    "changes/undo": (params) => durable(undoChangeSet(desk, params.text("changeSet"))),
  };
}
