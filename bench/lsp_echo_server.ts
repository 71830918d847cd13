/**
 * The least that a language server can be, for `lsp_bench.ts`: it takes documents without looking at them and answers completion
 * with a list of the length that its argument says.
 *
 * @module
 */

import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from "vscode-jsonrpc/node";
import process from "node:process";

const length = Number(Deno.args[0] ?? 10);
const items = Array.from({ length }, (_, at) => ({
  label: `completion${at}`,
  kind: 3,
  detail: "(name: string): string",
  sortText: String(at).padStart(5, "0"),
}));
const connection = createMessageConnection(
  new StreamMessageReader(process.stdin),
  new StreamMessageWriter(process.stdout),
);
connection.onRequest("initialize", () => ({
  capabilities: { textDocumentSync: 2, completionProvider: {}, hoverProvider: true },
}));
connection.onRequest("textDocument/completion", () => ({ isIncomplete: false, items }));
connection.onRequest("shutdown", () => null);
connection.onNotification("exit", () => Deno.exit(0));
connection.onNotification(() => {});
connection.onClose(() => Deno.exit(0));
connection.listen();
