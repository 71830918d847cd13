import assert from "node:assert/strict";
import { merge } from "../../../extensions/bundled/diff/merge.ts";
import { testOperator } from "../../../extensions/sdk/testing.ts";

const base = "one\ntwo\nthree\n";

Deno.test("diff/merge gives what all authors want, and tells where two contradict with the line and who wrote it", async () => {
  const edits = [{ by: "ada", text: "ONE\ntwo\nthree\n" }, { by: "alan", text: "one\ntwo\n3\n" }];
  const { output } = await testOperator(merge, { base, edits });
  assert.deepEqual(output, {
    text: "ONE\ntwo\n3\n",
    marked: "ONE\ntwo\n3\n",
    clean: true,
    conflicts: [],
  });
  const third = { by: "grace", text: "one\ntwo\nIII\n" };
  const { output: contradicted } = await testOperator(merge, { base, edits: [...edits, third] });
  assert.equal(contradicted["clean"], false);
  assert.deepEqual(contradicted["conflicts"], [{
    line: 3,
    base: "three\n",
    kept: "alan",
    sides: [{ by: "alan", text: "3\n" }, { by: "grace", text: "III\n" }],
  }]);
  assert.match(String(contradicted["marked"]), /<<<<<<< alan\n3\n[^]*======= grace\nIII\n>>>>>>>/);
});

Deno.test("diff/merge gives the base back for no edit", async () => {
  const { output } = await testOperator(merge, { base, edits: [] });
  assert.deepEqual([output["text"], output["clean"]], [base, true]);
});
