/** What is offered, told and found in the text of a workflow that is being written. */

import assert from "node:assert/strict";
import { definitionAt, toldAt } from "../../../../ui/app/editor/workflow/workflow_facts.ts";
import { type Offer, offersAt } from "../../../../ui/app/editor/workflow/workflow_offers.ts";
import { components } from "../../../../ui/server/workflows/components.ts";
import { catalog } from "../../../core/workflow/catalog.ts";

const known = {
  catalog,
  components,
  workflows: [{ reference: "part.workflow.jsonc", title: "A part" }, {
    reference: "code-review",
    title: "Review",
  }],
};

/** Text with `|` for the caret. */
function at(marked: string) {
  const offset = marked.indexOf("|");
  return { text: marked.slice(0, offset) + marked.slice(offset + 1), offset };
}

function offered(marked: string): readonly Offer[] {
  const { text, offset } = at(marked);
  return offersAt(text, offset, known)?.offers ?? [];
}

function taken(marked: string, label: string): string {
  const { text } = at(marked);
  const offer = offered(marked).find((one) => one.label === label);
  assert.ok(
    offer !== undefined,
    `${label} is not offered among ${offered(marked).map((one) => one.label).join(", ")}`,
  );
  const { from, to, insert, caret } = offer;
  return `${text.slice(0, from)}${insert.slice(0, caret)}|${insert.slice(caret)}${text.slice(to)}`;
}

const labels = (marked: string) => offered(marked).map(({ label }) => label);

/** A workflow with one more node. */
const flow = (node: string, rest = "") =>
  `{
  // Comments stay.
  "schema": 1, "id": "w",
  "inputs": { "lines": { "type": "array", "items": { "type": "string" }, "description": "What to trim" } },
  "nodes": {
    "each": { "use": "text/trim", "each": "inputs.lines", "in": { "text": "item" } },
    "once": { "use": "text/trim", "title": "Trim once", "in": { "text": "inputs.lines[0]" } },
    "x": { ${node} }
  }${rest}
}`;

Deno.test("offersAt() names the keys that may stand there and are not there yet, what has to be there first", () => {
  assert.ok(labels("{ | }").includes("nodes"));
  const top = labels(flow('"use": "text/trim"', ', "|"'));
  assert.ok(
    top.includes("outputs") && top.includes("budget") && !top.includes("nodes") && !top.includes("use"),
    top.join(),
  );
  const node = offered(flow('"use": "text/trim", |'));
  assert.ok(node.some(({ label }) => label === "retry") && !node.some(({ label }) => label === "use"));
  assert.match(node.find(({ label }) => label === "when")?.about ?? "", /false skips the node/);
  assert.equal(offered(flow('"|"')).find(({ label }) => label === "use")?.boost, 2);
  // What depends on the kind of node.
  assert.ok(labels(flow('"use": "control/gate", "|"')).includes("question"));
  assert.ok(!labels(flow('"use": "text/trim", "|"')).includes("question"));
  assert.deepEqual(labels(flow('"use": "text/trim", "retry": { "max": 1, "|" }')), [
    "backoff",
    "initial",
    "cap",
    "jitter",
  ]);
  // Free names, and comments.
  assert.deepEqual(labels('{ "nodes": { "|" } }'), []);
  assert.deepEqual(labels("{ // | \n }"), []);
  assert.deepEqual(labels('{ "id": "w" | }'), []);
});

Deno.test("offersAt() names values: kinds, tasks and components for use, what an enumeration has, workflows, nodes", () => {
  const uses = offered(flow('"use": "|"'));
  const trim = uses.find(({ label }) => label === "text/trim");
  assert.equal(trim?.kind, "class");
  assert.ok(uses.some(({ label, detail }) => label === "control/loop" && detail === "Loop"));
  assert.deepEqual(labels(flow('"use": "text/trim", "importance": "|"')), [
    "essential",
    "recommended",
    "optional",
  ]);
  assert.deepEqual(labels(flow('"use": "text/trim", "memo": |')), ["true", "false"]);
  assert.deepEqual(labels(flow('"use": "control/workflow", "workflow": "|"')), [
    "part.workflow.jsonc",
    "code-review",
  ]);
  assert.deepEqual(labels(flow('"use": "text/trim", "after": ["once", "|"]')), ["each", "each.text"]);
  assert.deepEqual(
    labels(flow('"use": "text/trim"', ', "board": { "groups": { "g": { "nodes": ["|"] } } }')),
    [
      "each",
      "once",
      "x",
    ],
  );
  assert.deepEqual(labels('{ "inputs": { "a": { "type": "|" } } }').slice(0, 2), ["string", "integer"]);
  assert.ok(labels('{ "inputs": { "a": { "|" } } }').includes("default"));
});

Deno.test("offersAt() names ports, and in expressions what the board offers, fitting first", () => {
  const ports = offered(flow('"use": "text/trim", "in": { "|" }'));
  assert.deepEqual(ports.map(({ label, detail }) => [label, detail]), [["text", "string, needed"], [
    "width",
    "integer",
  ]]);
  const fits = offered(flow('"use": "text/trim", "in": { "text": "|" }'));
  assert.deepEqual(fits.filter(({ boost }) => boost === 3).map(({ label }) => label), ["once.text"]);
  assert.deepEqual(labels(flow('"use": "text/trim", "in": { "text": "once.|" }')), ["text"]);
  assert.ok(labels(flow('"use": "text/trim", "when": "inputs.lines.|"')).includes("exists(x, )"));
  assert.ok(labels(flow('"use": "text/trim"', ', "outputs": { "o": "|" }')).includes("each.text"));
  assert.ok(labels(flow('"use": "control/branch", "cases": { "yes": "|" }')).includes("value"));
  const loop =
    '"use": "control/loop", "max": 3, "body": { "nodes": { "inner": { "use": "text/trim", "in": { "text": "|" } }, ' +
    '"other": { "use": "text/trim" } }, "outputs": { "t": "inner.text" } }';
  const within = labels(flow(loop));
  assert.ok(within.includes("other.text") && !within.includes("once.text"), within.join());
  assert.ok(labels(flow(loop.replace("|", "") + ', "until": "|"')).includes("outputs.t"));
});

Deno.test("taking an offer writes quotes, a beginning of the value and the comma that is missing", () => {
  assert.equal(taken("{ | }", "nodes"), '{ "nodes": { | } }');
  assert.equal(taken('{ "sch|" }', "schema"), '{ "schema": | }');
  assert.equal(taken('{ id| "schema": 1 }', "id"), '{ "id": "|", "schema": 1 }');
  assert.equal(taken('{ "i|": "w" }', "id"), '{ "id"|: "w" }');
  const node = (text: string) => `{ "nodes": { "a": { ${text} } } }`;
  assert.equal(taken(node('"use": te|'), "text/trim"), node('"use": "text/trim"|'));
  assert.equal(taken(node('"use": "te|xt", "in": {}'), "text/trim"), node('"use": "text/trim"|, "in": {}'));
  assert.equal(
    taken(node('"importance": | "in": {}'), "optional"),
    node('"importance": "optional"|, "in": {}'),
  );
  const one = (text: string) =>
    `{ "nodes": { "b": { "use": "text/trim" }, "a": { "use": "text/trim", ${text} } } }`;
  assert.equal(
    taken(one('"in": { "text": "size(b|)" }'), "b.text"),
    one('"in": { "text": "size(b.text|)" }'),
  );
  assert.equal(taken(one('"in": { "text": | }'), "b.text"), one('"in": { "text": "b.text|" }'));
  assert.equal(taken(one('"in": { "text": "b.te|xt" }'), "text"), one('"in": { "text": "b.text|xt" }'));
});

Deno.test("toldAt() says what a key, a value, a node, a port and a name in an expression is", () => {
  const told = (marked: string) => {
    const { text, offset } = at(marked);
    const found = toldAt(text, offset, known);
    return found === undefined ? "" : [found.code, ...found.words].join(" · ");
  };
  assert.match(
    told(flow('"use": "text/trim", "wh|en": "true"')),
    /^when: string · A CEL condition; false skips/,
  );
  assert.match(told(flow('"use": "text/tr|im"')), /^text\/trim\ntakes text: string[\s\S]*gives text: string/);
  assert.match(told(flow('"use": "control/ga|te"')), /Asks a person/);
  assert.match(told(flow('"use": "text/trim", "in": { "te|xt": "" }')), /^text: string · .*Has to be given/);
  assert.match(
    told(flow('"use": "text/trim", "in": { "text": "size(on|ce.text)" }')),
    /^once.text: string · Of Trim once \(once\), text\/trim/,
  );
  assert.match(
    told(flow('"use": "text/trim", "in": { "text": "eac|h.text" }')),
    /^each.text: array of string/,
  );
  assert.match(
    told(flow('"use": "text/trim", "each": "inputs.li|nes"')),
    /^inputs.lines: array of string · What to trim/,
  );
  assert.match(
    told(flow('"use": "text/trim", "after": "on|ce"')),
    /^once: text\/trim\ngives text: string · Trim once/,
  );
  assert.match(
    told(flow('"use": "text/trim", "retry": { "backoff": "lin|ear" }')),
    /^linear · How the delay grows/,
  );
  assert.equal(told("{ // com|ment\n}"), "");
});

Deno.test("definitionAt() finds the node, the input and the workflow that is named", () => {
  const found = (marked: string) => {
    const { text, offset } = at(marked);
    const definition = definitionAt(text, offset, known);
    return definition === undefined
      ? undefined
      : "workflow" in definition
      ? definition.workflow
      : text.slice(definition.offset).split('"')[0];
  };
  assert.equal(found(flow('"use": "text/trim", "in": { "text": "size(on|ce.text)" }')), "once");
  assert.equal(found(flow('"use": "text/trim", "each": "inputs.li|nes"')), "lines");
  assert.equal(found(flow('"use": "text/trim", "after": ["ea|ch.text"]')), "each");
  assert.equal(found(flow('"use": "control/workflow", "workflow": "code-rev|iew"')), "code-review");
  assert.equal(found(flow('"use": "text/tr|im"')), undefined);
});
