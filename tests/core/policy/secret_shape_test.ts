import assert from "node:assert/strict";
import { looksLikeKey } from "../../../core/policy/secret_shape.ts";

Deno.test("looksLikeKey() knows keys by the marks that services give them", () => {
  for (
    const key of [
      `sk-${"proj-"}aB3dE5gH7jK9mN1pQ3sT5vX7`,
      `sk-ant-api03-${"aB3dE5gH7jK9mN1pQ3sT5vX7"}`,
      `ghp_${"aB3dE5gH7jK9mN1pQ3sT5vX7zA9b"}`,
      `AKIA${"IOSFODNN7EXAMPLE"}`,
      `Bearer ${"aB3dE5gH7jK9mN1p"}`,
      "https://me:hunter2hunter2@example.org/x",
    ]
  ) assert.ok(looksLikeKey(key), key);
});

Deno.test("looksLikeKey() takes what is mixed like a key where its name asks for one, and there only", () => {
  const mixed = "aB3dE5gH7jK9mN1pQ3sT5vX7zA9bC1dE3";
  for (const name of ["apiKey", "api_key", "token", "clientSecret", "authorization", "password"]) {
    assert.ok(looksLikeKey(mixed, name), name);
  }
  for (const name of ["", "text", "monkey", "keyboard", "expression"]) {
    assert.ok(!looksLikeKey(mixed, name), name);
  }
});

Deno.test("looksLikeKey() leaves words, paths, hashes and prompts alone", () => {
  for (
    const [text, name] of [
      ["Write a short review of this code", "prompt"],
      ["src/components/very/long/path/to/a/file/that/goes/on.ts", "key"],
      ["0123456789abcdef0123456789abcdef01234567", "token"],
      ["sk-8", "apiKey"],
      ["a key", "key"],
    ] as const
  ) assert.ok(!looksLikeKey(text, name), text);
});
