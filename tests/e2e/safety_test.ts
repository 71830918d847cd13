/**
 * Quarantine, grants, refusals and the audit log by the command line of the real program.
 *
 * @module
 */

import assert from "node:assert/strict";
import { symphony } from "./symphony_process.ts";

const manifest = {
  id: "acme/shaky",
  name: "Shaky",
  version: "1.0.0",
  kind: "operator",
  description: "Ends its process",
  entry: "main.js",
  permissions: [{ kind: "files", access: "read", reason: "It reads what it counts" }],
};
const main = `const any = { type: "object", properties: {} };
export default { contributes: [{ kind: "operator", type: "acme/die", title: "t", description: "d", input: any, output: any,
  run: () => { setTimeout(() => { throw new Error("boom"); }, 1); return new Promise(() => {}); } }] };`;
const workflow = {
  schema: 1,
  id: "shaky",
  nodes: { n: { use: "acme/die", retry: { max: 9, initial: "10ms" } } },
  outputs: { out: "n" },
};

Deno.test("an extension that keeps dying is shown in quarantine, released to probation, and all of it is in the audit log", async () => {
  const folder = await Deno.makeTempDir({ prefix: "symphony-safety-" });
  const say = async (...words: readonly string[]) =>
    await symphony(words, { cwd: folder, env: { SYMPHONY_DATA: `${folder}/data` } });
  try {
    await Deno.mkdir(`${folder}/shaky`);
    await Deno.writeTextFile(`${folder}/shaky/symphony.jsonc`, JSON.stringify(manifest));
    await Deno.writeTextFile(`${folder}/shaky/main.js`, main);
    await Deno.writeTextFile(`${folder}/shaky.workflow.jsonc`, JSON.stringify(workflow));
    const run = await say("run", "shaky.workflow.jsonc", "--extensions", "shaky");
    assert.equal(run.code, 1, run.err);
    assert.match(run.err, /in quarantine: it failed 6 times within 60 s, at last: Its worker ended: .*boom/);
    assert.match(
      (await say("extensions", "list", "--extensions", "shaky")).out,
      /quarantined: it failed 6 times/,
    );
    assert.match((await say("extensions", "release", "acme/shaky")).out, /on probation/);
    assert.equal((await say("extensions", "release", "acme/shaky")).code, 2);
    const denied = await say("grants", "add", "acme/shaky", "files:read", "--deny", "--until", "2h");
    assert.match(denied.out, /^Refused files:read to acme\/shaky until /);
    assert.equal((await say("grants", "add", "acme/shaky", "files:read", "--until", "yesterday")).code, 2);
    const audit = await say("audit", "export", "--extension", "acme/shaky");
    const lines = audit.out.trim().split("\n").map((line) => JSON.parse(line) as { decision: string });
    assert.deepEqual(lines.map(({ decision }) => decision), [
      ...Array.from({ length: 5 }, () => "ended"),
      "quarantined",
      "released",
      "refused",
    ]);
    assert.match((await say("extensions", "top", "--total")).out, /acme\/shaky/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
