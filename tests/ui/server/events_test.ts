import assert from "node:assert/strict";
import type { LoggedEvent } from "../../../core/ports/dag.ts";
import {
  defineExtension,
  defineInstrument,
  defineOperator,
  defineTask,
  Type,
} from "../../../extensions/sdk/mod.ts";
import type { RunTopicEvent, StreamEvent } from "../../../ui/api/mod.ts";
import { FOLD_OVER } from "../../../ui/server/events/run_topic.ts";
import { UiRig, until } from "./ui_rig.ts";

/** Lets waiting calls go on. */
const gate: { open: () => void; waiting: number } = { open: () => {}, waiting: 0 };

async function hold(context: { token(text: string): void; readonly signal: AbortSignal }): Promise<void> {
  context.token("first ");
  gate.waiting++;
  await new Promise<void>((resolve) => {
    gate.open = resolve;
    context.signal.addEventListener("abort", () => resolve());
  });
  context.token("second ");
}

const streaming = defineExtension({
  contributes: [
    defineTask({
      type: "instrument/tell",
      title: "Tell",
      description: "Says words one by one",
      system: "",
      prompt: "{{words}}",
      input: Type.Object({ words: Type.Integer() }),
      output: Type.Object({ said: Type.Integer() }),
    }),
    defineTask({
      type: "instrument/hold",
      title: "Hold",
      description: "Says one word, then waits",
      system: "",
      prompt: "hold",
      input: Type.Object({}),
      output: Type.Object({ said: Type.Integer() }),
    }),
    defineInstrument({
      type: "stream/voice",
      title: "Voice",
      description: "Says words",
      serves: ["tell", "hold"],
      priceIn: 0,
      priceOut: 0,
      run: async ({ prompt, task }, context) => {
        if (task === "hold") await hold(context);
        else for (let at = 0; at < Number(prompt); at++) context.token(`w${at} `);
        context.log("info", "all was said");
        return { text: "", data: { said: 1 }, model: "voice", finish: "stop" };
      },
    }),
    defineOperator({
      type: "stream/count",
      title: "Count",
      description: "Numbers below n",
      input: Type.Object({ n: Type.Integer() }),
      output: Type.Object({ numbers: Type.Array(Type.Integer()) }),
      run: ({ n }) => ({ numbers: Array.from({ length: n }, (_, at) => at) }),
    }),
    defineOperator({
      type: "stream/same",
      title: "Same",
      description: "Gives what it gets",
      input: Type.Object({ number: Type.Integer() }),
      output: Type.Object({ number: Type.Integer() }),
      run: ({ number }) => ({ number }),
    }),
  ],
});

const workflow = (nodes: object) =>
  JSON.stringify({ schema: 1, id: "streamed", name: "Streamed", version: "1.0.0", nodes });
const many = (n: number) =>
  workflow({
    count: { use: "stream/count", with: { n } },
    same: { use: "stream/same", each: "count.numbers", in: { number: "item" } },
  });
const start = async (rig: UiRig, text: string, more: object = {}) => {
  const { status, value } = await rig.call("POST /runs", { body: { workflow: { text }, ...more } });
  assert.equal(status, 201, JSON.stringify(value));
  return value.run;
};
const ended = (rig: UiRig, run: string) =>
  until(async () => {
    const { value } = await rig.call("GET /runs/{run}", { path: `/runs/${run}` });
    return ["completed", "failed", "cancelled"].includes(value.state);
  });

/** The logged events that a client got. */
function loggedIn(events: readonly StreamEvent[]): LoggedEvent[] {
  return events.flatMap(({ data }) => {
    const event = data as RunTopicEvent;
    return event.kind === "event" ? [event.event] : [];
  });
}

Deno.test("RunTopic gives a reader every event of a run once and in order, and the whole streamed text", async () => {
  await using rig = await UiRig.start({ extensions: [streaming] });
  const client = await rig.connect();
  const run = await start(rig, workflow({ tell: { use: "instrument/tell", with: { words: 300 } } }));
  const { how } = await client.subscribe(`run:${run}`, { seq: -1 });
  assert.equal(how, "resumed");
  await client.until(() => loggedIn(client.events).some(({ type }) => type === "run.completed"));
  const logged = loggedIn(client.events);
  assert.deepEqual(logged.map(({ seq }) => seq), logged.map((_event, at) => at));
  const { value } = await rig.call("GET /runs/{run}/events", { path: `/runs/${run}/events` });
  assert.deepEqual(logged, value.events);
  await client.close();
});

Deno.test("RunTopic tells who comes late, or comes back, the streamed text from its beginning", async () => {
  await using rig = await UiRig.start({ extensions: [streaming] });
  const before = gate.waiting;
  const run = await start(rig, workflow({ hold: { use: "instrument/hold" } }));
  await until(() => gate.waiting > before);
  const late = await rig.connect();
  await late.subscribe(`run:${run}`);
  await late.until(() => late.events.length > 0);
  const [first] = late.events;
  assert.equal(first?.data.kind, "snapshot");
  assert.match(
    JSON.stringify(first?.data),
    /"live":\[\{"node":"hold","attempt":1,"from":0,"text":"first "\}\]/,
  );
  const seq = first?.seq ?? -1;
  await late.close();
  const again = await rig.connect();
  const { how } = await again.subscribe(`run:${run}`, { seq });
  assert.equal(how, "resumed");
  await again.until(() => again.events.some(({ data }) => data.kind === "token"));
  gate.open();
  await again.until(() => loggedIn(again.events).some(({ type }) => type === "run.completed"));
  const texts = again.events.flatMap(({ data }) => data.kind === "token" ? [data.text] : []);
  assert.deepEqual(texts.map(({ from, text }) => [from, text]), [[0, "first "], [6, "second "]]);
  assert.ok(loggedIn(again.events).every((event) => event.seq > seq));
  await again.close();
});

Deno.test("Connection keeps a client that does not acknowledge within its window, then tells it all of it", async () => {
  await using rig = await UiRig.start({ extensions: [streaming] });
  const slow = await rig.connect();
  slow.isQuick = false;
  const run = await start(rig, many(1500));
  await slow.subscribe(`run:${run}`, { seq: -1 });
  await ended(rig, run);
  await slow.until(() => slow.frames.filter(({ type }) => type === "events").length >= 1);
  const frames = () => slow.frames.filter(({ type }) => type === "events").length;
  assert.ok(frames() <= 32, `${frames()} frames are under way`);
  slow.isQuick = true;
  slow.ack();
  await slow.until(() =>
    slow.events.some(({ data }) => data.kind === "event" && data.event.type === "run.completed")
  );
  const logged = loggedIn(slow.events);
  assert.deepEqual(logged.map(({ seq }) => seq), logged.map((_event, at) => at));
  await slow.close();
});

Deno.test("RunTopic folds what a reader is very far behind into a snapshot that says how much it stands for", async () => {
  await using rig = await UiRig.start({ extensions: [streaming] });
  const items = Math.ceil(FOLD_OVER / 2) + 500;
  const run = await start(rig, many(items));
  await ended(rig, run);
  const client = await rig.connect();
  const { how, seq } = await client.subscribe(`run:${run}`, { seq: 3 });
  assert.equal(how, "snapshot");
  await client.until(() => client.events.length > 0);
  const [event] = client.events;
  assert.equal(event?.data.kind, "snapshot");
  assert.equal(event?.seq, seq);
  const run1 = event?.data.kind === "snapshot" && "run" in event.data ? event.data.run : undefined;
  assert.equal(run1?.state, "completed");
  assert.equal(run1?.nodes.find(({ node }) => node === "same")?.counts.completed, items);
  await client.close();
});

Deno.test("KeyedTopic tells a reader that comes back what it missed, and a stranger a snapshot", async () => {
  await using rig = await UiRig.start({ extensions: [streaming] });
  const client = await rig.connect();
  await client.subscribe("runs");
  await client.until(() => client.of("runs").length === 1);
  const first = await start(rig, many(3));
  await client.until(() =>
    client.of("runs").some(({ data }) => data.kind === "run" && data.run.state === "completed")
  );
  const { seq } = client.of("runs").at(-1) as StreamEvent;
  const { epoch } = client;
  await client.close();
  const second = await start(rig, many(4));
  await ended(rig, second);
  const back = await rig.connect();
  assert.equal((await back.subscribe("runs", { seq, epoch })).how, "resumed");
  await back.until(() => back.of("runs").some(({ data }) => data.kind === "run" && data.run.run === second));
  assert.ok(back.of("runs").every(({ data }) => data.kind === "run" && data.run.run !== first));
  assert.equal((await back.subscribe("runs", { seq, epoch: "another" })).how, "snapshot");
  await back.close();
});

Deno.test("Connection ends what sends no frame it knows, and refuses topics there are not", async () => {
  await using rig = await UiRig.start();
  const cases: readonly (readonly [string | Uint8Array<ArrayBuffer>, number])[] = [
    ["no json", 1007],
    ["[]", 1007],
    ['{"type":"shout"}', 1008],
    ['{"type":"subscribe"}', 1008],
    ['{"type":"subscribe","topic":"runs","after":{"seq":"1"}}', 1008],
    ['{"type":"ack","frame":5}', 1008],
    ['{"type":"request","id":"a"}', 1008],
    [new Uint8Array([1, 2, 3]), 1003],
    [`"${"x".repeat(1024 * 1024)}"`, 1009],
  ];
  for (const [message, code] of cases) {
    const client = await rig.connect();
    client.sendText(message);
    await client.until(() => client.closed !== undefined);
    assert.equal(client.closed?.code, code, String(message).slice(0, 60));
  }
  const client = await rig.connect();
  for (const topic of ["nothing", "run:nothing", "run:r00000000000000", "text:x", "__proto__:x"]) {
    await assert.rejects(client.subscribe(topic as "runs"), /refused/, topic);
  }
  await assert.rejects(client.request("text.close", { buffer: 1 }), /no text core/);
  assert.equal(client.closed, undefined);
  await client.close();
  assert.deepEqual(rig.errors, []);
});

Deno.test("RunTopic reads on in a log that another process writes", async () => {
  await using rig = await UiRig.start();
  // As another process would: through the store alone.
  const run = "r0mabcdefaaaaaa";
  const { runId } = await import("../../../core/ids.ts");
  const id = runId(`${run}0`.slice(0, 16));
  await rig.pit.dag.create({ run: id, workflow: "elsewhere", state: "running", startedAt: Date.now() });
  await rig.pit.dag.append(id, 0, [{ type: "run.started", at: 1 }]);
  const client = await rig.connect();
  await client.subscribe("runs");
  await client.subscribe(`run:${id}`, { seq: -1 });
  await client.until(() => loggedIn(client.events).length === 1);
  await rig.pit.dag.append(id, 1, [{ type: "run.paused", at: 2, reason: "there" }]);
  await client.until(() => loggedIn(client.events).length === 2);
  await client.until(() =>
    client.of("runs").some(({ data }) =>
      data.kind === "run" && data.run.run === id && data.run.state === "paused"
    )
  );
  await client.close();
});
