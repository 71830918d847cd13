import assert from "node:assert/strict";
import { extensionId } from "../../../core/ids.ts";
import type { MotifPort } from "../../../core/ports/motif.ts";
import { UiRig } from "./ui_rig.ts";

const clock = extensionId("acme/clock");

/** A motif that counts how often it is clicked. */
const motifs: MotifPort = {
  contributions: () => Promise.resolve([]),
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
  asset: (extension, name) =>
    Promise.resolve(
      extension === clock && name === "face.html" ? new TextEncoder().encode("<p>tick</p>") : undefined,
    ),
};

Deno.test("the API shows views and carries commands of motifs out; a failure is an answer", async () => {
  await using rig = await UiRig.start({ motifs });
  assert.deepEqual((await rig.call("GET /motifs")).value, []);
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
});
