import assert from "node:assert/strict";
import { prepareTrace, type Trace } from "../../../editor/text/trace.ts";
import { fixture, fixtureTrace, sharedTrace } from "./shared_data.ts";

function check(traces: Trace | Trace[], order: readonly number[] = []): void {
  for (const [at, trace] of (Array.isArray(traces) ? traces : [traces]).entries()) {
    const replay = prepareTrace(trace, order);
    const document = replay.run();
    assert.equal(document.text.toString(), replay.expected, `trace ${at}`);
    document.text.check();
    const { oldest, revision } = document;
    const first = document.textAt(oldest).toString();
    assert.equal(
      document.deltaBetween(oldest, revision).applyToString(first),
      replay.expected,
      `trace ${at} by its deltas`,
    );
  }
}

for (const name of ["fuguemax_conformance", "json_crdt_patch", "unicode_json_crdt_patch"]) {
  Deno.test(`TextDocument replays ${name} of the repository to its final text`, () =>
    check(fixtureTrace(name)));
}

for (
  const name of [
    "fuguemax-conformance",
    "friendsforever",
    "friendsforever_flat",
    "json-crdt-patch",
    "rustcode",
    "seph-blog1",
    "unicode-json-crdt-patch",
  ]
) {
  const trace = sharedTrace(name);
  Deno.test({
    name: `TextDocument replays ${name} to its final text`,
    ignore: trace === undefined,
    fn: () => check(trace!),
  });
}

const makefile = sharedTrace("git-makefile");
Deno.test({
  name:
    "TextDocument replays git-makefile to its final text, its authors in the order that was found for them",
  ignore: makefile === undefined,
  fn: () => check(makefile!, fixture("git_makefile_order.json") as number[]),
});

Deno.test("prepareTrace() takes sessions whose counts are out of order, and transactions made on a part of another", () => {
  const trace: Trace = {
    endContent: "abcdXYZQR",
    txns: [
      {
        span: [0, 6],
        parents: [],
        agent: "ann",
        seqStart: 6,
        ops: [[0, 0, "abcd"], [4, 0, "e"], [4, 1, ""]],
      },
      { span: [6, 7], parents: [1], agent: "bob", seqStart: 0, ops: [[2, 0, "Q"]] },
      { span: [7, 10], parents: [5], agent: "ann", seqStart: 0, ops: [[4, 0, "XYZ"]] },
      { span: [10, 11], parents: [6, 5], agent: "bob", seqStart: 1, ops: [[5, 0, "R"]] },
    ],
  };
  check(trace);
});

Deno.test("prepareTrace() takes positions by code points, where authors edit at once, too", () => {
  check({
    kind: "concurrent",
    endContent: "😀x漢y😂",
    txns: [
      { parents: [], agent: 0, patches: [[0, 0, "😀漢😂"]] },
      { parents: [0], agent: 0, patches: [[1, 0, "x"]] },
      { parents: [0], agent: 1, patches: [[2, 0, "y"]] },
    ],
  });
});
