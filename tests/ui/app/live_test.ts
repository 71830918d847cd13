import assert from "node:assert/strict";
import type { ClientFrame, ServerFrame, StreamEvent } from "../../../ui/api/mod.ts";
import { LiveConnection, LiveError, type Socket } from "../../../ui/app/state/live.ts";

/** The server's end of a connection, driven by the test. */
class FakeSocket implements Socket {
  onopen: Socket["onopen"] = null;
  onmessage: Socket["onmessage"] = null;
  onclose: Socket["onclose"] = null;
  onerror: Socket["onerror"] = null;
  readonly sent: ClientFrame[] = [];

  send(text: string): void {
    this.sent.push(JSON.parse(text) as ClientFrame);
  }

  close(): void {
    this.onclose?.call(undefined as never, undefined as never);
  }

  say(frame: ServerFrame): void {
    this.onmessage?.call(undefined as never, { data: JSON.stringify(frame) } as never);
  }

  welcome(): void {
    this.say({ type: "welcome", version: 1, epoch: "e", now: Date.now(), window: 4, heartbeatMs: 60_000 });
  }

  events(frame: number, ...seqs: readonly number[]): void {
    const events = seqs.map((seq): StreamEvent => ({
      topic: "runs",
      seq,
      at: 0,
      data: { kind: "snapshot", runs: [] },
    }));
    this.say({ type: "events", frame, events });
  }
}

function rig(): { live: LiveConnection; sockets: FakeSocket[]; last: () => FakeSocket } {
  const sockets: FakeSocket[] = [];
  const live = new LiveConnection(() => {
    const socket = new FakeSocket();
    sockets.push(socket);
    return socket;
  });
  return { live, sockets, last: () => sockets.at(-1) as FakeSocket };
}

Deno.test("LiveConnection subscribes again after a drop, behind the last event it has seen", () => {
  const { live, last, sockets } = rig();
  const seen: number[] = [];
  live.open();
  live.subscribe("runs", { onEvent: (_event, { seq }) => seen.push(seq) });
  last().welcome();
  assert.deepEqual(last().sent, [{ type: "subscribe", topic: "runs", ask: 1 }]);
  last().events(1, 5, 6);
  last().close();
  assert.equal(live.state.value, "lost");
  live.retry();
  last().welcome();
  assert.equal(sockets.length, 2);
  assert.deepEqual(last().sent, [{
    type: "subscribe",
    topic: "runs",
    after: { epoch: "e", seq: 6 },
    ask: 2,
  }]);
  last().events(1, 7);
  assert.deepEqual(seen, [5, 6, 7]);
  assert.equal(live.state.value, "open");
  live.close();
});

Deno.test("LiveConnection says at half a window which frames it has worked off", () => {
  const { live, last } = rig();
  live.open();
  live.subscribe("runs", { onEvent: () => undefined });
  last().welcome();
  last().events(1, 0);
  assert.equal(last().sent.some(({ type }) => type === "ack"), false);
  last().events(2, 1);
  assert.deepEqual(last().sent.at(-1), { type: "ack", frame: 2 });
  live.close();
});

Deno.test("LiveConnection tells a later reader only what comes after the answer to its own question", () => {
  const { live, last } = rig();
  const [first, second]: number[][] = [[], []];
  live.open();
  last().welcome();
  const answer = (how: "resumed" | "snapshot") => {
    const asked = last().sent.findLast(({ type }) => type === "subscribe");
    assert.ok(asked?.type === "subscribe" && asked.ask !== undefined);
    last().say({ type: "subscribed", topic: "runs", how, seq: 9, ask: asked.ask });
  };
  live.subscribe("runs", { onEvent: (_event, { seq }) => first?.push(seq) });
  answer("resumed");
  last().events(1, 7);
  live.subscribe("runs", { after: { seq: -1 }, onEvent: (_event, { seq }) => second?.push(seq) });
  // On its way before the server knew of the second reader.
  last().events(2, 8);
  last().say({ type: "subscribed", topic: "runs", how: "resumed", seq: 9, ask: 0 });
  last().events(3, 9);
  assert.deepEqual([first, second], [[7, 8, 9], []]);
  answer("resumed");
  last().events(4, 0, 1);
  assert.deepEqual([first, second], [[7, 8, 9, 0, 1], [0, 1]]);
  // Lost before the answer: it is asked for from where the later reader wanted it.
  live.subscribe("runs", { after: { seq: -1 }, onEvent: () => undefined });
  last().events(5, 2);
  last().close();
  live.retry();
  last().welcome();
  const again = last().sent.findLast(({ type }) => type === "subscribe");
  assert.deepEqual(again?.type === "subscribe" && again.after, { seq: -1 });
  live.close();
});

Deno.test("LiveConnection unsubscribes with the last listener, and answers pings", () => {
  const { live, last } = rig();
  live.open();
  last().welcome();
  const first = live.subscribe("metrics", { onEvent: () => undefined });
  const second = live.subscribe("metrics", { onEvent: () => undefined });
  first();
  assert.equal(last().sent.some(({ type }) => type === "unsubscribe"), false);
  second();
  assert.deepEqual(last().sent.at(-1), { type: "unsubscribe", topic: "metrics" });
  last().say({ type: "ping" });
  assert.deepEqual(last().sent.at(-1), { type: "pong" });
  live.close();
});

Deno.test("LiveConnection refuses requests that lose their connection, and tells a topic that was refused", async () => {
  const { live, last } = rig();
  live.open();
  last().welcome();
  let refused = "";
  live.subscribe("run:none", { onEvent: () => undefined, onRefused: ({ detail }) => refused = detail });
  last().say({
    type: "refused",
    topic: "run:none",
    problem: {
      type: "about:blank",
      title: "Not Found",
      status: 404,
      detail: "There is no run",
      code: "not-found",
    },
  });
  assert.equal(refused, "There is no run");
  const asked = live.request("list" as never, {} as never);
  last().close();
  await assert.rejects(asked, LiveError);
  live.close();
});
