/**
 * Files that are wrong as texts, or whose objects hold what they may not.
 *
 * @module
 */

import { type Malformed, nodes, row, scan, top } from "./malformed.ts";

const syntax: readonly Malformed[] = [
  row("an empty file", "empty", "empty file", "⟦"),
  row("only spaces", "empty", "empty file", "⟦  \n "),
  row("no closing brace", "syntax", "no closing }", `{ ${top}, "nodes": { ${scan} }⟦`),
  row("no comma", "syntax", "no comma", `{ "schema": 1 ⟦"id": "w", "nodes": { ${scan} } }`),
  row("no colon", "syntax", "no colon", `{ "schema" ⟦1, "id": "w", "nodes": { ${scan} } }`),
  row("no value", "syntax", "no value", `{ "schema": ⟦, "id": "w", "nodes": { ${scan} } }`),
  row("an unquoted name", "syntax", "symbol", `{ ⟦schema: 1, "id": "w", "nodes": { ${scan} } }`, {
    errors: 3,
  }),
  row("single quotes", "syntax", "symbol", `{ "schema": 1, "id": ⟦'w', "nodes": { ${scan} } }`, {
    errors: 2,
  }),
  row("text after the end", "syntax", "after the end", `${nodes(scan)} ⟦{}`),
  row("a string over two lines", "syntax", "closing quote", `{ "schema": 1,\n "id": ⟦"w\n, "nodes": {} }`),
  row("a comment without its end", "syntax", "comment", `${nodes(scan)} ⟦/* and`),
  row("an unknown escape", "syntax", "escape", `{ "schema": 1, "id": ⟦"\\q", "nodes": { ${scan} } }`),
  row(
    "a malformed \\u escape",
    "syntax",
    "\\u escape",
    `{ "schema": 1, "id": ⟦"\\u12g4", "nodes": { ${scan} } }`,
  ),
  row("a number that breaks off", "syntax", "number", `{ "schema": ⟦1., "id": "w", "nodes": { ${scan} } }`),
  row(
    "a number too large",
    "bad-value",
    "too large",
    nodes(`"a": { "use": "math/add", "with": { "a": ⟦1e999 } }`),
  ),
  row("a NUL", "encoding", "NUL", `{ "schema": 1,⟦\0 "id": "w" }`),
  row("a name twice", "duplicate-key", `"id" twice`, `{ ${top}, ⟦"id": "v", "nodes": { ${scan} } }`),
  row("a node's name twice", "duplicate-key", `"scan" twice`, nodes(`${scan},\n    ⟦${scan}`)),
  row("__proto__", "reserved-name", "__proto__", nodes(`${scan}, ⟦"__proto__": { "use": "files/scan" }`)),
  row("101 levels", "too-deep", "100 levels", `${"[".repeat(100)}⟦[${"]".repeat(101)}`),
  row("over 4 MiB", "too-large", "4,194,305", `⟦{${" ".repeat(4 * 1024 * 1024)}`),
  row("an array as the file", "bad-value", "an array", "⟦[]"),
];

const structure: readonly Malformed[] = [
  row("no schema", "missing-field", `no "schema"`, `⟦{ "id": "w", "nodes": { ${scan} } }`),
  row("a newer schema", "schema-version", "newer", `{ "schema": ⟦2, "id": "w", "stages": [] }`),
  row("an older schema", "schema-version", "no longer", `{ "schema": ⟦0, "id": "w", "nodes": { ${scan} } }`),
  row(
    "a schema in words",
    "bad-value",
    "the number 1",
    `{ "schema": ⟦"one", "id": "w", "nodes": { ${scan} } }`,
  ),
  row("a board of words", "bad-value", "the string", nodes(scan, `"board": ⟦"left"`)),
  row(
    "a note without place",
    "bad-value",
    `"x"`,
    nodes(scan, `"board": { "notes": { "n": { "x": ⟦"left" } } }`),
  ),
  row(
    "a note's unknown colour",
    "bad-value",
    "colour",
    nodes(scan, `"board": { "notes": { "n": { "colour": ⟦"pink" } } }`),
  ),
  row(
    "a group without nodes",
    "missing-field",
    `no "nodes"`,
    nodes(scan, `"board": { "groups": { ⟦"g": {} } }`),
  ),
  row(
    "a group of numbers",
    "bad-value",
    `"nodes"`,
    nodes(scan, `"board": { "groups": { "g": { "nodes": ⟦[1] } } }`),
  ),
  row("an unknown field of the board", "unknown-field", "zoom", nodes(scan, `"board": { ⟦"zoom": 1 }`)),
  row("no id", "missing-field", `no "id"`, `⟦{ "schema": 1, "nodes": { ${scan} } }`),
  row(
    "an id with a space",
    "bad-name",
    `"my flow"`,
    `{ "schema": 1, "id": ⟦"my flow", "nodes": { ${scan} } }`,
  ),
  row("no nodes", "missing-field", `no "nodes"`, `⟦{ ${top} }`, { errors: 2 }),
  row("empty nodes", "no-nodes", "no nodes", `{ ${top}, ⟦"nodes": {} }`),
  row("nodes as an array", "bad-value", "an array", `{ ${top}, "nodes": ⟦[] }`, { errors: 2 }),
  row("an unknown field", "unknown-field", `"outputs"?`, nodes(scan, `⟦"ouputs": {}`)),
  row(
    "an unknown field of a node",
    "unknown-field",
    `"when"?`,
    nodes(`"a": { "use": "files/scan", ⟦"wen": "true" }`),
  ),
  row(
    "an unknown field of a retry",
    "unknown-field",
    `"max"?`,
    nodes(`"a": { "use": "files/scan", "retry": { ⟦"maxx": 1 } }`),
  ),
  row("cases on a call", "unknown-field", `"cases"`, nodes(`"a": { "use": "files/scan", ⟦"cases": {} }`)),
  row("a node that is text", "bad-value", `Expected an object with "use"`, nodes(`"a": ⟦"files/scan"`)),
  row("a node without use", "missing-field", `no "use"`, nodes(`⟦"a": {}`)),
  row("a use that is no name", "bad-value", "Scan", nodes(`"a": { "use": ⟦"Scan" }`)),
  row("a node's name with a hyphen", "bad-name", `"my-node"`, nodes(`⟦"my-node": { "use": "files/scan" }`)),
  row("a node named item", "reserved-name", `"item"`, nodes(`⟦"item": { "use": "files/scan" }`)),
  row(
    "an unknown control kind",
    "unknown-node-type",
    `"control/merge"?`,
    nodes(`"a": { "use": ⟦"control/merg" }`),
  ),
  row(
    "a duration without unit",
    "bad-value",
    "Expected a span",
    nodes(`"a": { "use": "files/scan", "timeout": ⟦"60" }`),
  ),
  row(
    "a timeout of nothing",
    "bad-value",
    "more than none",
    nodes(`"a": { "use": "files/scan", "timeout": ⟦0 }`),
  ),
  row("a negative timeout", "bad-value", "the number -5", nodes(scan, `"timeout": ⟦-5`)),
  row("a timeout of two years", "bad-value", "366d", nodes(scan, `"timeout": ⟦"731d"`)),
  row("21 retries", "bad-value", "from 0 to 20", nodes(`"a": { "use": "files/scan", "retry": ⟦21 }`)),
  row(
    "half a retry",
    "bad-value",
    "whole number",
    nodes(`"a": { "use": "files/scan", "retry": { "max": ⟦1.5 } }`),
  ),
  row("a retry in words", "bad-value", `"often"`, nodes(`"a": { "use": "files/scan", "retry": ⟦"often" }`)),
  row(
    "an unknown backoff",
    "bad-value",
    `"linear"?`,
    nodes(`"a": { "use": "files/scan", "retry": { "backoff": ⟦"liner" } }`),
  ),
  row(
    "a jitter over 1",
    "bad-value",
    "from 0 to 1",
    nodes(`"a": { "use": "files/scan", "retry": { "jitter": ⟦1.1 } }`),
  ),
  row(
    "an unknown importance",
    "bad-value",
    `"optional"?`,
    nodes(`"a": { "use": "files/scan", "importance": ⟦"optionl" }`),
  ),
  row(
    "a quality over 1",
    "bad-value",
    "from 0 to 1",
    nodes(`"a": { "use": "files/scan", "quality": { "min": ⟦60 } }`),
  ),
  row(
    "an unknown check",
    "bad-value",
    "json",
    nodes(`"a": { "use": "files/scan", "quality": { "checks": [⟦"jsn"] } }`),
  ),
  row(
    "a check without its setting",
    "bad-value",
    "matches",
    nodes(`"a": { "use": "files/scan", "quality": { "checks": [⟦{ "check": "matches" }] } }`),
  ),
  row(
    "a check that names neither a check nor an operator",
    "missing-field",
    "check",
    nodes(`"a": { "use": "files/scan", "quality": { "checks": [⟦{ "port": "x" }] } }`),
  ),
  row(
    "checks as a name",
    "bad-value",
    "a list",
    nodes(`"a": { "use": "files/scan", "quality": { "checks": ⟦"json" } }`),
  ),
  row("an unknown preference", "bad-value", "economy", nodes(scan, `"preference": ⟦"economi"`)),
  row("a budget without dollars", "missing-field", "usd", nodes(scan, `⟦"budget": {}`)),
  row("a concurrency of none", "bad-value", "from 1", nodes(scan, `"concurrency": ⟦0`)),
  row("in as an array", "bad-value", "port to expression", nodes(`"a": { "use": "files/scan", "in": ⟦[] }`)),
  row(
    "after a number",
    "bad-value",
    "the number 3",
    nodes(`${scan}, "a": { "use": "files/scan", "after": ["scan", ⟦3] }`),
  ),
  row(
    "a position in words",
    "bad-value",
    `"left"`,
    nodes(`"a": { "use": "files/scan", "position": { "x": ⟦"left", "y": 0 } }`),
  ),
  row(
    "an input that is no schema",
    "bad-schema",
    "no JSON Schema",
    nodes(scan, `"inputs": { "a": ⟦"string" }`),
  ),
  row(
    "an input of an unknown type",
    "bad-schema",
    "strin",
    nodes(scan, `"inputs": { "a": ⟦{ "type": "strin" } }`),
  ),
  row(
    "a default that does not fit",
    "type-mismatch",
    "default",
    nodes(
      `"a": { "use": "math/add", "in": { "a": "inputs.n" } }`,
      `"inputs": { "n": { "type": "number", "default": ⟦"x" } }`,
    ),
  ),
  row("an output that is no text", "bad-value", "in quotes", nodes(scan, `"outputs": { "a": ⟦1 }`)),
];

export const malformedStructure: readonly Malformed[] = [...syntax, ...structure];
