import assert from "node:assert/strict";
import { UiRig, until } from "./ui_rig.ts";

const shout = {
  schema: 1,
  id: "shout",
  version: "1.0.0",
  inputs: { text: { type: "string" } },
  nodes: {
    first: { use: "trial/shout", in: { text: "inputs.text" } },
    second: { use: "trial/shout", in: { text: "first.text" } },
  },
};

Deno.test("a run is run again by its own definition and inputs, as a whole or from a node; what cannot be is named", async () => {
  await using rig = await UiRig.start();
  const { value: { run } } = await rig.call("POST /runs", {
    body: { workflow: { text: JSON.stringify(shout) }, inputs: { text: "hello" } },
  });
  const ended = (id: string) =>
    until(async () =>
      (await rig.call("GET /runs/{run}", { path: `/runs/${id}` })).value.state === "completed"
    );
  await ended(run);
  const again = async (body: object) =>
    await rig.call("POST /runs/{run}/rerun", { path: `/runs/${run}/rerun`, body });
  const { status, value, headers } = await again({ from: ["second"] });
  assert.equal(status, 201);
  assert.equal(headers.get("location"), `/api/v1/runs/${value.run}`);
  await ended(value.run);
  const { value: detail } = await rig.call("GET /runs/{run}", { path: `/runs/${value.run}` });
  assert.deepEqual(detail.inputs, { text: "hello" });
  assert.deepEqual(detail.nodes.map(({ node, reused }) => [node, reused?.how]), [["first", "kept"], [
    "second",
    undefined,
  ]]);
  const whole = await again({});
  await ended(whole.value.run);

  const part = await again({ to: ["first"] });
  await ended(part.value.run);
  const { value: first } = await rig.call("GET /runs/{run}", { path: `/runs/${part.value.run}` });
  assert.deepEqual(first.part, { to: ["first"], nodes: ["second"], outputs: [] });
  assert.equal(first.isPart, true);
  assert.deepEqual(first.nodes.map(({ node }) => node), ["first"]);

  // The same from a text whose other nodes are not finished; pins and breakpoints of these do no harm.
  const text = JSON.stringify({ ...shout, nodes: { ...shout.nodes, third: { use: "trial/nothing" } } });
  const start = {
    workflow: { text },
    inputs: { text: "hello" },
    breakpoints: ["third"],
    pins: { third: {} },
  };
  assert.equal((await rig.refused("POST /runs", { body: start })).status, 422);
  const { value: begun } = await rig.call("POST /runs", { body: { ...start, to: ["second"] } });
  await ended(begun.run);
  const { value: second } = await rig.call("GET /runs/{run}", { path: `/runs/${begun.run}` });
  assert.deepEqual(second.part, { to: ["second"], nodes: ["third"], outputs: [] });
  const none = await rig.refused("POST /runs", { body: { ...start, to: ["sec"] } });
  assert.deepEqual([none.status, none.faults?.[0]?.place], [400, "body.to"]);

  const unknown = await rig.refused("POST /runs/{run}/rerun", {
    path: `/runs/${run}/rerun`,
    body: { from: ["third"] },
  });
  assert.equal(unknown.status, 400);
  assert.equal(unknown.faults?.[0]?.place, "body.from");
  const both = await rig.refused("POST /runs/{run}/rerun", {
    path: `/runs/${run}/rerun`,
    body: { from: ["first"], changed: true },
  });
  assert.match(both.detail, /found from and changed/);
  const nobody = await rig.refused("POST /runs/{run}/rerun", {
    path: `/runs/${run.slice(0, -4)}zzzz/rerun`,
    body: {},
  });
  assert.equal(nobody.status, 404);
});
