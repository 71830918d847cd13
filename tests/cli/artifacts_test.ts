import assert from "node:assert/strict";
import { Desk, jsonLines } from "./desk.ts";

const workflow = {
  schema: 1,
  id: "notes",
  name: "Notes",
  inputs: { topic: { type: "string" } },
  nodes: { shout: { use: "trial/shout", in: { text: "inputs.topic" } } },
  outputs: { word: "shout.text", facts: "{'topic': inputs.topic, 'list': [1, 2]}" },
};

async function desk(): Promise<Desk> {
  const made = new Desk();
  made.put("notes.workflow.jsonc", workflow);
  for (const topic of ["the quick brown fox", "the lazy dog"]) {
    const { code, err } = await made.say("run", "notes.workflow.jsonc", "--input", `topic=${topic}`);
    assert.equal(code, 0, err);
  }
  return made;
}

const json = async (made: Desk, ...words: string[]) => {
  const { code, out, err } = await made.say(...words, "--json");
  return { code, err, value: JSON.parse(out) as Record<string, unknown> };
};

Deno.test("artifacts versions and get know every output of a workflow by its name", async () => {
  await using made = await desk();
  const names = jsonLines((await made.say("artifacts", "versions", "--json")).out);
  assert.deepEqual(names.map(({ name, version }) => [name, version]), [["notes/facts", 2], [
    "notes/word",
    2,
  ]]);
  const versions = jsonLines((await made.say("artifacts", "versions", "notes/word", "--json")).out);
  assert.deepEqual(versions.map(({ version, parent }) => [version, parent]), [[2, 1], [1, undefined]]);
  assert.equal((await made.say("artifacts", "get", "notes/word")).out, "THE LAZY DOG");
  assert.equal((await made.say("artifacts", "get", "notes/word@1")).out, "THE QUICK BROWN FOX");
  const shown = await json(made, "artifacts", "show", "notes/word");
  assert.deepEqual([shown.value["type"], shown.value["versions"]], ["text/plain", ["notes/word@2"]]);
  assert.match((await made.say("artifacts", "versions")).out, /^notes\/word@2 +[0-9a-f]{12} /m);
});

Deno.test("artifacts search finds by words and filters, in pages, with highlights and facets", async () => {
  await using made = await desk();
  const { value } = await json(made, "artifacts", "search", "quick fox", "--type", "text/plain");
  assert.equal(value["total"], 1);
  const [hit] = value["hits"] as { highlight: string; artifact: string }[];
  assert.match(hit?.highlight ?? "", /\[QUICK\].*\[FOX\]/);
  const text = (await made.say("artifacts", "search", "the", "--limit", "1", "--page", "2")).out;
  assert.match(text, /^2 to 2 of 4 artifacts$/m);
  assert.match(text, /text\/plain \(2\)/);
  assert.match((await made.say("artifacts", "search", "elephant")).out, /^Nothing found$/m);
  assert.match((await made.say("artifacts", "search", "the", "--page", "9")).out, /there is no page 9/);
  const since = await json(made, "artifacts", "search", "the", "--since", "1h", "--until", "0m");
  assert.equal(since.value["total"], 4);
});

Deno.test("artifacts diff shows lines of text and members of JSON, and exits 1 where something differs", async () => {
  await using made = await desk();
  const lines = await made.say("artifacts", "diff", "notes/word");
  assert.equal(lines.code, 1);
  assert.equal(
    lines.out,
    "--- notes/word@1\n+++ notes/word@2\n@@ -1,1 +1,1 @@\n-THE QUICK BROWN FOX\n+THE LAZY DOG\n",
  );
  const members = await made.say("artifacts", "diff", "notes/facts");
  assert.match(members.out, /^~ \/topic: "the quick brown fox" → "the lazy dog"$/m);
  const record = await json(made, "artifacts", "diff", "notes/facts@1", "2");
  assert.deepEqual(record.value["changes"], [
    { op: "replace", path: "/topic", from: "the quick brown fox", to: "the lazy dog" },
  ]);
  const byLines = await json(made, "artifacts", "diff", "notes/facts@1", "2", "--lines");
  assert.equal(byLines.value["kind"], "lines");
  const same = await made.say("artifacts", "diff", "notes/word", "notes/word@2");
  assert.deepEqual([same.code, same.out], [0, "No difference\n"]);
});

Deno.test("artifacts lineage tells where an output comes from", async () => {
  await using made = await desk();
  const { out } = await made.say("artifacts", "lineage", "notes/word@1");
  assert.match(
    out,
    /Comes from\n {2}output word of notes, run r\w+, .*read shout = \{"text":"THE QUICK BROWN FOX"\}/,
  );
  assert.match(out, /Went into\n {2}nothing that is known/);
  const { value } = await json(made, "artifacts", "lineage", "notes/word@1");
  const [from] = value["from"] as { madeBy: { sources: unknown[] }[] }[];
  assert.equal(from?.madeBy[0]?.sources.length, 1);
});

Deno.test("artifacts tag, hold, score and name change labels, and search and gc go by them", async () => {
  await using made = await desk();
  await made.say("artifacts", "tag", "notes/word", "--add", "release", "--add", "b");
  const tagged = await json(made, "artifacts", "tag", "notes/word", "--remove", "b");
  assert.deepEqual(tagged.value["tags"], ["release"]);
  const held = await json(made, "artifacts", "hold", "notes/word", "--reason", "audit");
  assert.equal(held.value["hold"], "audit");
  assert.equal((await json(made, "artifacts", "hold", "notes/word", "--release")).value["hold"], undefined);
  await made.say("artifacts", "score", "notes/word", "--scorer", "me@1", "--value", "0.25");
  const scored = await made.say("artifacts", "score", "notes/word", "--check", "not-empty");
  assert.match(scored.out, /^quality +0\.25 by me 1$/m);
  assert.match(scored.out, /^quality +1\.00 by not-empty 0\.0\.1-test$/m);
  assert.equal(
    (await json(made, "artifacts", "search", "--tag", "release", "--min-quality", "0.9")).value["total"],
    1,
  );
  assert.match(
    (await made.say("artifacts", "name", "notes/word@1", "brief", "--message", "m")).out,
    /is brief@1$/m,
  );
  made.put("loose.md", "# Loose end");
  await made.say("artifacts", "add", "loose.md");
  const named = await made.say("artifacts", "add", "loose.md", "--name", "kept");
  assert.match(named.out, /kept@1$/m);
  made.put("looser.md", "# Looser end");
  const { value: loose } = await json(made, "artifacts", "add", "looser.md");
  const seen = await json(made, "artifacts", "gc", "--older-than", "0");
  const ids = (seen.value["plan"] as { items: { artifact: string }[] }).items.map(({ artifact }) => artifact);
  assert.deepEqual(ids, [loose["id"]], "all else is a version or in a run");
  const applied = await made.say("artifacts", "gc", "--older-than", "0", "--apply");
  assert.match(applied.out, /marked 1 for deletion, final at/);
  const [, batch] = /stale undo (\S+)/.exec(applied.out) ?? [];
  assert.match((await made.say("stale", "undo", batch ?? "")).out, /^Brought back 1 artifact$/m);
  assert.equal((await made.say("artifacts", "verify")).code, 0);
  const verified = await made.say("artifacts", "verify", "--json");
  assert.deepEqual([verified.code, jsonLines(verified.out)], [0, [{
    kind: "verified",
    faults: 0,
    repaired: 0,
  }]]);
});

Deno.test("stale policies, preview, apply, undo and report work from a file of the person", async () => {
  await using made = await desk();
  made.put("policies.jsonc", (await made.say("stale", "policies", "--example")).out);
  const set = await made.say("stale", "policies", "--set", "policies.jsonc");
  assert.equal(set.code, 0, set.err);
  made.put("now.json", {
    policies: [{ name: "now", action: "warm", when: { types: ["text/*"] } }],
    graceDays: 1,
  });
  await made.say("stale", "policies", "--set", "now.json");
  const preview = await json(made, "stale", "preview");
  assert.equal((preview.value["items"] as unknown[]).length, 2);
  assert.match(
    (await made.say("stale", "preview")).out,
    /^warm +[0-9a-f]{12} .*now: its type is text\/plain$/m,
  );
  assert.match((await made.say("stale", "apply")).out, /moved 2 to warm/);
  assert.match((await made.say("stale", "report")).out, /^ {2}warm +2 artifacts/m);
  assert.match((await made.say("stale", "preview")).out, /^0 artifacts of/m);
  assert.equal((await json(made, "stale", "undo", "last")).value["artifacts"], 2);
  assert.match((await made.say("stale", "batches")).out, /undone/);
});
