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

  /** Answers subscriptions at once. */
  answers = true;

  send(text: string): void {
    const frame = JSON.parse(text) as ClientFrame;
    this.sent.push(frame);
    if (frame.type === "subscribe" && this.answers) this.subscribed(frame.id);
  }

  subscribed(id = 0): void {
    this.say({ type: "subscribed", topic: "runs", how: "snapshot", seq: 0, id });
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
  assert.deepEqual(last().sent, [{ type: "subscribe", topic: "runs", id: 1 }]);
  last().events(1, 5, 6);
  last().close();
  assert.equal(live.state.value, "lost");
  live.retry();
  last().welcome();
  assert.equal(sockets.length, 2);
  assert.deepEqual(last().sent, [{ type: "subscribe", topic: "runs", id: 2, after: { epoch: "e", seq: 6 } }]);
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

Deno.test("LiveConnection gives a late subscriber its own beginning, and nothing of what was under way for another", () => {
  const { live, last } = rig();
  live.open();
  last().welcome();
  const heard: Record<"first" | "late" | "again", number[]> = { first: [], late: [], again: [] };
  const listen = (who: keyof typeof heard) =>
    live.subscribe("runs", { after: { seq: -1 }, onEvent: (_event, { seq }) => heard[who].push(seq) });
  const leave = listen("first");
  last().events(1, 500);
  last().answers = false;
  const leaveLate = listen("late");
  last().events(2, 501, 502); // They were sent before the server heard of the second.
  assert.deepEqual(heard, { first: [500, 501, 502], late: [], again: [] });
  // A drop before the answer: it is asked again for the whole, not behind what the first has heard.
  last().close();
  live.retry();
  last().welcome();
  assert.deepEqual(last().sent.at(-1), { type: "subscribe", topic: "runs", id: 3, after: { seq: -1 } });
  last().events(3, 0, 1);
  assert.deepEqual(heard.late, [0, 1]);
  // Everybody leaves and one comes back, before anything of that is answered.
  last().answers = false;
  leave();
  leaveLate();
  listen("again");
  last().subscribed(3);
  last().events(4, 2);
  assert.deepEqual(heard.again, []);
  last().subscribed(4);
  last().events(5, 0);
  assert.deepEqual(heard.again, [0]);
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
  // Whoever has left and come back is not told what became of the first.
  const problem = {
    type: "about:blank",
    title: "",
    status: 404,
    detail: "of the first",
    code: "not-found",
  } as const;
  last().answers = false;
  live.subscribe("runs", { onEvent: () => undefined })();
  live.subscribe("runs", { onEvent: () => undefined, onRefused: ({ detail }) => refused = detail });
  last().say({ type: "refused", topic: "runs", problem, id: 2 });
  assert.equal(refused, "There is no run");
  const asked = live.request("list" as never, {} as never);
  last().close();
  await assert.rejects(asked, LiveError);
  live.close();
});
