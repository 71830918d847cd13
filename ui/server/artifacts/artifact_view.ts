/** How an artifact is best shown, by its type, its name and its first bytes. @module */

import type { ArtifactInfo } from "../../../core/ports/artifact.ts";
import type { ArtifactDetail } from "../../api/artifacts.ts";

const languages: Readonly<Record<string, string>> = {
  ts: "typescript",
  tsx: "typescript",
  js: "javascript",
  jsx: "javascript",
  mjs: "javascript",
  py: "python",
  rs: "rust",
  go: "go",
  java: "java",
  c: "c",
  h: "c",
  cpp: "cpp",
  cs: "csharp",
  rb: "ruby",
  php: "php",
  sh: "shell",
  css: "css",
  html: "html",
  sql: "sql",
  yaml: "yaml",
  yml: "yaml",
  toml: "toml",
  xml: "xml",
};

/** The view, and for code the language. */
export function viewOf(info: ArtifactInfo, bytes: Uint8Array): Pick<ArtifactDetail, "view" | "language"> {
  const ending = /\.(\w+)$/.exec(info.name ?? "")?.[1]?.toLowerCase() ?? "";
  if (/^image\//.test(info.type)) return { view: "image" };
  if (bytes.subarray(0, 8192).includes(0)) return { view: "bytes" };
  if (info.type.startsWith("text/markdown") || ending === "md") return { view: "markdown" };
  if (/diff|patch/.test(info.type) || ending === "diff" || ending === "patch") return { view: "diff" };
  if (info.type.startsWith("text/csv") || ending === "csv" || ending === "tsv") return { view: "table" };
  if (languages[ending] !== undefined) return { view: "code", language: languages[ending] };
  if (info.type.includes("json") || ending === "json") return jsonView(bytes);
  return { view: "text" };
}

/** A JSON text may hold a Markdown document, a list of records, or anything. */
function jsonView(bytes: Uint8Array): Pick<ArtifactDetail, "view"> {
  if (bytes.length > 2_000_000) return { view: "json" };
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (typeof value === "string") {
      return { view: /^#{1,6} |\n#{1,6} |\n[-*] /.test(value) ? "markdown" : "text" };
    }
    const isTable = Array.isArray(value) && value.length > 1 &&
      value.every((row) => typeof row === "object" && row !== null && !Array.isArray(row));
    return { view: isTable ? "table" : "json" };
  } catch {
    return { view: "text" };
  }
}
