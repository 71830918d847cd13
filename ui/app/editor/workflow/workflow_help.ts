/** Completion, hover and definitions in workflow files, for CodeMirror: what the pure parts beside know. Loaded with the first such file. @module */

import {
  type Completion,
  type CompletionContext,
  type CompletionResult,
  startCompletion,
} from "@codemirror/autocomplete";
import type { EditorView, Tooltip } from "@codemirror/view";
import type { ApiClient } from "../../state/client.ts";
import { stepKind } from "../code/from_server.ts";
import { prose } from "../code/prose.ts";
import { definitionAt, toldAt } from "./workflow_facts.ts";
import { besideFile, knownFor } from "./workflow_known.ts";
import { type Offer, offersAt } from "./workflow_offers.ts";

/** CodeMirror's own kinds, for the letter before an offer. */
const kinds: Readonly<Record<Offer["kind"], string>> = {
  property: "property",
  enum: "enum",
  class: "class",
  variable: "variable",
  function: "function",
  file: "text",
};

/** Asks for what is installed. */
export async function prepare(client: ApiClient, file: string): Promise<void> {
  await knownFor(client, file);
}

export async function workflowOffers(
  client: ApiClient,
  file: string,
  { state, pos, explicit }: CompletionContext,
): Promise<CompletionResult | null> {
  const before = state.sliceDoc(pos - 1, pos);
  if (!explicit && !/[\w".(]/.test(before)) return null;
  const known = await knownFor(client, file);
  const found = offersAt(state.doc.toString(), pos, known);
  if (found === undefined || found.offers.length === 0) return null;
  return { from: found.from, options: found.offers.map(optionOf) };
}

function optionOf(offer: Offer): Completion {
  const { label, detail, about, kind, boost } = offer;
  return {
    label,
    type: kinds[kind],
    boost: 10 * boost,
    ...(detail === "" ? {} : { detail }),
    ...(about === "" ? {} : { info: () => prose(about) }),
    apply: (view) => take(view, offer),
  };
}

function take(view: EditorView, { from, to, insert, caret, goesOn }: Offer): void {
  view.dispatch({
    changes: { from, to, insert },
    selection: { anchor: from + caret },
    annotations: stepKind.of("complete"),
    userEvent: "input.complete",
    scrollIntoView: true,
  });
  // The next thing to choose, once this is drawn.
  if (goesOn) setTimeout(() => startCompletion(view), 0);
}

export async function workflowHover(
  client: ApiClient,
  file: string,
  view: EditorView,
  pos: number,
): Promise<Tooltip | null> {
  const told = toldAt(view.state.doc.toString(), pos, await knownFor(client, file));
  if (told === undefined) return null;
  const words = ["```", told.code, "```", told.words.join("\n\n")].join("\n");
  return { pos: told.from, end: told.to, above: true, create: () => ({ dom: prose(words) }) };
}

/** Where the thing is that is named at an offset: an offset of this text, or a file; undefined where none is known. */
export async function workflowDefinition(
  client: ApiClient,
  file: string,
  text: string,
  offset: number,
): Promise<number | { readonly file: string } | undefined> {
  const found = definitionAt(text, offset, await knownFor(client, file));
  if (found === undefined) return undefined;
  if (!("workflow" in found)) return found.offset;
  return /[/.]/.test(found.workflow) ? { file: besideFile(file, found.workflow) } : undefined;
}
