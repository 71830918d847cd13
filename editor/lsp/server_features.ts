/**
 * What a server can do: what it said when it started, and what it registered and took back since.
 *
 * Invariant: nothing a server says makes this throw; what is no capability counts as absent.
 *
 * @module
 */

import { isObject, type Json, type JsonObject, own } from "../../core/json.ts";
import type { PositionEncoding } from "./position.ts";
import { documentMatches } from "./document_selector.ts";

/** Requests of the protocol and the member of the server's capabilities that announces them. */
const PROVIDERS: Readonly<Record<string, string>> = {
  "textDocument/completion": "completionProvider",
  "textDocument/hover": "hoverProvider",
  "textDocument/signatureHelp": "signatureHelpProvider",
  "textDocument/declaration": "declarationProvider",
  "textDocument/definition": "definitionProvider",
  "textDocument/typeDefinition": "typeDefinitionProvider",
  "textDocument/implementation": "implementationProvider",
  "textDocument/references": "referencesProvider",
  "textDocument/documentHighlight": "documentHighlightProvider",
  "textDocument/documentSymbol": "documentSymbolProvider",
  "textDocument/codeAction": "codeActionProvider",
  "textDocument/formatting": "documentFormattingProvider",
  "textDocument/rangeFormatting": "documentRangeFormattingProvider",
  "textDocument/onTypeFormatting": "documentOnTypeFormattingProvider",
  "textDocument/rename": "renameProvider",
  "textDocument/foldingRange": "foldingRangeProvider",
  "textDocument/selectionRange": "selectionRangeProvider",
  "textDocument/semanticTokens": "semanticTokensProvider",
  "textDocument/inlayHint": "inlayHintProvider",
  "textDocument/diagnostic": "diagnosticProvider",
  "workspace/symbol": "workspaceSymbolProvider",
  "workspace/executeCommand": "executeCommandProvider",
};

/** A server may not register more than this: it would only be a way to fill memory. */
const MOST_REGISTRATIONS = 2000;

/** How a document's changes are sent. */
export type SyncKind = "none" | "full" | "incremental";

/** A document as selectors see it. */
export interface SelectedDocument {
  readonly uri: string;
  readonly path: string | undefined;
  readonly languageId: string;
}

interface Registration {
  readonly method: string;
  readonly options: JsonObject;
}

export class ServerFeatures {
  readonly #capabilities: JsonObject;
  readonly #registrations = new Map<string, Registration>();

  /** `result` is the answer to `initialize`. */
  constructor(result: unknown) {
    const told = isObject(result) ? own(result, "capabilities") : undefined;
    this.#capabilities = isObject(told) ? told : {};
  }

  /** The encoding the server chose; UTF-16 where it does not say. Undefined where it chose one that was not offered. */
  get positionEncoding(): PositionEncoding | undefined {
    const told = own(this.#capabilities, "positionEncoding") ?? "utf-16";
    return told === "utf-8" || told === "utf-16" || told === "utf-32" ? told : undefined;
  }

  get syncKind(): SyncKind {
    const sync = own(this.#capabilities, "textDocumentSync");
    const change = isObject(sync) ? own(sync, "change") : sync;
    if (change === 2) return "incremental";
    // Servers that forget the member still expect the text; a whole one serves any of them.
    return change === 0 ? "none" : "full";
  }

  /** Whether the server hears of saves, and whether with the text. */
  get onSave(): { readonly includeText: boolean } | undefined {
    for (const { method, options } of this.#registrations.values()) {
      if (method === "textDocument/didSave") return { includeText: own(options, "includeText") === true };
    }
    const sync = own(this.#capabilities, "textDocumentSync");
    if (!isObject(sync)) return sync === undefined ? undefined : { includeText: false };
    const save = own(sync, "save");
    if (isObject(save)) return { includeText: own(save, "includeText") === true };
    return save === true ? { includeText: false } : undefined;
  }

  /** The options under which the server answers `method` for `document`; undefined where it does not. */
  options(method: string, document?: SelectedDocument): JsonObject | undefined {
    const member = PROVIDERS[method];
    const told = member === undefined ? undefined : own(this.#capabilities, member);
    if (told === true) return {};
    if (isObject(told)) return told;
    for (const registration of this.#registrations.values()) {
      if (registration.method !== method) continue;
      const selector = own(registration.options, "documentSelector");
      if (document === undefined || selector === undefined || selector === null) return registration.options;
      if (documentMatches(selector, document)) return registration.options;
    }
    return undefined;
  }

  /** Everything registered for `method`. */
  registered(method: string): JsonObject[] {
    return [...this.#registrations.values()].filter((one) => one.method === method).map((one) => one.options);
  }

  /** What the server offers, for people: names of requests. */
  get methods(): string[] {
    return Object.keys(PROVIDERS).filter((method) => this.options(method) !== undefined);
  }

  /** Takes `client/registerCapability`; gives the methods that changed. */
  register(params: unknown): string[] {
    const list = isObject(params) ? own(params, "registrations") : undefined;
    const changed: string[] = [];
    for (const item of Array.isArray(list) ? list : []) {
      if (!isObject(item) || this.#registrations.size >= MOST_REGISTRATIONS) continue;
      const { id, method, registerOptions } = item as Record<string, Json | undefined>;
      if (typeof id !== "string" || typeof method !== "string") continue;
      this.#registrations.set(id, { method, options: isObject(registerOptions) ? registerOptions : {} });
      changed.push(method);
    }
    return changed;
  }

  /** Takes `client/unregisterCapability`; gives the methods that changed. */
  unregister(params: unknown): string[] {
    // The protocol itself misspells the member.
    const list = isObject(params)
      ? own(params, "unregisterations") ?? own(params, "unregistrations")
      : undefined;
    const changed: string[] = [];
    for (const item of Array.isArray(list) ? list : []) {
      const id = isObject(item) ? own(item, "id") : undefined;
      const registration = typeof id === "string" ? this.#registrations.get(id) : undefined;
      if (registration === undefined) continue;
      this.#registrations.delete(id as string);
      changed.push(registration.method);
    }
    return changed;
  }
}
