/**
 * Files whose structure is right and whose meaning is wrong: names, types, cycles, the rules of the control kinds.
 *
 * @module
 */

import { type Malformed, measure, nodes, row, scan } from "./malformed.ts";

const meaning: readonly Malformed[] = [
  row("an unknown node type", "unknown-node-type", `"files/scan"?`, nodes(`"a": { "use": ⟦"files/scn" }`)),
  row(
    "an unknown port in in",
    "unknown-port",
    `"root"?`,
    nodes(`"a": { "use": "files/scan", "in": { ⟦"rot": "'x'" } }`),
  ),
  row(
    "an unknown port in with",
    "unknown-port",
    `"include"?`,
    nodes(`"a": { "use": "files/scan", "with": { ⟦"includes": [] } }`),
  ),
  row(
    "a port given twice",
    "duplicate-port",
    `"root"`,
    nodes(`"a": { "use": "files/scan", "in": { "root": "'x'" }, "with": { ⟦"root": "y" } }`),
  ),
  row("a missing input", "missing-input", `"text"`, nodes(`⟦"a": { "use": "text/trim" }`)),
  row(
    "a constant that does not fit",
    "type-mismatch",
    "does not fit",
    nodes(`"a": { "use": "math/add", "with": { "a": ⟦"one" } }`),
  ),
  row(
    "a constant below the minimum",
    "type-mismatch",
    `"width"`,
    nodes(`"a": { "use": "text/trim", "with": { "text": "x", "width": ⟦0 } }`),
  ),
  row(
    "a constant wrong inside",
    "type-mismatch",
    "at 1",
    nodes(`"a": { "use": "files/scan", "with": { "include": ["a", ⟦2] } }`),
  ),
  row(
    "an unknown node",
    "unknown-node",
    `"scan"?`,
    nodes(`${scan}, "a": { "use": "code/metrics", "each": "⟦scn.files", "in": { "file": "item" } }`),
  ),
  row(
    "an unknown port of a node",
    "unknown-port",
    `"files"?`,
    nodes(`${scan}, "a": { "use": "code/metrics", "each": "scan.⟦file", "in": { "file": "item" } }`),
  ),
  row(
    "a field in a port that has none",
    "unknown-port",
    `"lines"`,
    nodes(
      `"m": { "use": "code/metrics", "with": { "file": "x" } }, "a": { "use": "math/add", "in": { "a": "m.metrics.⟦line" } }`,
    ),
  ),
  row(
    "an unknown input",
    "unknown-input",
    `"root"?`,
    nodes(
      `"a": { "use": "files/scan", "in": { "root": "inputs.⟦rot" } }`,
      `"inputs": { "root": { "type": "string" } }`,
    ),
  ),
  row(
    "a node read like a list",
    "numbered",
    "scan.files[0]",
    nodes(`${scan}, "a": { "use": "code/metrics", "in": { "file": "scan⟦[0].files" } }`),
  ),
  row(
    "inputs read like a list, in an expression",
    "numbered",
    "inputs.INPUT[-1]",
    nodes(
      `"a": { "use": "files/scan", "in": { "root": "'x' + inputs⟦[-1]" } }`,
      `"inputs": { "root": { "type": "string" } }`,
    ),
  ),
  row(
    "an input without inputs.",
    "unknown-node",
    "inputs.root",
    nodes(
      `"a": { "use": "files/scan", "in": { "root": "⟦root" } }`,
      `"inputs": { "root": { "type": "string" } }`,
    ),
  ),
  row(
    "item outside a fan-out",
    "unknown-node",
    `"each"`,
    nodes(`"a": { "use": "code/metrics", "in": { "file": "⟦item" } }`),
  ),
  row(
    "types that cannot fit",
    "type-mismatch",
    "takes number",
    nodes(
      `"t": { "use": "text/trim", "with": { "text": "x" } }, "a": { "use": "math/add", "in": { "a": ⟦"t.text" } }`,
    ),
  ),
  row(
    "an expression of the wrong type",
    "type-mismatch",
    "takes number",
    nodes(`"a": { "use": "math/add", "in": { "a": ⟦"'x' + 'y'" } }`),
  ),
  row(
    "bad CEL",
    "bad-expression",
    "Unexpected",
    nodes(`"a": { "use": "math/add", "in": { "a": "1 + ⟦* 2" } }`),
  ),
  row("an empty expression", "bad-expression", "", nodes(`"a": { "use": "math/add", "in": { "a": "⟦" } }`)),
  row(
    "an unknown function",
    "bad-expression",
    "overload",
    nodes(`"a": { "use": "math/add", "in": { "a": "⟦sqrt(4)" } }`),
  ),
  row(
    "bad CEL behind escapes",
    "bad-expression",
    "Unexpected",
    nodes(`"a": { "use": "files/scan", "in": { "root": "\\"a\\" + ⟦*" } }`),
  ),
  row(
    "a when that is no condition",
    "type-mismatch",
    "condition",
    nodes(`${scan}, "a": { "use": "files/scan", "when": ⟦"size(scan.files)" }`),
  ),
  row(
    "each over text",
    "bad-each",
    "runs over",
    nodes(
      `"t": { "use": "text/trim", "with": { "text": "x" } }, "a": { "use": "code/metrics", "each": ⟦"t.text", "in": { "file": "item" } }`,
    ),
  ),
  row(
    "each of a node that runs once",
    "bad-each",
    "scan.files",
    nodes(`${scan}, "a": { "use": "code/metrics", "each": ⟦"scan", "in": { "file": "item" } }`),
  ),
  row(
    "two fan-outs mixed",
    "mixed-fan-outs",
    "same array",
    nodes(
      `${measure}, "other": { "use": "math/add", "each": "[1, 2]", "in": { "a": "item" } }, "a": { "use": "text/trim", "in": { "text": "measure.source", "width": ⟦"other.sum" } }`,
    ),
  ),
  row(
    "all items where one is wanted",
    "unknown-port",
    `"each": "measure"`,
    nodes(measure, `"outputs": { "a": "measure.metrics.⟦lines" }`),
  ),
  row(
    "a cycle of two",
    "cycle",
    "a → b → a",
    nodes(
      `⟦"a": { "use": "text/trim", "in": { "text": "b.text" } }, "b": { "use": "text/trim", "in": { "text": "a.text" } }`,
    ),
  ),
  row(
    "a node that reads itself",
    "cycle",
    "a → a",
    nodes(`⟦"a": { "use": "text/trim", "in": { "text": "a.text" } }`),
  ),
  row(
    "a cycle through after and when",
    "cycle",
    "a → c → b → a",
    nodes(
      `⟦"a": { "use": "files/scan", "after": "b" }, "b": { "use": "files/scan", "when": "size(c.files) > 0" }, "c": { "use": "files/scan", "after": ["a"] }`,
    ),
  ),
  row(
    "after an unknown node",
    "unknown-node",
    `"scan"?`,
    nodes(`${scan}, "a": { "use": "files/scan", "after": [⟦"scam"] }`),
  ),
  row(
    "after an unknown port",
    "unknown-port",
    `"files"?`,
    nodes(`${scan}, "a": { "use": "files/scan", "after": "scan.⟦filez" }`),
  ),
  row(
    "an output of nothing",
    "unknown-node",
    `"nowhere"`,
    nodes(scan, `"outputs": { "a": "⟦nowhere.files" }`),
  ),
];

const branch =
  `"b": { "use": "control/branch", "in": { "value": "scan.files" }, "cases": { "few": "size(value) < 9", "else": "true" } }`;

const control: readonly Malformed[] = [
  row("a branch without cases", "missing-field", `"cases"`, nodes(`⟦"b": { "use": "control/branch" }`)),
  row(
    "a branch with no case",
    "bad-value",
    "at least one case",
    nodes(`"b": { "use": "control/branch", "cases": ⟦{} }`),
  ),
  row(
    "a case that is no condition",
    "type-mismatch",
    "condition",
    nodes(`"b": { "use": "control/branch", "cases": { "a": ⟦"'text'" } }`),
  ),
  row(
    "a case with a bad port",
    "bad-name",
    `"a b"`,
    nodes(`"b": { "use": "control/branch", "cases": { ⟦"a b": "true" } }`),
  ),
  row(
    "a port in two cases",
    "duplicate-port",
    `"a" twice`,
    nodes(
      `"b": { "use": "control/branch", "cases": [{ "port": "a", "when": "true" }, { "port": ⟦"a", "when": "false" }] }`,
    ),
    { errors: 1 },
  ),
  row(
    "an unknown name in a case",
    "unknown-node",
    `"vale"`,
    nodes(`"b": { "use": "control/branch", "cases": [{ "port": "a", "when": "⟦vale > 1" }] }`),
  ),
  row(
    "after a branch without port",
    "missing-port",
    "b.few, b.else",
    nodes(`${scan}, ${branch}, "a": { "use": "files/scan", "after": ⟦"b" }`),
  ),
  row(
    "an unknown port of a branch",
    "unknown-port",
    "few",
    nodes(`${scan}, ${branch}, "a": { "use": "files/scan", "after": "b.⟦fee" }`),
  ),
  row(
    "a branch's value of a wrong type",
    "type-mismatch",
    "b.few",
    nodes(`${scan}, ${branch}, "a": { "use": "text/trim", "in": { "text": ⟦"b.few" } }`),
  ),
  row(
    "a merge of nothing",
    "missing-input",
    "Found nothing to merge",
    nodes(`⟦"m": { "use": "control/merge" }`),
  ),
  row(
    "a merge of a wrong type",
    "type-mismatch",
    "m.value",
    nodes(
      `${scan}, "m": { "use": "control/merge", "in": { "a": "scan.files" } }, "a": { "use": "text/trim", "in": { "text": ⟦"m.value" } }`,
    ),
  ),
  row("a gate without question", "missing-field", `"question"`, nodes(`⟦"g": { "use": "control/gate" }`)),
  row(
    "a gate with a bad schema",
    "bad-schema",
    "no JSON Schema",
    nodes(`"g": { "use": "control/gate", "question": "?", "schema": ⟦3 }`),
  ),
  row(
    "a port that no gate has",
    "unknown-port",
    `"approved"?`,
    nodes(
      `"g": { "use": "control/gate", "question": "?" }, "a": { "use": "files/scan", "after": "g.⟦aproved" }`,
    ),
  ),
  row("a wait for nothing", "bad-value", "nothing to wait for", nodes(`⟦"a": { "use": "control/wait" }`)),
  row(
    "a wait for two things",
    "bad-value",
    "for and signal",
    nodes(`⟦"a": { "use": "control/wait", "for": "1s", "signal": "go" }`),
  ),
  row(
    "a wait until no moment",
    "bad-value",
    "tomorrow",
    nodes(`"a": { "use": "control/wait", "until": ⟦"tomorrow" }`),
  ),
  row(
    "a wait per item",
    "bad-each",
    `"each" on a`,
    nodes(`${scan}, "a": { "use": "control/wait", "for": "1s", ⟦"each": "scan.files" }`),
  ),
  row(
    "an input node of no input",
    "unknown-input",
    `"nope"`,
    nodes(`"i": { "use": "control/input", "name": ⟦"nope" }`),
  ),
  row(
    "an output given twice",
    "duplicate-output",
    `"x" twice`,
    nodes(
      `${scan}, "o": { "use": "control/output", "name": ⟦"x", "in": { "value": "scan.files" } }`,
      `"outputs": { "x": "scan.files" }`,
    ),
  ),
  row(
    "an output node without value",
    "missing-input",
    `"value"`,
    nodes(`⟦"o": { "use": "control/output", "name": "x" }`),
  ),
];

const body =
  `"body": { "inputs": { "n": { "type": "number" } }, "nodes": { "s": { "use": "math/add", "in": { "a": "inputs.n" } } }, "outputs": { "n": "s.sum" } }`;
const loop = (fields: string) => nodes(`"l": { "use": "control/loop", "in": { "n": 1 }, ${fields} }`);
const sub = (name: string) => nodes(`"s": { "use": "control/workflow", "workflow": "${name}" }`);

const bodies: readonly Malformed[] = [
  row(
    "a loop without bound",
    "missing-field",
    `"max"`,
    nodes(`⟦"l": { "use": "control/loop", "in": { "n": 1 }, ${body} }`),
  ),
  row("a loop without body", "missing-field", `"body"`, nodes(`⟦"l": { "use": "control/loop", "max": 2 }`)),
  row("a loop of no rounds", "bad-value", "from 1 to 10000", loop(`"max": ⟦0, ${body}`)),
  row("a loop of too many rounds", "bad-value", "from 1 to 10000", loop(`"max": ⟦10001, ${body}`)),
  row(
    "a loop without its input",
    "missing-input",
    `"n"`,
    nodes(`⟦"l": { "use": "control/loop", "max": 2, ${body} }`),
  ),
  row(
    "an until that is bad CEL",
    "bad-expression",
    "Unexpected",
    loop(`"max": 2, "until": "n > ⟦> 1", ${body}`),
  ),
  row(
    "an until of an unknown name",
    "unknown-output",
    `"m"`,
    loop(`"max": 2, "until": "n > 1.0 && ⟦m", ${body}`),
  ),
  row(
    "an until that is no condition",
    "type-mismatch",
    "condition",
    loop(`"max": 2, "until": ⟦"size('abc')", ${body}`),
  ),
  row(
    "a body that reads a node outside",
    "unknown-node",
    `"scan"`,
    nodes(
      `${scan}, "l": { "use": "control/loop", "max": 2, "body": { "nodes": { "s": { "use": "files/scan", "when": "size(⟦scan.files) > 0" } } } }`,
    ),
  ),
  row(
    "a body without nodes",
    "missing-field",
    `"nodes"`,
    nodes(`"l": { "use": "control/loop", "max": 2, "body": ⟦{} }`),
    { errors: 2 },
  ),
  row(
    "a body with an unknown field",
    "unknown-field",
    `"until" in the body`,
    nodes(`"l": { "use": "control/loop", "max": 2, "body": { ⟦"until": "true", "nodes": { ${scan} } } }`),
  ),
  row(
    "a round that does not fit the next",
    "type-mismatch",
    "next round",
    nodes(
      `"l": { "use": "control/loop", "in": { "f": "'a'" }, "max": 2, "body": { "inputs": { "f": { "type": "string" } }, "nodes": { "s": { "use": "files/scan", "in": { "root": "inputs.f" } } }, "outputs": { "f": ⟦"s.files" } } }`,
    ),
  ),
  row(
    "a body's output with the name of a loop's port",
    "reserved-name",
    `"done"`,
    nodes(
      `"l": { "use": "control/loop", "max": 2, "body": { "nodes": { ${scan} }, "outputs": { ⟦"done": "scan.files" } } }`,
    ),
  ),
  row(
    "an unknown sub-workflow",
    "unknown-workflow",
    `"gone"`,
    nodes(`"s": { "use": "control/workflow", "workflow": ⟦"gone" }`),
  ),
  row(
    "a workflow that contains itself",
    "workflow-cycle",
    "main → main",
    nodes(`"s": { "use": "control/workflow", "workflow": ⟦"main" }`),
  ),
  row("workflows that contain each other", "workflow-cycle", "main → other → main", sub("other"), {
    files: { other: nodes(`"s": { "use": "control/workflow", "workflow": ⟦"main" }`) },
  }),
  row(
    "a fault in a file used twice",
    "unknown-node-type",
    "no/such",
    nodes(
      `"s": { "use": "control/workflow", "workflow": "other" }, "t": { "use": "control/workflow", "workflow": "other" }`,
    ),
    {
      files: { other: nodes(`"x": { "use": ⟦"no/such" }`) },
    },
  ),
  row(
    "an output that a sub-workflow does not give",
    "unknown-port",
    `"files"?`,
    nodes(
      `"s": { "use": "control/workflow", "workflow": "other" }, "a": { "use": "code/metrics", "each": "s.⟦file", "in": { "file": "item" } }`,
    ),
    {
      files: { other: nodes(scan, `"outputs": { "files": "scan.files" }`) },
    },
  ),
  row("nine workflows inside each other", "too-deep", "8 loops and sub-workflows", sub("f1"), {
    files: Object.fromEntries(Array.from({ length: 9 }, (_, index) => [
      `f${index + 1}`,
      nodes(
        `"s": { "use": "control/workflow", "workflow": ${index === 7 ? "⟦" : ""}"f${index + 2}" }, ${scan}`,
      ),
    ])),
  }),
];

export const malformedMeaning: readonly Malformed[] = [...meaning, ...control, ...bodies];
