import assert from "node:assert/strict";
import fc from "fast-check";
import { checkWorkflow } from "../../../core/workflow/check.ts";
import {
  copiedNodes,
  copiedText,
  paste,
  pastedNodes,
  renamedNode,
} from "../../../ui/app/board/model/clipboard.ts";
import {
  addNode,
  addNote,
  bindPort,
  connect,
  disconnect,
  groupNodes,
  moveNodes,
  removeNodes,
  renameNode,
  setField,
  setHead,
  setNote,
  ungroup,
} from "../../../ui/app/board/model/commands.ts";
import { ConnectionJudge } from "../../../ui/app/board/model/connection_judge.ts";
import { readGraph } from "../../../ui/app/board/model/graph.ts";
import { BoardDocument } from "../../../ui/app/board/model/document.ts";
import { OUTPUTS } from "../../../ui/app/board/model/board_node.ts";
import { catalog } from "../../core/workflow/catalog.ts";
import { atOnce } from "../../../ui/app/board/model/parts.ts";

const file = `// What the file is for.
{
  "schema": 1,
  "id": "review",
  "inputs": {
    "root": { "type": "string", "default": "." }, // the folder
    "width": { "type": "integer", "default": 80 }
  },

  "nodes": {
    // Finds the files.
    "scan": { "use": "files/scan", "in": { "root": "inputs.root" } },

    /* Once a file. */
    "measure": {
      "use": "code/metrics", // counts
      "each": "scan.files",
      "in": { "file": "item" }
    },
    "trim": { "use": "text/trim", "each": "measure", "in": { "text": "measure.source" }, "with": { "width": 40 } },
    "report": {
      "use": "report/markdown",
      "in": {
        "metrics": "measure.metrics" // all of them
      },
      "after": ["trim"]
    }
  },
  "outputs": { "report": "report.document" }
}
`;

const never = { outputs: () => undefined, isFan: () => false };

function open(text = file): BoardDocument {
  let now = 0;
  return new BoardDocument(text, catalog, () => now += 10_000);
}

function errors(text: string): string[] {
  return checkWorkflow(text, "f", catalog).problems.filter(({ severity }) => severity === "error").map((
    { message },
  ) => message);
}

Deno.test("BoardDocument shows the nodes and edges of a file written by hand", () => {
  const { graph } = open();
  assert.deepEqual([...graph.nodes.keys()], ["scan", "measure", "trim", "report", "$inputs", "$outputs"]);
  assert.deepEqual(
    graph.edges.map(({ from, fromPort, to, toPort, kind }) => `${from}.${fromPort} ${kind} ${to}.${toPort}`),
    [
      "$inputs.root data scan.root",
      "scan.files each measure.",
      "measure.source data trim.text",
      "measure. each trim.",
      "measure.metrics data report.metrics",
      "trim. after report.",
      "report.document data $outputs.report",
    ],
  );
  assert.equal(graph.nodes.get("trim")?.inputs.find(({ name }) => name === "text")?.isRequired, true);
});

Deno.test("BoardDocument changes nothing of a file but what a command names", () => {
  const document = open();
  document.apply(
    connect(document.ground, {
      from: "measure",
      fromPort: "source",
      to: "report",
      toPort: "reviews",
      kind: "data",
    }),
  );
  assert.equal(
    document.text,
    file.replace(
      `"metrics": "measure.metrics" // all of them\n`,
      `"metrics": "measure.metrics", // all of them\n        "reviews": "measure.source"\n`,
    ),
  );
  assert.deepEqual(errors(document.text), []);
});

Deno.test("addNode() names a new node after its type and never twice", () => {
  const document = open();
  const first = addNode(document.ground, "scan", { use: "files/scan" }, { x: 1.4, y: 2 });
  document.apply(first);
  assert.equal(first.id, "scan2");
  assert.match(
    document.text,
    /"after": \["trim"\]\n {4}\},\n {4}"scan2": \{ "use": "files\/scan", "position": \{ "x": 1, "y": 2 \} \}\n {2}\},/,
  );
  const reserved = addNode(document.ground, "loop", { use: "control/loop" }, { x: 0, y: 0 });
  assert.equal(reserved.id, "loopNode");
});

Deno.test("removeNodes() takes connections along, and with reconnect closes the gap", () => {
  const plain = open();
  plain.apply(atOnce(removeNodes(plain.ground, ["trim"])));
  assert.ok(!plain.text.includes("trim"));
  assert.deepEqual(errors(plain.text), []);

  const chain = open(`{ "schema": 1, "id": "c", "nodes": {
    "a": { "use": "text/trim", "in": { "text": "inputs.t" } },
    "b": { "use": "text/trim", "in": { "text": "a.text" } },
    "c": { "use": "text/trim", "in": { "text": "b.text" } }
  }, "inputs": { "t": { "type": "string" } } }`);
  chain.apply(atOnce(removeNodes(chain.ground, ["b"], true)));
  assert.equal(chain.graph.nodes.get("c")?.value["in"] !== undefined, true);
  assert.deepEqual(chain.graph.nodes.get("c")?.value["in"], { text: "a.text" });
});

Deno.test("renameNode() follows the name into expressions, order, outputs and groups", () => {
  const document = open(
    file.replace(
      `"report.document" }`,
      `"report.document", "n": "size(report.document) + size(scan.files)" }`,
    ),
  );
  document.apply(groupNodes(document.ground, ["scan", "report"], "Both"));
  document.apply(renameNode(document.ground, "report", "summary"));
  document.apply(renameNode(document.ground, "trim", "cut"));
  document.apply(renameNode(document.ground, "measure", "metrics"));
  assert.match(document.text, /"n": "size\(summary\.document\) \+ size\(scan\.files\)"/);
  assert.match(document.text, /"after": \["cut"\]/);
  assert.match(document.text, /"metrics": "metrics\.metrics"/);
  assert.deepEqual(document.graph.groups[0]?.nodes, ["scan", "summary"]);
  assert.deepEqual(errors(document.text), []);
});

Deno.test("bindPort() keeps a port in one form: expression or constant", () => {
  const document = open();
  document.apply(bindPort(document.ground, "trim", "width", "in", "inputs.width"));
  assert.deepEqual(document.graph.nodes.get("trim")?.value["in"], {
    text: "measure.source",
    width: "inputs.width",
  });
  assert.equal(document.graph.nodes.get("trim")?.value["with"], undefined);
  document.apply(bindPort(document.ground, "trim", "width", "with", 7));
  assert.deepEqual(document.graph.nodes.get("trim")?.value["with"], { width: 7 });
  assert.deepEqual(errors(document.text), []);
});

Deno.test("ConnectionJudge refuses what `symphony check` would refuse, with its reason", () => {
  const { graph } = open();
  const from = (node: string, port: string) => new ConnectionJudge(graph, never, { node, port }, true);
  assert.equal(from("report", "document").judge({ node: "trim", port: "text" }).fits, "no");
  assert.match(from("report", "document").judge({ node: "trim", port: "text" }).reason, /cycle/);
  assert.match(
    from("$inputs", "width").judge({ node: "trim", port: "text" }).reason,
    /takes string, found integer/,
  );
  assert.equal(from("$inputs", "root").judge({ node: "trim", port: "text" }).fits, "yes");
  assert.match(from("scan", "files").judge({ node: "scan", port: "root" }).reason, /its own output/);
  assert.equal(from("scan", "files").judge({ node: OUTPUTS, port: "report" }).fits, "yes");
  const to = new ConnectionJudge(graph, never, { node: "trim", port: "text" }, false);
  assert.equal(to.judge({ node: "scan", port: "files" }).fits, "no");
  const fan = { outputs: () => undefined, isFan: (node: string) => node === "measure" };
  assert.notEqual(
    new ConnectionJudge(graph, fan, { node: "measure", port: "source" }, true).judge({
      node: "trim",
      port: "text",
    }).fits,
    "no",
  );
});

Deno.test("copiedText() and paste() bring nodes into another file under free names, connections and all", () => {
  const from = open();
  const text = copiedText(from.graph, ["measure", "trim"], (id) => ({ x: id === "trim" ? 300 : 0, y: 5 }));
  const pasted = pastedNodes(text);
  assert.ok(pasted !== undefined);
  from.apply(atOnce(paste(from.ground, pasted, { x: 1000, y: 1000 })));
  assert.deepEqual(from.graph.nodes.get("trim2")?.value["in"], { text: "measure2.source" });
  assert.equal(from.graph.nodes.get("trim2")?.value["each"], "measure2");
  assert.deepEqual(from.graph.nodes.get("trim2")?.value["position"], { x: 1300, y: 1000 });
  assert.deepEqual(errors(from.text), []);
  assert.equal(pastedNodes("just words"), undefined);
  assert.equal(pastedNodes('{ "nodes": { "a": 1 } }'), undefined);
});

Deno.test("BoardDocument undoes any sequence of commands to the letter, and does them again", () => {
  const pick = <T>(list: readonly T[], at: number): T => list[at % list.length] as T;
  const act = (document: BoardDocument, kind: number, a: number, b: number): void => {
    const { ground } = document;
    const ids = [...ground.graph.nodes.keys()].filter((id) => !id.startsWith("$"));
    const [one, two] = [pick(ids, a), pick(ids, b)];
    const { edges, groups, notes } = ground.graph;
    if (one === undefined || two === undefined) {
      document.apply(addNode(ground, "math", { use: "math/add" }, { x: a, y: b }));
    } else if (kind === 0) document.apply(addNode(ground, "trim", { use: "text/trim" }, { x: a, y: b }));
    else if (kind === 1) {
      document.apply(moveNodes(ground, new Map([[one, { x: a, y: b }], [two, { x: b, y: a }]])));
    } else if (kind === 2) document.apply(atOnce(removeNodes(ground, [one], b % 2 === 0)));
    else if (kind === 3) {
      document.apply(
        connect(ground, {
          from: one,
          fromPort: "text",
          to: two,
          toPort: `p${b % 3}`,
          kind: pick(["data", "after", "each"] as const, b),
        }),
      );
    } else if (kind === 4 && edges.length > 0) document.apply(disconnect(ground, [pick(edges, a)]));
    else if (kind === 5) {
      document.apply(
        setField(
          ground,
          one,
          pick([["title"], ["retry", "max"], ["in", "text"]], b),
          b % 4 === 0 ? undefined : `v${b}`,
        ),
      );
    } else if (kind === 6) document.apply(renameNode(ground, one, `${one}_${b % 7}`));
    else if (kind === 7) document.apply(groupNodes(ground, [one, two], `g${a}`));
    else if (kind === 8 && groups.length > 0) document.apply(ungroup(ground, pick(groups, a).id));
    else if (kind === 9) document.apply(addNote(ground, { x: a, y: b }, "a\nb"));
    else if (kind === 10 && notes.length > 0) {
      document.apply(setNote(ground, pick(notes, a).id, { text: `n${b}` }));
    } else if (kind === 11) {
      document.apply(setHead(ground, ["inputs", `i${a % 3}`], b % 3 === 0 ? undefined : { type: "string" }));
    } else if (kind === 12) {
      const pasted = pastedNodes(copiedText(ground.graph, [one, two], () => ({ x: 0, y: 0 })))!;
      document.apply(atOnce(paste(ground, pasted, { x: a, y: b })));
    } else if (kind === 13) document.undo();
    else if (kind === 14) document.redo();
  };
  const command = fc.tuple(fc.nat(14), fc.nat(60), fc.nat(60));
  fc.assert(
    fc.property(fc.array(command, { maxLength: 25 }), (commands) => {
      const document = open();
      for (const [kind, a, b] of commands) {
        act(document, kind, a, b);
        // What was kept while editing is what reading it all again gives.
        const { nodes, edges, spans, head } = document.graph;
        const whole = readGraph(document.text, [], catalog);
        assert.deepEqual(
          [...nodes.values()].map(({ id, text }) => [id, text]),
          [...whole.nodes.values()].map(({ id, text }) => [id, text]),
        );
        assert.deepEqual(edges, whole.edges);
        assert.ok(spans !== undefined);
        assert.deepEqual(spans, whole.spans);
        assert.deepEqual(head, whole.head);
      }
      assert.equal(document.graph.fault, undefined, document.text);
      // Whatever was done, the file can be read: only its meaning may be wrong.
      const codes = checkWorkflow(document.text, "f", catalog).problems.map(({ code }) => code);
      assert.ok(
        !codes.some((code) => ["syntax", "duplicate-key", "unknown-field"].includes(code)),
        document.text,
      );
      while (document.undo() !== undefined);
      assert.equal(document.text, file);
      while (document.redo() !== undefined);
      while (document.undo() !== undefined);
      assert.equal(document.text, file);
    }),
    { seed: 11, numRuns: 150 },
  );
});

Deno.test("History joins typing into one step, but not across a save", () => {
  let now = 0;
  const document = new BoardDocument(file, catalog, () => now);
  for (const title of ["R", "Re", "Rep"]) {
    now += 100;
    document.apply(setField(document.ground, "report", ["title"], title));
  }
  document.history.markSaved();
  now += 100;
  document.apply(setField(document.ground, "report", ["title"], "Repo"));
  assert.equal(document.history.isSaved, false);
  document.undo();
  assert.equal(document.history.isSaved, true);
  assert.equal(document.graph.nodes.get("report")?.title, "Rep");
  document.undo();
  assert.equal(document.text, file);
});

Deno.test("moveNodes() of a file that is one line takes no longer than of one with a line for each node", () => {
  const nodes = Object.fromEntries(
    Array.from({ length: 3000 }, (_, index) => [`n${index}`, { use: "data/transform" }]),
  );
  const file = { schema: 1, id: "w", nodes };
  const took = (text: string) => {
    const document = new BoardDocument(text, catalog, () => 0);
    const places = new Map([...document.graph.nodes.keys()].map((id, index) => [id, { x: index, y: 8 }]));
    const began = performance.now();
    document.apply(moveNodes(document.ground, places));
    const ended = performance.now();
    assert.deepEqual(document.graph.nodes.get("n2999")?.value["position"], { x: 2999, y: 8 });
    return ended - began;
  };
  const [oneLine, lines] = [JSON.stringify(file), JSON.stringify(file, null, 2)];
  took(lines);
  // 20 to 40 times as long when the whole line was looked at for each node.
  assert.ok(Math.min(took(oneLine), took(oneLine)) < 8 * Math.max(took(lines), took(lines)));
});

Deno.test("paste() finds names for thousands of nodes whose names are taken, as for a few", () => {
  const names = Array.from({ length: 3000 }, (_, index) => `n${index}`);
  const nodes = names.map((name) => `"${name}": { "use": "text/trim" }`);
  const document = new BoardDocument(`{ "nodes": {\n${nodes.join(",\n")}\n} }`, catalog, () => 0);
  const pasted = copiedNodes(document.graph, names, () => ({ x: 0, y: 0 }));
  document.apply(atOnce(paste(document.ground, pasted, { x: 0, y: 0 })));
  assert.deepEqual(
    [...document.graph.nodes.keys()],
    [...names, "n", ...Array.from({ length: 2999 }, (_, index) => `n${3000 + index}`)],
  );
});

Deno.test("paste() follows names that are swapped among the pasted, wherever they are read", () => {
  const names = new Map([["a", "b"], ["b", "a"]]);
  const node = {
    use: "x",
    in: { one: "a.x + size(b.y)", two: "b" },
    after: ["a.x", "c"],
    when: "c.a && a.b",
  };
  assert.deepEqual(renamedNode(node, names), {
    use: "x",
    in: { one: "b.x + size(a.y)", two: "a" },
    after: ["b.x", "c"],
    when: "c.a && b.b",
  });
});
