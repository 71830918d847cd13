import assert from "node:assert/strict";
import { symphony } from "./symphony_process.ts";

/** Extensions by turns, so that with room for one each start needs another's end. */
const turns = {
  schema: 1,
  id: "turns",
  name: "Turns",
  nodes: {
    first: { use: "files/scan", with: { include: ["**/*.txt"] } },
    second: { use: "data/transform", with: { expression: "1" }, in: { data: "first.files" } },
    pause: { use: "control/wait", for: "1500ms", after: "second" },
    third: { use: "files/scan", with: { include: ["**/*.txt"] }, after: "pause" },
  },
  outputs: { files: "third.files" },
};

interface Status {
  readonly counters: { readonly evictions: number; readonly failures: number };
  readonly bounds: {
    readonly mostInstances: number;
    readonly mostMemoryBytes: number;
  };
  readonly moves: readonly { readonly reason: string; readonly to: string }[];
}

async function inFolder(test: (say: (...words: string[]) => Promise<string>) => Promise<void>) {
  const folder = await Deno.makeTempDir({ prefix: "symphony-bounds-" });
  const say = async (...words: string[]) => {
    const { code, out, err } = await symphony(words, {
      cwd: folder,
      env: { SYMPHONY_DATA: `${folder}.data` },
    });
    assert.equal(code, 0, `${words.join(" ")}: ${err}`);
    return out;
  };
  try {
    await Deno.writeTextFile(`${folder}/a.txt`, "a");
    await Deno.writeTextFile(`${folder}/turns.workflow.jsonc`, JSON.stringify(turns));
    await test(say);
  } finally {
    await Deno.remove(folder, { recursive: true });
    await Deno.remove(`${folder}.data`, { recursive: true });
  }
}

/** The most instances that were there at once, by their moves. */
function mostAlive({ moves }: Status): number {
  let alive = 0;
  let most = 0;
  for (const { to } of moves) {
    if (to === "warming") most = Math.max(most, ++alive);
    else if (to === "cold") alive--;
  }
  return most;
}

async function statusOf(say: (...words: string[]) => Promise<string>): Promise<Status> {
  return JSON.parse((await say("pool", "--json")).split("\n")[0] ?? "") as Status;
}

Deno.test("a process keeps as many instances as pool:instances says, and pool shows who went for whom", async () => {
  await inFolder(async (say) => {
    await say("run", "turns.workflow.jsonc", "--memo", "off");
    const free = await statusOf(say);
    assert.equal(free.counters.evictions, 0, "by what the machine has there is room for all");
    assert.ok(free.bounds.mostInstances >= 16 && free.bounds.mostMemoryBytes > 2 ** 28);
    await say("limits", "set", "pool:instances", "1");
    await say("run", "turns.workflow.jsonc", "--memo", "off");
    const bound = await statusOf(say);
    assert.equal(bound.bounds.mostInstances, 1);
    assert.equal(mostAlive(bound), 1);
    assert.ok(mostAlive(free) > 1, "without the bound there were more");
    // A host that did not come up in time, where the machine is busy, made room as well.
    const { evictions, failures } = bound.counters;
    assert.ok(evictions >= 1 && evictions + failures >= 2, JSON.stringify(bound));
    assert.ok(bound.moves.some(({ reason }) => reason === "another was needed more"));
    assert.match(await say("pool"), /[1-9] evicted.*\nRoom for 1 instances/);
  });
});

Deno.test("a process keeps its instances below pool:memory by what their processes really take", async () => {
  await inFolder(async (say) => {
    // What instances would be assumed to take fits; what their processes take does not.
    await say("limits", "set", "pool:memory", "80M");
    await say("run", "turns.workflow.jsonc", "--memo", "off");
    const { bounds, counters, moves } = await statusOf(say);
    assert.equal(bounds.mostMemoryBytes, 80e6);
    assert.ok(counters.evictions >= 1, JSON.stringify({ counters, moves }));
    assert.ok(
      moves.some(({ reason }) => reason === "the instances take too much memory"),
      JSON.stringify(moves),
    );
  });
});
