import assert from "node:assert/strict";
import { Desk } from "./desk.ts";

const text = JSON.stringify({
  schema: 1,
  id: "small",
  version: "1.0.0",
  inputs: { n: { type: "integer" } },
  nodes: { count: { use: "trial/count", in: { n: "inputs.n" } } },
});

Deno.test("serveCommand() prints one address and nothing else on standard output, also without a command", async () => {
  for (const words of [["serve"], []]) {
    await using desk = new Desk();
    const { code, out } = await desk.say(...words);
    assert.equal(code, 0);
    assert.equal(out, "http://127.0.0.1:1/#t=key\n");
    assert.equal(desk.served[0]?.workspace, "/here");
  }
});

Deno.test("runCommand() with --ui starts the checked run in the server and prints its address", async () => {
  await using desk = new Desk();
  desk.put("small.workflow.jsonc", text);
  const { code, out } = await desk.say("run", "small.workflow.jsonc", "--ui", "--input", "n=3");
  assert.equal(code, 0);
  assert.match(out, /^http:\/\/127\.0\.0\.1:1\/#t=key\/runs\/r[0-9a-z-]+\n$/i);
  assert.deepEqual(desk.startedInBrowser.map(({ inputs, workspace }) => ({ inputs, workspace })), [
    { inputs: { n: 3 }, workspace: "/here" },
  ]);
  const refused = await desk.say("run", "small.workflow.jsonc", "--ui", "--input", "n=x");
  assert.equal(refused.code, 2);
  assert.equal(desk.startedInBrowser.length, 1);
});
