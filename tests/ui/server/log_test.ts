/** A run's log: the engine's steps among what its calls said, also of a run that another server carried out. @module */

import assert from "node:assert/strict";
import type { LogPage } from "../../../ui/api/runs.ts";
import { UiRig, until } from "./ui_rig.ts";

const workflow = {
  schema: 1,
  id: "squares",
  nodes: {
    count: { use: "trial/count", with: { n: 2 } },
    square: { use: "trial/square", each: "count.numbers", in: { number: "item" } },
    ask: { use: "control/gate", question: "Right?", after: "square" },
  },
};

Deno.test("GET /runs/{run}/log gives steps and words by time, by node, level and speaker, and for runs long past", async () => {
  await using rig = await UiRig.start();
  const body = { workflow: { text: JSON.stringify(workflow) } };
  const { value: { run } } = await rig.call("POST /runs", { body });
  const log = async (query = ""): Promise<LogPage> =>
    (await rig.call("GET /runs/{run}/log", { path: `/runs/${run}/log?limit=1000${query}` })).value;
  await until(async () => (await log("&node=ask")).lines.some(({ text }) => /asks a person/.test(text)));
  const { lines, total } = await log();
  assert.equal(total, lines.length);
  assert.deepEqual(lines.map(({ at }) => at), lines.map(({ at }) => at).sort((one, other) => one - other));
  const of = (page: LogPage) => page.lines.map(({ node, item, text }) => `${node}${item ?? ""} ${text}`);
  const square = of(await log("&node=square&level=info"));
  for (
    const wanted of [
      /^square has 2 items$/,
      /^square0 attempt 1 begun/,
      /^square1 completed in/,
      /^square1 squaring/,
    ]
  ) {
    assert.ok(square.some((line) => wanted.test(line)), `${wanted} in ${square.join("\n")}`);
  }
  // What a call says stands between its beginning and its end.
  const places = [/^square0 attempt 1 begun/, /^square0 squaring/, /^square0 completed/].map((wanted) =>
    square.findIndex((line) => wanted.test(line))
  );
  assert.deepEqual(places, [...places].sort((one, other) => one - other));
  assert.ok((await log("&by=calls")).lines.every(({ isEngine }) => isEngine === undefined));
  assert.ok(
    (await log("&by=engine")).lines.every(({ isEngine, seq }) => isEngine === true && seq !== undefined),
  );
  assert.deepEqual(of(await log("&level=warn")).map((line) => line.slice(0, 16)), [
    "square0 squaring",
    "square1 squaring",
  ]);
  assert.match(of(await log("&node="))[0] ?? "", /^ run of squares/);
  // Nobody has kept what its calls said, and yet every step is told.
  await rig.stop();
  await Deno.remove(`${rig.data}/ui/logs`, { recursive: true });
  await rig.open();
  const later = await log();
  assert.equal(later.lines.length, lines.filter(({ seq }) => seq !== undefined).length);
});
