import assert from "node:assert/strict";
import type { LoggedEvent } from "../../../core/ports/dag.ts";
import type { Position, StreamEvent } from "../../../ui/api/mod.ts";
import { EventClient } from "./event_client.ts";
import { call, Program, sessionAt } from "./program.ts";
import { until } from "./ui_rig.ts";

function loggedIn(events: readonly StreamEvent[]): LoggedEvent[] {
  return events.flatMap(({ data }) => data.kind === "event" && "event" in data ? [data.event] : []);
}

/** A chain of waits, so that there is time to do something to it. */
const chain = (steps: number, ms: number) =>
  JSON.stringify({
    schema: 1,
    id: "chain",
    version: "1.0.0",
    nodes: Object.fromEntries(
      Array.from({ length: steps }, (_, at) => [`step${at}`, {
        use: "control/wait",
        for: `${ms}ms`,
        ...at === 0 ? {} : { after: `step${at - 1}` },
      }]),
    ),
  });

Deno.test("a server that is killed goes on with its runs when it is started again, and its clients with their streams", async () => {
  const data = await Deno.makeTempDir({ prefix: "symphony-ui-kill-" });
  const words = ["serve", "--data", data, "--workspace", data];
  try {
    let session;
    let run = "";
    let after: Position;
    const seen: LoggedEvent[] = [];
    {
      await using server = new Program(words);
      session = await sessionAt(await server.line());
      const started = await call(session, "POST /runs", { workflow: { text: chain(6, 250) } });
      run = started.run;
      const client = await EventClient.connect(session.port, session.cookie);
      await client.subscribe(`run:${run}`, { seq: -1 });
      await client.until(() =>
        loggedIn(client.events).filter(({ type }) => type === "node.completed").length >= 2
      );
      await server.kill("SIGKILL");
      await client.until(() => client.closed !== undefined);
      seen.push(...loggedIn(client.events));
      after = { seq: seen.at(-1)?.seq ?? -1, epoch: client.epoch };
    }
    await using server = new Program(words);
    const address = await server.line();
    assert.equal(Number(new URL(address).port), session.port, "the port is the one that open pages know");
    // The session of before, as an open page has it.
    const client = await EventClient.connect(session.port, session.cookie);
    const { how } = await client.subscribe(`run:${run}`, after);
    assert.equal(how, "resumed");
    await client.until(() => loggedIn(client.events).some(({ type }) => type === "run.completed"), 20_000);
    seen.push(...loggedIn(client.events));
    assert.deepEqual(seen.map(({ seq }) => seq), seen.map((_event, at) => at));
    const completed = seen.flatMap((event) => event.type === "node.completed" ? [event.node as string] : []);
    assert.deepEqual(completed, ["step0", "step1", "step2", "step3", "step4", "step5"]);
    await client.close();
    const status = await server.kill("SIGINT");
    assert.equal(status.code, 130);
  } finally {
    await Deno.remove(data, { recursive: true });
  }
});

Deno.test("a run of another process is listed and watched live, takes commands, and a second server gives an address of the first", async () => {
  const data = await Deno.makeTempDir({ prefix: "symphony-ui-two-" });
  try {
    await Deno.writeTextFile(`${data}/chain.workflow.jsonc`, chain(60, 100));
    const words = ["serve", "--data", data, "--workspace", data];
    await using server = new Program(words);
    const session = await sessionAt(await server.line());
    await using second = new Program(words);
    const other = await sessionAt(await second.line());
    assert.equal(other.port, session.port);
    assert.equal((await second.child.status).code, 0);
    const client = await EventClient.connect(session.port, session.cookie);
    await client.subscribe("runs");
    await client.until(() => client.of("runs").length > 0);
    await using elsewhere = new Program(["run", `${data}/chain.workflow.jsonc`, "--data", data, "--json"]);
    let run = "";
    await client.until(() => {
      const line = client.of("runs").flatMap(({ data: said }) => said.kind === "run" ? [said.run] : []).at(
        -1,
      );
      run = line?.run ?? "";
      return line?.driver === "elsewhere";
    }, 20_000);
    await client.subscribe(`run:${run}` as const, { seq: -1 });
    await client.until(() =>
      loggedIn(client.events).filter(({ type }) => type === "node.completed").length >= 3
    );
    const left = await call(session, `POST /runs/${run}/commands`, { type: "cancel", reason: "seen enough" });
    assert.deepEqual(left, { status: "left" });
    await client.until(() => loggedIn(client.events).some(({ type }) => type === "run.cancelled"), 20_000);
    const events = loggedIn(client.events);
    assert.deepEqual(events.map(({ seq }) => seq), events.map((_event, at) => at));
    await until(async () => (await call(session, `GET /runs/${run}`)).driver === "ended");
    assert.equal((await elsewhere.child.status).code, 130);
    await client.close();
  } finally {
    await Deno.remove(data, { recursive: true });
  }
});
