import assert from "node:assert/strict";
import { items, lines, meta } from "../conductor/evaluate/folder.ts";
import { symphony } from "./symphony_process.ts";

const workflow = JSON.stringify({
  schema: 1,
  id: "phrases",
  preference: "economy",
  nodes: {
    phrases: {
      use: "instrument/keyphrases",
      each:
        "['The parser reads a grammar file. The grammar file is large.', 'A cat sat on a warm stove all day.']",
      in: { text: "item" },
      quality: { checks: [{ check: "not-empty", port: "phrases" }] },
    },
  },
});

Deno.test("symphony conductor tells of real runs: status, explain, replay, export, freeze; and refuses what is wrong", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/phrases.workflow.jsonc`;
    await Deno.writeTextFile(file, workflow);
    const data = ["--data", `${folder}/data`];
    const json = async (...args: string[]) => {
      const { code, out, err } = await symphony(["conductor", ...args, ...data, "--json"]);
      assert.equal(code, 0, `${args.join(" ")}: ${err}`);
      return JSON.parse(out.split("\n")[0] ?? "") as Record<string, unknown>;
    };
    const early = await symphony(["conductor", "explain", "last", ...data]);
    assert.equal(early.code, 2);
    assert.match(early.err, /decided nothing yet/);

    const ran = await symphony(["run", file, ...data]);
    assert.equal(ran.code, 0, ran.err);

    const status = await json("status");
    assert.equal(status["decisions"], 2);
    assert.equal(status["outcomes"], 2);
    const explained = await json("explain", "last");
    const [candidate] = explained["candidates"] as {
      instrument: string;
      isChosen: boolean;
      propensity: number;
    }[];
    assert.equal(candidate?.isChosen, true);
    assert.equal(candidate?.propensity, 1);
    assert.deepEqual(explained["preference"], { perUsd: 80, perSecond: 0.05, perFailure: 0.05 });
    assert.deepEqual(await json("replay"), { decisions: 2, equal: 2, notCompared: 0 });
    const exported = await symphony(["conductor", "export", ...data]);
    const rows = exported.out.trim().split("\n").map((line) => JSON.parse(line) as { reward: number });
    assert.equal(rows.length, 2);
    assert.ok(rows.every(({ reward }) => Number.isFinite(reward)));
    const verdict = await json("verdict", "last", "reject", "--note", "not what I meant");
    const credits = verdict["credits"] as { node: string; hops: number; quality: number }[];
    assert.deepEqual(credits.map(({ node, hops, quality }) => [node, hops, quality]), [
      ["phrases", 0, 0],
      ["phrases", 0, 0],
    ]);
    const judged = (await json("explain", "last"))["outcome"] as Record<string, unknown>;
    assert.deepEqual([judged["quality"], judged["source"], judged["note"]], [
      0,
      "person",
      "not what I meant",
    ]);
    assert.deepEqual(await json("replay"), { decisions: 2, equal: 2, notCompared: 0 });
    assert.equal((await symphony(["conductor", "verdict", "last:phrase", "accept", ...data])).code, 2);
    assert.equal((await symphony(["conductor", "verdict", "last", "maybe", ...data])).code, 2);
    assert.equal((await json("freeze"))["frozen"], "means");
    const text = await symphony(["conductor", "explain", "last", ...data]);
    assert.match(text.out, /was the only one allowed/);
    const trained = await json("train");
    assert.equal(trained["learned"], 2);
    const curated = `${folder}/curated.jsonl`;
    assert.equal((await json("export", "--dataset", "--out", curated))["rows"], 2);
    await Deno.writeTextFile(curated, (await Deno.readTextFile(curated)).replaceAll("validation", "train"));
    assert.equal((await json("train", "--dataset", curated))["learned"], 2);
    await Deno.writeTextFile(curated, "{}\n");
    const malformed = await symphony(["conductor", "train", "--dataset", curated, ...data]);
    assert.equal(malformed.code, 2);
    assert.match(malformed.err, /curated\.jsonl line 1, field "format": found nothing/);
    assert.equal((await symphony(["conductor", "train", "--dataset", `${folder}/no`, ...data])).code, 2);
    const promoted = await symphony(["conductor", "promote", ...data]);
    assert.equal(promoted.code, 1);
    assert.match(promoted.out, /not met +1000 decisions/);
    await json("rollback");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("symphony conductor evaluate reads a folder, and ends with 2 where it is malformed, empty or missing", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/meta.json`, JSON.stringify(meta));
    await Deno.writeTextFile(`${folder}/items.jsonl`, lines(items(30)));
    const args = ["conductor", "evaluate", "--data", folder, "--seeds", "2", "--rounds", "100"];
    const { code, out, err } = await symphony([...args, "--only", "routing/", "--json"]);
    assert.equal(code, 0, err);
    const ids = out.trim().split("\n").map((line) => (JSON.parse(line) as { id: string }).id);
    assert.ok(ids.includes("routing/tiny/balanced") && ids.includes("routing/speed"), ids.join());
    assert.match(err, /routing tiny\/balanced: LinUCB/);

    await Deno.writeTextFile(`${folder}/items.jsonl`, `${JSON.stringify({ ...items(1)[0], q: [1] })}\n`);
    const malformed = await symphony(args);
    assert.equal(malformed.code, 2);
    assert.match(malformed.err, /items\.jsonl line 1, field "q": found 1 numbers, expected 2/);
    assert.equal((await symphony(["conductor", "evaluate", "--data", `${folder}/no`])).code, 2);
    assert.equal((await symphony(["conductor", "evaluate"])).code, 2);
    assert.equal((await symphony([...args, "--seeds", "0"])).code, 2);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
