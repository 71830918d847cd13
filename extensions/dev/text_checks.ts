/**
 * What must not stand in an extension's files: keys of services, and signs that do not show, which hide code from whoever
 * reads it.
 *
 * @module
 */

import type { Problem } from "../../core/workflow/problem.ts";
import { problemAt } from "./extension_folder.ts";

/** What keys of well-known services look like, by their makers' own documentation. */
const KEYS: readonly (readonly [what: string, pattern: RegExp])[] = [
  ["a private key", /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/],
  ["an Anthropic key", /\bsk-ant-[A-Za-z0-9_-]{24,}/],
  ["an OpenAI key", /\bsk-(?:proj-|svcacct-)?(?!ant-)[A-Za-z0-9_-]{32,}/],
  ["a GitHub token", /\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{50,})/],
  ["a GitLab token", /\bglpat-[A-Za-z0-9_-]{20,}/],
  ["an AWS key", /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/],
  ["a Google key", /\bAIza[0-9A-Za-z_-]{35}\b/],
  ["a Slack token", /\bxox[abposr]-[0-9A-Za-z-]{10,}/],
  ["a Stripe key", /\b[rs]k_live_[0-9A-Za-z]{20,}/],
  ["an npm token", /\bnpm_[A-Za-z0-9]{36}\b/],
  ["a Hugging Face token", /\bhf_[A-Za-z0-9]{34}\b/],
  ["a password in an address", /\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@"'`]+:[^\s:/@"'`]{6,}@[a-z0-9.-]+/i],
];

/** Signs that turn the direction of writing, tags, and variation selectors in a row. */
const HIDDEN =
  /[\u202A-\u202E\u2066-\u2069]|[\u{E0000}-\u{E007F}]|[\uFE00-\uFE0F\u{E0100}-\u{E01EF}]{2,}|[\u200B\u2060]/u;

/** Problems of one text; `file` names it. */
export function checkText(text: string, file: string): readonly Problem[] {
  const problems: Problem[] = [];
  for (const [at, line] of text.split("\n").entries()) {
    for (const [what, pattern] of KEYS) {
      const found = pattern.exec(line);
      if (found === null) continue;
      problems.push(problemAt(file, {
        code: "secret",
        line: at + 1,
        column: found.index + 1,
        message: `Found what looks like ${what}`,
        hint:
          'Ask for it with { "kind": "secret", … }; the core adds it to requests. If it was real, replace it now',
      }));
      break;
    }
    const hidden = HIDDEN.exec(line);
    if (hidden !== null) {
      const code = hidden[0].codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0");
      problems.push(problemAt(file, {
        code: "hidden-text",
        line: at + 1,
        column: hidden.index + 1,
        message: `Found U+${code}, a sign that does not show`,
        hint: "Remove it, or write it as an escape",
      }));
    }
    if (problems.length > 50) break;
  }
  return problems;
}

/** The text of bytes; undefined for what is no text. */
export function textOf(bytes: Uint8Array): string | undefined {
  if (bytes.subarray(0, 4096).includes(0)) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
