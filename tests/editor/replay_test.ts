import assert from "node:assert/strict";
import { replay } from "../../editor/replay.ts";

const FIXTURES = new URL("../fixtures/text/", import.meta.url).pathname;

async function said(files: readonly string[]): Promise<{ readonly code: number; readonly lines: string[] }> {
  const lines: string[] = [];
  return { code: await replay(files, (line) => lines.push(line)), lines };
}

Deno.test("replay() says of each file whether its text came out right, and how fast", async () => {
  const { code, lines } = await said([
    `${FIXTURES}json_crdt_patch.json.gz`,
    `${FIXTURES}fuguemax_conformance.json.gz`,
  ]);
  assert.equal(code, 0);
  assert.match(lines[0]!, /^ok .*json_crdt_patch\.json\.gz {2}\d+ patches, [\d,]+ patches\/s$/);
  assert.match(lines[1]!, /^ok .* 50 of 50 cases right, \d+ patches/);
});

Deno.test("replay() tells a wrong text and a file that is no session from a right one", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const [wrong, none, far] = [`${folder}/wrong.json`, `${folder}/none.json`, `${folder}/far.json`];
    await Deno.writeTextFile(
      wrong,
      JSON.stringify({ startContent: "", endContent: "b", txns: [{ patches: [[0, 0, "a"]] }] }),
    );
    await Deno.writeTextFile(none, "{}");
    await Deno.writeTextFile(far, JSON.stringify({ endContent: "", txns: [{ patches: [[7, 1, ""]] }] }));
    const { code, lines } = await said([wrong, none, far, `${folder}/absent.json`]);
    assert.equal(code, 2);
    assert.match(lines[0]!, /^WRONG .*wrong\.json/);
    assert.match(lines[1]!, /^ERROR .*none\.json {2}Expected a trace with "endContent" and "txns"/);
    assert.match(lines[2]!, /^ERROR .*far\.json {2}Cannot replace 7 to 8: the text has 0 units/);
    assert.match(lines[3]!, /^ERROR .*absent\.json/);
    assert.equal((await said([wrong])).code, 1);
    assert.equal((await said([])).code, 2);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
