import assert from "node:assert/strict";
import { prepareTrace, type Trace } from "../../../editor/text/trace.ts";
import { fixtureTrace, sharedTrace } from "./shared_data.ts";

function check(traces: Trace | Trace[]): void {
  for (const [at, trace] of (Array.isArray(traces) ? traces : [traces]).entries()) {
    const replay = prepareTrace(trace);
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
