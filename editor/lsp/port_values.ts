/**
 * What language servers answered, as LanguagePort says it: plain JSON, buffers by number.
 *
 * @module
 */

import { bufferId } from "../../core/ids.ts";
import type {
  CallSignatures,
  ChangePlan,
  CodePlace,
  CodeSymbol,
  Completion,
  LanguageFeature,
  LanguageServerInfo,
  PlannedStep,
  TextDiagnostic,
} from "../../core/ports/language.ts";
import { fromDelta } from "../revision/text_changes.ts";
import type { Diagnostic } from "./diagnostics.ts";
import { optional } from "./features/answer_reading.ts";
import type { CompletionItem } from "./features/completion.ts";
import type { SignatureHelp } from "./features/hover.ts";
import type { Place } from "./features/places.ts";
import type { DocumentSymbol } from "./features/symbols.ts";
import type { ChangeStep } from "./features/workspace_edit.ts";
import type { ServerStatus } from "./language_server.ts";

/** Requests of the protocol and the features that they make possible. */
const FEATURES: Readonly<Record<string, LanguageFeature>> = {
  "textDocument/completion": "completion",
  "textDocument/hover": "hover",
  "textDocument/signatureHelp": "signature",
  "textDocument/definition": "definition",
  "textDocument/declaration": "declaration",
  "textDocument/typeDefinition": "typeDefinition",
  "textDocument/implementation": "implementation",
  "textDocument/references": "references",
  "textDocument/documentHighlight": "highlights",
  "textDocument/selectionRange": "selectionRanges",
  "textDocument/documentSymbol": "symbols",
  "workspace/symbol": "workspaceSymbols",
  "textDocument/semanticTokens": "semanticTokens",
  "textDocument/foldingRange": "folds",
  "textDocument/inlayHint": "inlayHints",
  "textDocument/rename": "rename",
  "textDocument/codeAction": "codeActions",
  "textDocument/formatting": "format",
  "textDocument/rangeFormatting": "formatRange",
  "textDocument/onTypeFormatting": "formatOnType",
};

/** What can be asked where these requests are answered. A server that answers any finds faults, too. */
export function featuresOf(methods: readonly string[]): LanguageFeature[] {
  if (methods.length === 0) return [];
  return ["diagnostics", ...methods.flatMap((method) => FEATURES[method] ?? [])];
}

export function toDiagnostic({ span, raw: _raw, related: _related, ...rest }: Diagnostic): TextDiagnostic {
  return { range: span, ...rest };
}

export function toCompletion(item: CompletionItem, number: number): Completion {
  const { insert, replace: _replace, newText: _newText, isSnippet: _isSnippet, sort: _sort, ...rest } = item;
  return { item: number, range: insert, ...rest };
}

export function toSignatures({ signatures, active }: SignatureHelp): CallSignatures {
  return { signatures, active };
}

export function toPlace({ uri, path, start, end, buffer, span, text }: Place): CodePlace {
  const open = buffer === undefined || span === undefined
    ? undefined
    : { buffer: bufferId(buffer.id), revision: buffer.revision, range: span };
  return { uri, start, end, ...optional("file", path), ...optional("open", open), ...optional("text", text) };
}

export function toSymbol({ span, children, ...rest }: DocumentSymbol): CodeSymbol {
  return { range: span, children: children.map(toSymbol), ...rest };
}

export function toServer(status: ServerStatus, busy: LanguageServerInfo["busy"]): LanguageServerInfo {
  const { name, root, state, reason, documents, restarts } = status;
  return { name, root, state, documents, restarts, busy, ...optional("reason", reason) };
}

export function toPlan(
  plan: number,
  title: string,
  steps: readonly ChangeStep[],
  hasCommand: boolean,
): ChangePlan {
  return { plan, title, steps: steps.map(toStep), hasCommand };
}

function toStep(step: ChangeStep): PlannedStep {
  switch (step.kind) {
    case "buffer": {
      const part = { buffer: bufferId(step.buffer.id), revision: step.revision };
      return { kind: "edit", part, changes: fromDelta(step.delta), ...optional("file", step.path) };
    }
    case "file":
      return {
        kind: "file",
        file: step.path,
        isNew: step.expected === "absent",
        changes: fromDelta(step.delta),
      };
    case "rename":
      return { kind: "rename", file: step.path, to: step.to };
    case "delete":
      return { kind: "delete", file: step.path };
  }
}
