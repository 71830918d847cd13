import assert from "node:assert/strict";
import { matchScore } from "../../../editor/lsp/features/completion_rank.ts";

Deno.test("matchScore() puts the same before a beginning, before other case, before initials, before letters in order", () => {
  const cases: [string, string, number][] = [
    ["name", "name", 5],
    ["names", "name", 4],
    ["Names", "name", 3],
    ["getUserName", "gun", 2],
    ["get_user_name", "gun", 2],
    ["HTMLElement", "he", 2],
    ["length", "lgh", 1],
    ["length", "hgl", 0],
    ["anything", "", 1],
    ["x", "x".repeat(500), 0],
    ["", "a", 0],
    ["ÄrgerÜber", "äü", 2],
  ];
  for (const [name, typed, expected] of cases) {
    assert.equal(matchScore(name, typed), expected, `${typed} in ${name}`);
  }
});
