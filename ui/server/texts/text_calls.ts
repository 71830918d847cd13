/** The calls of texts.ts, each over its port. @module */

import { type AuthorId, type BufferId, bufferId } from "../../../core/ids.ts";
import type { TextCallName, TextCalls } from "../../api/texts.ts";
import type { Texts } from "../services.ts";
import type { PlaceReview } from "./place_review.ts";

export interface CallContext {
  readonly texts: Texts;
  /** Whoever edits by this connection. */
  readonly author: AuthorId;
  readonly signal: AbortSignal;
  readonly reviews: PlaceReview;
  /** @throws SymphonyError where the text may not be saved to its file */
  beforeSave(buffer: BufferId): Promise<void>;
  /** A file from the workspace; one outside keeps its whole path. */
  nameOf(file: string): string;
}

/** Calls that hold or name a buffer for the connection are the desk's own. */
export type PortCall = Exclude<TextCallName, "text.open" | "text.close" | "text.edit">;

type Act<K extends TextCallName> = (
  context: CallContext,
  params: TextCalls[K][0],
) => Promise<TextCalls[K][1] | undefined | void>;

/** What each call does; nothing given stands for null. */
export const portCalls: { readonly [K in PortCall]: Act<K> } = {
  "text.read": ({ texts }, { buffer, ...at }) => texts.editing.read(bufferId(buffer), at),
  "text.undo": ({ texts, author }, { buffer }) => texts.editing.undo(bufferId(buffer), author),
  "text.redo": ({ texts, author }, { buffer }) => texts.editing.redo(bufferId(buffer), author),
  "text.save": async ({ texts, beforeSave }, { buffer, ...options }) => {
    if (options.file === undefined) await beforeSave(bufferId(buffer));
    return await texts.editing.save(bufferId(buffer), options);
  },
  "text.announce": ({ texts, author }, { buffer, revision, selections }) =>
    texts.presence.announce(bufferId(buffer), revision, { author, selections }),
  "text.present": ({ texts }, { buffer }) => texts.presence.present(bufferId(buffer)),
  "text.propose": ({ texts, author }, { buffer, ...proposal }) =>
    texts.proposals.propose(bufferId(buffer), { ...proposal, author }),
  "changes.list": ({ texts }) => texts.proposals.changeSets(),
  "changes.review": ({ texts }, { changeSet }) => texts.proposals.review(changeSet),
  "changes.decide": ({ reviews, author }, { buffer, ...decision }) =>
    reviews.decide(bufferId(buffer), { ...decision, author }),
  "changes.reopen": ({ reviews, author }, { buffer, decision }) =>
    reviews.reopen(bufferId(buffer), decision, author),
  "changes.accept": ({ reviews, author }, { changeSet }) => reviews.decideAll(changeSet, "accept", author),
  "changes.undo": async ({ reviews, author }, { changeSet }) =>
    void await reviews.decideAll(changeSet, "reject", author),
  "changes.takeBack": ({ reviews, author }, { changeSet, what }) =>
    reviews.takeBack(changeSet, author, what === "last"),
  "language.features": ({ texts }, { buffer }) => texts.language.features(bufferId(buffer)),
  "language.isServed": ({ texts }, { buffer }) => texts.language.isServed(bufferId(buffer)),
  "language.servers": ({ texts }) => texts.language.servers(),
  "language.restart": ({ texts }, { server }) => texts.language.restart(server),
  "language.complete": ({ texts, signal }, { trigger, limit, ...at }) =>
    texts.language.complete(at, {
      signal,
      ...trigger === undefined ? {} : { trigger },
      ...limit === undefined ? {} : { limit },
    }),
  "language.describe": ({ texts, signal }, { list, item }) =>
    texts.language.describeCompletion(list, item, { signal }),
  "language.take": ({ texts, author }, { list, item, mode, ...by }) =>
    texts.language.takeCompletion(list, item, mode, { ...by, author }),
  "language.hover": ({ texts, signal }, at) => texts.language.hover(at, { signal }),
  "language.signature": ({ texts, signal }, { trigger, ...at }) =>
    texts.language.signature(at, { signal, ...trigger === undefined ? {} : { trigger } }),
  "language.places": async ({ texts, signal, nameOf }, { question, ...at }) =>
    (await texts.language.places(question, at, { signal })).map((place) =>
      place.file === undefined ? place : { ...place, file: nameOf(place.file) }
    ),
  "language.symbols": ({ texts, signal }, { buffer }) => texts.language.symbols(bufferId(buffer), { signal }),
  "language.tokens": ({ texts, signal }, { buffer, part }) =>
    texts.language.semanticTokens(bufferId(buffer), part, { signal }),
  "language.fixes": ({ texts, signal }, { only, ...part }) =>
    texts.language.fixes(part, { signal, ...only === undefined ? {} : { only } }),
  "language.planFix": ({ texts, signal }, { fix }) => texts.language.planFix(fix, { signal }),
  "language.planRename": ({ texts, signal }, { name, ...at }) =>
    texts.language.planRename(at, name, { signal }),
  "language.planFormat": ({ texts, signal }, { buffer, part, style }) =>
    texts.language.planFormat(bufferId(buffer), part, style, { signal }),
  "language.apply": ({ texts, author }, { plan, ...by }) => texts.language.apply(plan, { ...by, author }),
  "structure.colours": ({ texts, signal }, part) => texts.structure.colours(part, { signal }),
  "structure.definitions": ({ texts, signal }, { buffer }) =>
    texts.structure.definitions(bufferId(buffer), { signal }),
};

/** True for the name of one of `portCalls`. */
export function isPortCall(name: string): name is PortCall {
  return Object.hasOwn(portCalls, name);
}
