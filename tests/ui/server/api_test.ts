import assert from "node:assert/strict";
import fc from "fast-check";
import { apiSchemas, SCHEMAS_FILE } from "../../../build/api_schemas.ts";
import { openApi } from "../../../ui/server/http/docs.ts";
import { isObject, type JsonObject, own } from "../../../core/json.ts";
import { UiRig, until } from "./ui_rig.ts";

const small = `// A small one.
{
  "schema": 1,
  "id": "small",
  "name": "Small", // Its name.
  "version": "1.0.0",
  "inputs": { "text": { "type": "string" } },
  "nodes": {
    /* Shouts. */
    "shout": { "use": "trial/shout", "in": { "text": "inputs.text" } },
    "ask": { "use": "control/gate", "question": "Go on?", "after": "shout" },
    "again": { "use": "trial/shout", "in": { "text": "shout.text" }, "after": "ask.approved" }
  },
  "outputs": { "loud": "again.text" }
}
`;

Deno.test("schemas.json is what the types of the contract say", async () => {
  assert.equal(await Deno.readTextFile(SCHEMAS_FILE), apiSchemas(), "run: deno task schemas");
});

Deno.test("openApi() describes every route, and all that it refers to is there", () => {
  const document = openApi("1.2.3");
  assert.equal(own(document["info"], "version"), "1.2.3");
  const schemas = own(document["components"], "schemas");
  const paths = document["paths"];
  assert.ok(isObject(paths) && isObject(schemas));
  let operations = 0;
  for (const [path, methods] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(methods as JsonObject)) {
      operations++;
      assert.ok(own(operation, "summary"), `${method} ${path}`);
      for (const [, name = ""] of path.matchAll(/\{(\w+)\}/g)) {
        assert.match(
          JSON.stringify(own(operation, "parameters")),
          new RegExp(`"name":"${name}","in":"path"`),
        );
      }
    }
  }
  assert.ok(operations >= 60, String(operations));
  const text = JSON.stringify(document);
  for (const [, name = ""] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
    assert.ok(name in schemas, name);
  }
  assert.ok(!text.includes("#/definitions/"));
});

Deno.test("a run that is about to stop is resumed, answered and retried in the same breath", async () => {
  await using rig = await UiRig.start();
  const { dag } = rig.pit;
  const summarize = dag.summarize.bind(dag);
  /** What the log says, and its process has not yet got over. */
  const lingering = async (path: string, body: object, first: () => Promise<string>) => {
    const over = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    dag.summarize = async (summary) => {
      if (summary.state !== "running") {
        reached.resolve();
        await over.promise;
      }
      await summarize(summary);
    };
    const run = await first();
    await reached.promise;
    dag.summarize = summarize;
    const answer = rig.call("POST /runs/{run}/commands", { path: `/runs/${run}/${path}`, body });
    // The request is with the run before the run is let go.
    await new Promise((resolve) => setTimeout(resolve, 50));
    over.resolve();
    const { status, value } = await answer;
    assert.equal(status, 200, JSON.stringify(value));
    return run;
  };
  const start = async (nodes: object) => {
    const text = JSON.stringify({ schema: 1, id: "brief", version: "1.0.0", nodes });
    return (await rig.call("POST /runs", { body: { workflow: { text } } })).value.run;
  };
  const stay = { stay: { use: "trial/stay" } };
  const command = (run: string, body: object) =>
    rig.call("POST /runs/{run}/commands", { path: `/runs/${run}/commands`, body });
  const state = async (run: string) =>
    (await rig.call("GET /runs/{run}", { path: `/runs/${run}` })).value.state;
  const eventsOf = async (run: string) =>
    (await rig.call("GET /runs/{run}/events", { path: `/runs/${run}/events` })).value.events;
  const pause = async () => {
    const run = await start(stay);
    await command(run, { type: "pause", reason: "a look" });
    return run;
  };
  for (const way of ["commands", "resume"]) {
    const run = await lingering(
      way,
      way === "resume" ? {} : { type: "resume", budget: { timeMs: 3_600_000 } },
      pause,
    );
    await until(async () => await state(run) === "running");
    const resumed = (await eventsOf(run)).find((event) => event.type === "run.resumed");
    assert.equal(resumed?.budget?.timeMs, way === "resume" ? undefined : 3_600_000);
    await command(run, { type: "cancel", reason: "seen" });
    await until(async () => await state(run) === "cancelled");
  }
  const gate = { ask: { use: "control/gate", question: "Go on?" } };
  const asked = await lingering("approve", { node: "ask", approved: true }, () => start(gate));
  await until(async () => await state(asked) === "completed");
  const failing = { fail: { use: "trial/fail" } };
  const retried = await lingering("commands", { type: "retry-node", node: "fail" }, () => start(failing));
  assert.ok((await eventsOf(retried)).some(({ type }) => type === "nodes.reset"));
});

Deno.test("the API runs a workflow: start, gate, approve, values, timeline, events, past and present alike", async () => {
  await using rig = await UiRig.start();
  rig.write("small.workflow.jsonc", small);
  const started = await rig.call("POST /runs", {
    body: { workflow: { file: "small.workflow.jsonc" }, inputs: { text: "hello" } },
  });
  assert.equal(started.status, 201);
  const { run } = started.value;
  assert.equal(started.headers.get("location"), `/api/v1/runs/${run}`);
  const detail = async () => (await rig.call("GET /runs/{run}", { path: `/runs/${run}` })).value;
  await until(async () => (await detail()).asking.length === 1);
  const asking = await detail();
  assert.deepEqual(asking.asking.map(({ node, for: what }) => [node, what.kind]), [["ask", "approval"]]);
  assert.equal(asking.isAsking, true);
  const values = await rig.call("GET /runs/{run}/values/{node}", { path: `/runs/${run}/values/shout` });
  assert.deepEqual(values.value.output, { text: "HELLO" });
  const wrong = await rig.refused("POST /runs/{run}/commands", {
    path: `/runs/${run}/commands`,
    body: { type: "retry-node", node: "shout" },
  });
  assert.equal(wrong.status, 409);
  assert.equal(wrong.code, "refused");
  assert.ok(Array.isArray(wrong.legal));
  const approved = await rig.call("POST /runs/{run}/approve", {
    path: `/runs/${run}/approve`,
    body: { node: "ask", approved: true, comment: "yes" },
  });
  assert.deepEqual(approved.value, { status: "applied" });
  await until(async () => (await detail()).state === "completed");
  const past = await detail();
  assert.equal(past.driver, "ended");
  assert.deepEqual(past.nodes.map(({ node, state }) => [node, state]), [["shout", "completed"], [
    "ask",
    "completed",
  ], [
    "again",
    "completed",
  ]]);
  const { value: timeline } = await rig.call("GET /runs/{run}/timeline", { path: `/runs/${run}/timeline` });
  assert.deepEqual(timeline.criticalPath.map(({ node }) => node), ["shout", "ask", "again"]);
  assert.ok(timeline.spans.every(({ endedAt }) => endedAt !== undefined));
  const { value: kept } = await rig.call("GET /runs/{run}/definition", { path: `/runs/${run}/definition` });
  assert.deepEqual(kept.graph.edges.map(({ from, to, kind }) => `${from} ${kind} ${to}`), [
    "shout order ask",
    "shout needs again",
    "ask needs again",
  ]);
  const events = await rig.call("GET /runs/{run}/events", { path: `/runs/${run}/events?last=1` });
  assert.equal(events.value.events[0]?.type, "run.completed");
  const page = await rig.call("GET /runs/{run}/events", { path: `/runs/${run}/events?limit=2` });
  assert.deepEqual([page.value.events.length, page.value.next], [2, 2]);
  const { value: list } = await rig.call("GET /runs", { path: "/runs?state=completed" });
  assert.deepEqual(list.runs.map((line) => line.run), [run]);
  assert.deepEqual((await rig.call("GET /runs", { path: "/runs?state=failed" })).value.runs, []);
  assert.deepEqual(rig.errors, []);
});

Deno.test("the API names place, found and right of what it cannot read", async () => {
  await using rig = await UiRig.start();
  const cases: readonly (readonly [Parameters<UiRig["refused"]>, number, RegExp])[] = [
    [["POST /runs", { body: {} }], 400, /body\.workflow: found nothing/],
    [["POST /runs", { body: { workflow: { file: 3 } } }], 400, /body\.workflow/],
    [
      ["POST /runs", { body: { workflow: { text: "{}" }, speed: 1 } }],
      400,
      /body\.speed: found an unknown name/,
    ],
    [["POST /runs", { body: { workflow: { text: "{}" } } }], 422, /line 1/],
    [
      ["POST /runs", { body: { workflow: { file: "../outside.workflow.jsonc" } } }],
      400,
      /outside the workspace/,
    ],
    [["POST /runs", { body: { workflow: { file: "no.workflow.jsonc" } } }], 404, /no such file/],
    [["POST /runs", { body: { workflow: { template: "no" } } }], 404, /template "no"/],
    [["GET /runs", { path: "/runs?limit=many" }], 400, /query\.limit: found "many", expected number/],
    [["GET /runs", { path: "/runs?state=done" }], 400, /query\.state/],
    [["GET /runs", { path: "/runs?colour=red" }], 400, /query\.colour/],
    [["GET /runs/{run}", { path: "/runs/nothing" }], 400, /run id "nothing"/],
    [["GET /runs/{run}", { path: "/runs/r00000000000000a" }], 404, /Cannot find run/],
    [["GET /artifacts/{id}", { path: `/artifacts/${"0".repeat(64)}` }], 404, /Cannot find artifact/],
    [["GET /workflow", { path: "/workflow" }], 400, /query\.file: found nothing/],
    [["PUT /workflow", { path: "/workflow?file=a.workflow.jsonc", body: { text: "" } }], 428, /If-Match/],
    [["GET /server", { path: "/nothing" }], 404, /no such route/],
    [["PUT /grants", { body: { extension: "a/b" } }], 400, /body\.permission/],
    [["DELETE /grants", { path: "/grants?extension=a%2Fb&permission=git" }], 404, /was not granted/],
    [["GET /metrics/series", { path: "/metrics/series?name=clients&from=2&to=1" }], 400, /after query\.from/],
  ];
  for (const [[route, options], status, pattern] of cases) {
    const problem = await rig.refused(route, options);
    assert.equal(problem.status, status, `${route} ${JSON.stringify(options)}: ${JSON.stringify(problem)}`);
    assert.match(problem.detail, pattern);
    assert.equal(problem.type, "about:blank");
  }
  const broken = await fetch(`${rig.origin}/api/v1/workflows/check`, {
    method: "POST",
    headers: { cookie: rig.cookie, origin: rig.origin, "content-type": "application/json" },
    body: "{",
  });
  assert.equal(broken.status, 400);
  assert.equal(broken.headers.get("content-type"), "application/problem+json");
  assert.match(await broken.text(), /Cannot read the body/);
  assert.deepEqual(rig.errors, []);
});

Deno.test("whatever JSON the routes are given, the answer is a problem or an answer, never a bug", async () => {
  await using rig = await UiRig.start();
  rig.write("small.workflow.jsonc", small);
  const routes = [
    "POST /runs",
    "POST /workflows/check",
    "POST /workflows/edit",
    "POST /workflows/compose",
    "PUT /grants",
    "PUT /workflow",
  ] as const;
  const likely = fc.record({
    workflow: fc.oneof(fc.jsonValue(), fc.record({ text: fc.string(), file: fc.string() })),
    text: fc.oneof(fc.string(), fc.constant(small)),
    file: fc.string(),
    edits: fc.array(
      fc.record({ path: fc.array(fc.oneof(fc.string(), fc.integer())), value: fc.jsonValue() }),
    ),
    inputs: fc.jsonValue(),
    extension: fc.string(),
    permission: fc.string(),
    goal: fc.string(),
  }, { requiredKeys: [] });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...routes), fc.oneof(fc.jsonValue(), likely), async (route, body) => {
      const path = route === "PUT /workflow" ? "/workflow?file=small.workflow.jsonc" : undefined;
      const { status, value } = await rig.call(route, {
        body,
        headers: { "if-match": '"x"' },
        ...path === undefined ? {} : { path },
      });
      assert.notEqual(status, 500, JSON.stringify(value));
      if (status >= 400) assert.ok("detail" in (value as object));
    }),
    { numRuns: 150, seed: 7 },
  );
  assert.deepEqual(rig.errors, []);
});

Deno.test("the API steers runs: mock data, pinned outputs, breakpoints and steps", async () => {
  await using rig = await UiRig.start();
  const text = JSON.stringify({
    schema: 1,
    id: "steered",
    version: "1.0.0",
    nodes: {
      first: { use: "trial/shout", with: { text: "a" } },
      second: { use: "trial/shout", in: { text: "first.text" } },
      third: { use: "trial/fail", after: "second" },
    },
  });
  const start = async (more: object) =>
    (await rig.call("POST /runs", { body: { workflow: { text }, ...more } })).value.run;
  const detail = async (run: string) => (await rig.call("GET /runs/{run}", { path: `/runs/${run}` })).value;
  const output = async (run: string, node: string) =>
    (await rig.call("GET /runs/{run}/values/{node}", { path: `/runs/${run}/values/${node}` })).value.output;

  const mocked = await start({ mock: true });
  await until(async () => (await detail(mocked)).state === "completed");
  assert.equal((await detail(mocked)).isMock, true);
  assert.deepEqual(await output(mocked, "second"), { text: "mock text" });
  const lines = async () => (await rig.call("GET /runs")).value.runs.map(({ run, isMock }) => [run, isMock]);
  assert.deepEqual(await lines(), [[mocked, true]]);

  const both = await start({ mock: true, breakpoints: ["second"] });
  await until(async () => (await detail(both)).held.includes("second"));
  await rig.call("POST /runs/{run}/commands", { path: `/runs/${both}/commands`, body: { type: "continue" } });
  await until(async () => (await detail(both)).state === "completed");
  assert.deepEqual(
    await output(both, "second"),
    { text: "mock text" },
    "what a breakpoint held is made up too",
  );

  const pinned = await start({ pins: { second: { text: "given" }, third: {} } });
  await until(async () => (await detail(pinned)).state === "completed");
  assert.deepEqual(await output(pinned, "first"), { text: "A" });
  assert.deepEqual((await lines())[0], [pinned, false]);
  assert.deepEqual(await output(pinned, "second"), { text: "given" });
  assert.equal((await detail(pinned)).nodes.find(({ node }) => node === "second")?.reused?.how, "pinned");
  const again = await start({ from: { run: pinned, node: "second" }, pins: { third: {} } });
  await until(async () => (await detail(again)).state === "completed");
  assert.equal((await detail(again)).nodes.find(({ node }) => node === "first")?.reused?.how, "kept");
  assert.deepEqual(await output(again, "second"), { text: "A" });
  const odd = await rig.refused("POST /runs", {
    body: { workflow: { text }, pins: { second: { text: 3 } } },
  });
  assert.match(odd.detail, /body\.pins\.second\.text: found 3|body\.pins\.second/);

  const stopped = await start({ breakpoints: ["first"], pins: { third: {} } });
  await until(async () => (await detail(stopped)).held.includes("first"));
  const go = (step: boolean) =>
    rig.call("POST /runs/{run}/commands", {
      path: `/runs/${stopped}/commands`,
      body: { type: "continue", step },
    });
  await go(true);
  await until(async () => (await detail(stopped)).held.includes("second"));
  await go(false);
  await until(async () => (await detail(stopped)).state === "completed");
  assert.equal((await go(false)).status, 409);
  const unknown = await rig.refused("POST /runs", { body: { workflow: { text }, breakpoints: ["fourth"] } });
  assert.match(unknown.detail, /body\.breakpoints\.fourth/);
});

Deno.test("FailureBook groups failures by cause with stack, input and what was tried", async () => {
  await using rig = await UiRig.start();
  const text = JSON.stringify({
    schema: 1,
    id: "failing",
    version: "1.0.0",
    nodes: { fail: { use: "trial/fail" } },
  });
  for (let at = 0; at < 3; at++) {
    const { value } = await rig.call("POST /runs", { body: { workflow: { text } } });
    await until(async () =>
      (await rig.call("GET /runs/{run}", { path: `/runs/${value.run}` })).value.state === "failed"
    );
  }
  const { value: groups } = await rig.call("GET /failures");
  assert.deepEqual(groups.map(({ count, runs, nodeType, state }) => [count, runs, nodeType, state]), [
    [3, 3, "trial/fail", "open"],
  ]);
  const path = `/failures/${groups[0]?.fingerprint}`;
  const { value: detail } = await rig.call("GET /failures/{fingerprint}", { path });
  assert.equal(detail.occurrences.length, 3);
  const [newest] = detail.occurrences;
  assert.equal(newest?.isRetryable, true);
  assert.match(newest?.failure.message ?? "", /nothing can be done/);
  await until(async () =>
    (await rig.call("GET /failures/{fingerprint}", { path })).value.occurrences[0]?.input !== undefined
  );
  await rig.call("PATCH /failures/{fingerprint}", { path, body: { state: "resolved" } });
  assert.deepEqual((await rig.call("GET /failures", { path: "/failures?state=open" })).value, []);
});
