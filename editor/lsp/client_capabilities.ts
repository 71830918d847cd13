/**
 * What this client can do, as it tells every server.
 *
 * @module
 */

import type { ClientCapabilities, CompletionItemKind, SymbolKind } from "vscode-languageserver-protocol";

const MARKUP = ["markdown", "plaintext"] as const;

// deno-fmt-ignore
const COMPLETION_KINDS: CompletionItemKind[] =
  [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25];
const SYMBOL_KINDS: SymbolKind[] = [...COMPLETION_KINDS, 26];

export const SEMANTIC_TOKEN_TYPES = [
  "namespace",
  "type",
  "class",
  "enum",
  "interface",
  "struct",
  "typeParameter",
  "parameter",
  "variable",
  "property",
  "enumMember",
  "event",
  "function",
  "method",
  "macro",
  "keyword",
  "modifier",
  "comment",
  "string",
  "number",
  "regexp",
  "operator",
  "decorator",
  "label",
] as const;

export const SEMANTIC_TOKEN_MODIFIERS = [
  "declaration",
  "definition",
  "readonly",
  "static",
  "deprecated",
  "abstract",
  "async",
  "modification",
  "documentation",
  "defaultLibrary",
] as const;

/** The encodings that are offered, the one the text core counts in first. */
export const POSITION_ENCODINGS = ["utf-16", "utf-8", "utf-32"] as const;

const dynamic = { dynamicRegistration: true } as const;

export const CLIENT_CAPABILITIES = {
  general: {
    positionEncodings: [...POSITION_ENCODINGS],
    markdown: { parser: "markdown", version: "1.0" },
    staleRequestSupport: {
      cancel: true,
      retryOnContentModified: ["textDocument/semanticTokens/full", "textDocument/semanticTokens/full/delta"],
    },
  },
  workspace: {
    applyEdit: true,
    workspaceEdit: {
      documentChanges: true,
      resourceOperations: ["create", "rename", "delete"],
      failureHandling: "transactional",
      changeAnnotationSupport: { groupsOnLabel: false },
    },
    didChangeConfiguration: dynamic,
    didChangeWatchedFiles: { dynamicRegistration: true, relativePatternSupport: true },
    symbol: { ...dynamic, symbolKind: { valueSet: SYMBOL_KINDS }, tagSupport: { valueSet: [1] } },
    executeCommand: dynamic,
    workspaceFolders: true,
    configuration: true,
    semanticTokens: { refreshSupport: true },
    inlayHint: { refreshSupport: true },
    foldingRange: { refreshSupport: true },
    diagnostics: { refreshSupport: true },
  },
  textDocument: {
    synchronization: { ...dynamic, willSave: false, willSaveWaitUntil: false, didSave: true },
    publishDiagnostics: {
      relatedInformation: true,
      versionSupport: true,
      tagSupport: { valueSet: [1, 2] },
      codeDescriptionSupport: true,
      dataSupport: true,
    },
    diagnostic: { ...dynamic, relatedDocumentSupport: true },
    completion: {
      ...dynamic,
      contextSupport: true,
      insertTextMode: 1,
      completionItem: {
        snippetSupport: true,
        commitCharactersSupport: true,
        documentationFormat: [...MARKUP],
        deprecatedSupport: true,
        preselectSupport: true,
        tagSupport: { valueSet: [1] },
        insertReplaceSupport: true,
        labelDetailsSupport: true,
        resolveSupport: { properties: ["documentation", "detail", "additionalTextEdits", "command"] },
        insertTextModeSupport: { valueSet: [1, 2] },
      },
      completionItemKind: { valueSet: COMPLETION_KINDS },
      completionList: {
        itemDefaults: ["commitCharacters", "editRange", "insertTextFormat", "insertTextMode", "data"],
      },
    },
    hover: { ...dynamic, contentFormat: [...MARKUP] },
    signatureHelp: {
      ...dynamic,
      contextSupport: true,
      signatureInformation: {
        documentationFormat: [...MARKUP],
        parameterInformation: { labelOffsetSupport: true },
        activeParameterSupport: true,
      },
    },
    declaration: { ...dynamic, linkSupport: true },
    definition: { ...dynamic, linkSupport: true },
    typeDefinition: { ...dynamic, linkSupport: true },
    implementation: { ...dynamic, linkSupport: true },
    references: dynamic,
    documentHighlight: dynamic,
    documentSymbol: {
      ...dynamic,
      hierarchicalDocumentSymbolSupport: true,
      symbolKind: { valueSet: SYMBOL_KINDS },
      tagSupport: { valueSet: [1] },
    },
    codeAction: {
      ...dynamic,
      isPreferredSupport: true,
      disabledSupport: true,
      dataSupport: true,
      honorsChangeAnnotations: true,
      resolveSupport: { properties: ["edit", "command"] },
      codeActionLiteralSupport: {
        codeActionKind: {
          valueSet: [
            "",
            "quickfix",
            "refactor",
            "refactor.extract",
            "refactor.inline",
            "refactor.rewrite",
            "source",
            "source.organizeImports",
            "source.fixAll",
          ],
        },
      },
    },
    formatting: dynamic,
    rangeFormatting: dynamic,
    onTypeFormatting: dynamic,
    rename: { ...dynamic, prepareSupport: true, honorsChangeAnnotations: true },
    foldingRange: {
      ...dynamic,
      foldingRangeKind: { valueSet: ["comment", "imports", "region"] },
      foldingRange: { collapsedText: true },
    },
    selectionRange: dynamic,
    semanticTokens: {
      ...dynamic,
      requests: { range: true, full: { delta: true } },
      tokenTypes: [...SEMANTIC_TOKEN_TYPES],
      tokenModifiers: [...SEMANTIC_TOKEN_MODIFIERS],
      formats: ["relative"],
      overlappingTokenSupport: true,
      multilineTokenSupport: true,
      serverCancelSupport: true,
      augmentsSyntaxTokens: true,
    },
    inlayHint: { ...dynamic, resolveSupport: { properties: ["tooltip", "label.tooltip", "textEdits"] } },
  },
  window: {
    workDoneProgress: true,
    showMessage: { messageActionItem: { additionalPropertiesSupport: false } },
    showDocument: { support: false },
  },
} satisfies ClientCapabilities;
