import assert from "node:assert/strict";
import { extensionId } from "../../../core/ids.ts";
import { noUi } from "../../../core/motif/contributions.ts";
import type { MotifPort } from "../../../core/ports/motif.ts";
import { UiRig } from "./ui_rig.ts";

const clock = extensionId("acme/clock");
const assets: Readonly<Record<string, string>> = {
  "face.html": "<p>tick</p>",
  "face.js": "1;",
  "wind.workflow.jsonc":
    '{ "schema": 1, "id": "wind", "name": "Wind", "nodes": { "rest": { "use": "control/wait", "for": "1ms" } } }',
};

/** A motif that counts how often it is clicked. */
const motifs: MotifPort = {
  contributions: () =>
    Promise.resolve([{
      ...noUi,
      extension: clock,
      title: "Clock",
      version: "1.0.0",
      settings: {},
      templates: [
        { title: "Wind it", description: "Once a day", file: "wind.workflow.jsonc" },
        { title: "Lost", description: "Its file is not there", file: "lost.workflow.jsonc" },
      ],
    }]),
  render: ({ view, state, event }) => {
    if (view !== "clock/face") {
      return Promise.resolve({ ok: false, failure: { class: "unavailable", message: `no view ${view}` } });
    }
    const count = Number(state ?? 0) + (event === undefined ? 0 : 1);
    return Promise.resolve(
      {
        ok: true,
        tree: { is: "text", props: { text: `${count}` }, children: [], on: {} },
        state: count,
        problems: [],
      } as const,
    );
  },
  command: ({ input }) => Promise.resolve({ ok: true, output: input }),
  asset: (extension, name) => {
    const text = extension === clock && Object.hasOwn(assets, name) ? assets[name] : undefined;
    return Promise.resolve(text === undefined ? undefined : new TextEncoder().encode(text));
  },
};

Deno.test("the API shows views and carries commands of motifs out; a failure is an answer", async () => {
  await using rig = await UiRig.start({ motifs });
  assert.deepEqual((await rig.call("GET /motifs")).value.map(({ extension }) => extension), [clock]);
  const ask = (body: object) => rig.call("POST /motifs/views", { body });
  const first = await ask({ extension: clock, view: "clock/face", props: {} });
  assert.equal(first.status, 200, JSON.stringify(first.value));
  assert.ok(first.value.ok && first.value.state === 0);
  const other = await ask({ extension: clock, view: "clock/back", props: {} });
  assert.ok(!other.value.ok && other.value.failure.class === "unavailable");
  const command = await rig.call("POST /motifs/commands", {
    body: { extension: clock, command: "clock/wind", input: { turns: 3 } },
  });
  assert.deepEqual(command.value, { ok: true, output: { turns: 3 } });
  assert.equal((await ask({ extension: "no id", view: "a/b", props: {} })).status, 400);
});

Deno.test("frameResponse() serves what an extension lists, on its own origin and into a sandbox", async () => {
  await using rig = await UiRig.start({ motifs });
  const { value } = await rig.call("GET /server");
  const get = async (path: string, headers: Record<string, string> = {}) => {
    const response = await fetch(`${value.frames}${path}`, { headers });
    return { status: response.status, text: await response.text(), headers: response.headers };
  };
  // As a frame of the page is asked for.
  const page = await get("/acme/clock/face.html", {
    "sec-fetch-site": "same-site",
    "sec-fetch-dest": "iframe",
  });
  assert.deepEqual([page.status, page.text], [200, "<p>tick</p>"]);
  assert.equal(page.headers.get("content-type"), "text/html; charset=utf-8");
  const csp = page.headers.get("content-security-policy") ?? "";
  assert.match(csp, /^sandbox allow-scripts;/);
  assert.ok(csp.includes(`frame-ancestors http://127.0.0.1:${rig.port}`), csp);
  for (
    const path of [
      "/acme/clock/",
      "/acme/clock/../../etc/passwd",
      "/acme/other/face.html",
      "/acme",
      "/",
      "/A/b/c",
    ]
  ) {
    assert.equal((await get(path)).status, 404, path);
  }
  assert.equal((await get("/acme/clock/face.html", { "sec-fetch-site": "cross-site" })).status, 403);
  // What the page loads comes from no origin; anything but its parts is a stranger's request.
  const part = { "sec-fetch-site": "cross-site", origin: "null" };
  const script = await get("/acme/clock/face.js", { ...part, "sec-fetch-dest": "script" });
  assert.deepEqual([script.status, script.headers.get("access-control-allow-origin")], [200, null]);
  for (const dest of ["empty", "document", "worker", "object"]) {
    assert.equal((await get("/acme/clock/face.js", { ...part, "sec-fetch-dest": dest })).status, 403, dest);
  }
  // Without the secret of this start there is nothing, whoever asks.
  const { origin, pathname } = new URL(value.frames);
  assert.match(pathname, /^\/[\w-]{43}$/);
  for (const path of ["", "/", `/${"x".repeat(43)}`]) {
    const response = await fetch(`${origin}${path}/acme/clock/face.js`, {
      headers: { "sec-fetch-dest": "script" },
    });
    await response.body?.cancel();
    assert.equal(response.status, 404, path);
    const foreign = await fetch(`${origin}${path}/acme/clock/face.js`, {
      headers: { ...part, "sec-fetch-dest": "script" },
    });
    await foreign.body?.cancel();
    assert.equal(foreign.status, 403, path);
  }
});

Deno.test("templates of extensions are listed, shown and instantiated; one without its file is left out", async () => {
  await using rig = await UiRig.start({ motifs });
  const { value: lines } = await rig.call("GET /templates");
  const brought = lines.filter(({ from }) => from === "Clock");
  assert.deepEqual(brought.map(({ id, name, nodes }) => [id, name, nodes]), [[
    "acme.clock.wind",
    "Wind it",
    1,
  ]]);
  const detail = await rig.call("GET /templates/{id}", { path: "/templates/acme.clock.wind" });
  assert.match(detail.value.text, /control\/wait/);
  const made = await rig.call("POST /templates/{id}/instantiate", {
    path: "/templates/acme.clock.wind/instantiate",
    body: { file: "wind.workflow.jsonc", name: "My clock" },
  });
  assert.equal(made.status, 200, JSON.stringify(made.value));
  assert.match(made.value.text, /"My clock"/);
  const started = await rig.call("POST /runs", { body: { workflow: { template: "acme.clock.wind" } } });
  assert.equal(started.status, 201, JSON.stringify(started.value));
});
