import assert from "node:assert/strict";
import fc from "fast-check";
import { checkWorkflow } from "../../../core/workflow/check.ts";
import { editedText } from "../../../ui/server/workflows/workflow_store.ts";
import { newRunId } from "../../../core/ids.ts";
import type { KeyedTopic } from "../../../ui/server/events/keyed_topic.ts";
import { FileWatch } from "../../../ui/server/workflows/file_watch.ts";
import { WorkspaceFiles } from "../../../ui/server/workspace_files.ts";
import { UiRig } from "./ui_rig.ts";

const small = `// What it is for.
{
  "schema": 1,
  "id": "small",
  "name": "Small", // Its name.
  "version": "1.0.0",
  "nodes": {
    /* Shouts. */
    "shout": { "use": "trial/shout", "with": { "text": "a" } },
    "again": { "use": "trial/shout", "in": { "text": "shout.text" } },
  },
}
`;
const FILE = "/workflow?file=small.workflow.jsonc";

Deno.test("WorkflowStore saves edits and keeps comments and layout outside what changed", async () => {
  await using rig = await UiRig.start();
  rig.write("small.workflow.jsonc", small);
  const { value: opened, headers } = await rig.call("GET /workflow", { path: FILE });
  assert.equal(opened.text, small);
  assert.equal(headers.get("etag"), `"${opened.hash}"`);
  assert.deepEqual(opened.problems, []);
  const { value: alone } = await rig.call("GET /workflow", { path: `${FILE}&textOnly=true` });
  assert.deepEqual([alone.text, alone.hash, alone.graph], [opened.text, opened.hash, undefined]);
  assert.deepEqual(opened.graph?.edges, [{
    from: "shout",
    fromPort: "text",
    to: "again",
    toPort: "text",
    kind: "needs",
  }]);
  const { status, value: saved } = await rig.call("PUT /workflow", {
    path: FILE,
    body: { edits: [{ path: ["nodes", "shout", "with", "text"], value: "b" }], message: "louder" },
    headers: { "if-match": `"${opened.hash}"` },
  });
  assert.equal(status, 200);
  assert.equal(saved.text, small.replace('"text": "a"', '"text": "b"'));
  assert.equal(await Deno.readTextFile(`${rig.folder}/small.workflow.jsonc`), saved.text);
  const { value: versions } = await rig.call("GET /workflow/versions", {
    path: "/workflow/versions?file=small.workflow.jsonc",
  });
  assert.deepEqual(versions.map(({ by, message }) => [by, message]), [["board", "louder"], ["outside", ""]]);
  const { value: first } = await rig.call("GET /workflow/versions/{hash}", {
    path: `/workflow/versions/${opened.hash}?file=small.workflow.jsonc`,
  });
  assert.equal(first.text, small);
});

Deno.test("WorkflowStore merges with what was changed elsewhere, and refuses what contradicts with all three texts", async () => {
  await using rig = await UiRig.start();
  rig.write("small.workflow.jsonc", small);
  const { value: opened } = await rig.call("GET /workflow", { path: FILE });
  const headers = { "if-match": `"${opened.hash}"` };
  rig.write("small.workflow.jsonc", small.replace('"Small", // Its name.', '"Smaller", // Its name.'));
  const merged = await rig.call("PUT /workflow", {
    path: FILE,
    body: { edits: [{ path: ["nodes", "shout", "with", "text"], value: "b" }] },
    headers,
  });
  assert.equal(merged.status, 200);
  assert.equal(merged.value.isMerged, true);
  assert.match(merged.value.text, /"Smaller"[\s\S]*"text": "b"/);
  const before = await Deno.readTextFile(`${rig.folder}/small.workflow.jsonc`);
  const problem = await rig.refused("PUT /workflow", {
    path: FILE,
    body: { edits: [{ path: ["nodes", "shout", "with", "text"], value: "c" }] },
    headers,
  });
  assert.equal(problem.status, 412);
  assert.equal(problem.code, "changed");
  assert.equal(problem.conflict?.base, small);
  assert.equal(problem.conflict?.current.text, before);
  assert.match(problem.conflict?.merged ?? "", /<<<<<<< yours[\s\S]*>>>>>>> in the file/);
  assert.equal(await Deno.readTextFile(`${rig.folder}/small.workflow.jsonc`), before);
});

Deno.test("WorkflowStore makes a new file once, renames it with its versions and removes it", async () => {
  await using rig = await UiRig.start();
  const path = "/workflow?file=deep/new.workflow.jsonc";
  const make = () =>
    rig.call("PUT /workflow", { path, body: { text: small }, headers: { "if-none-match": "*" } });
  assert.equal((await make()).status, 200);
  assert.equal((await make()).status, 412);
  const renamed = await rig.call("POST /workflow/rename", {
    path: "/workflow/rename?file=deep/new.workflow.jsonc",
    body: { to: "other.workflow.jsonc" },
  });
  assert.equal(renamed.value.file, "other.workflow.jsonc");
  const { value: list } = await rig.call("GET /workflows");
  assert.deepEqual(list.map(({ file, nodes, errors }) => [file, nodes, errors]), [[
    "other.workflow.jsonc",
    2,
    0,
  ]]);
  const other = "/workflow?file=other.workflow.jsonc";
  assert.equal(
    (await rig.call("DELETE /workflow", { path: other, headers: { "if-match": '"x"' } })).status,
    412,
  );
  const { hash } = renamed.value;
  assert.equal(
    (await rig.call("DELETE /workflow", { path: other, headers: { "if-match": `"${hash}"` } })).status,
    200,
  );
  assert.deepEqual((await rig.call("GET /workflows")).value, []);
  const { value: versions } = await rig.call("GET /workflow/versions", {
    path: "/workflow/versions?file=other.workflow.jsonc",
  });
  assert.equal(versions.length, 1);
});

Deno.test("WorkflowStore leaves a file alone that may only be read, and says why nothing can be written where it is", async (t) => {
  await using rig = await UiRig.start();
  const path = "/workflow?file=kept.workflow.jsonc";
  const { value: made } = await rig.call("PUT /workflow", {
    path,
    body: { text: small },
    headers: { "if-none-match": "*" },
  });
  assert.equal(made.isWritable, true);
  const save = (hash: string, file = "kept.workflow.jsonc") =>
    rig.refused("PUT /workflow", {
      path: `/workflow?file=${file}`,
      body: { text: small.replace("small", "other") },
      headers: { "if-match": `"${hash}"` },
    });
  const onDisk = `${rig.folder}/kept.workflow.jsonc`;
  await Deno.chmod(onDisk, 0o444);
  const { value: seen } = await rig.call("GET /workflow", { path });
  assert.equal(seen.isWritable, false);
  const refused = await save(seen.hash);
  assert.deepEqual([refused.status, refused.code], [403, "permission"]);
  assert.equal(refused.detail, 'Cannot write "kept.workflow.jsonc": it may only be read');
  assert.match(refused.hint ?? "", /another name/);
  assert.equal(await Deno.readTextFile(onDisk), small);
  assert.equal((await Deno.stat(onDisk)).mode! & 0o777, 0o444);
  // Beside a file, as if that were a folder.
  const inTheWay = await rig.refused("PUT /workflow", {
    path: "/workflow?file=kept.workflow.jsonc/x.workflow.jsonc",
    body: { text: small },
    headers: { "if-none-match": "*" },
  });
  assert.deepEqual([inTheWay.status, inTheWay.code], [500, "io"]);
  const names = await Array.fromAsync(Deno.readDir(rig.folder), ({ name }) => name);
  assert.deepEqual(names, ["kept.workflow.jsonc"], "no half a file is left");

  const folder = `${rig.folder}/still`;
  await Deno.mkdir(folder);
  const mount = async (...args: string[]) =>
    (await new Deno.Command("mount", { args, stderr: "null", stdout: "null" }).output().catch(() =>
      undefined
    ))
      ?.success === true;
  // A file system that may only be read binds everybody; making one takes rights that not every machine gives a test.
  const isMounted = Deno.build.os === "linux" && await mount("-t", "tmpfs", "-o", "size=1m", "none", folder);
  try {
    await t.step({
      name: "in a folder of a file system that may only be read",
      ignore: !isMounted,
      fn: async () => {
        await Deno.writeTextFile(`${folder}/in.workflow.jsonc`, small);
        assert.ok(await mount("-o", "remount,ro", folder));
        const { value } = await rig.call("GET /workflow", { path: "/workflow?file=still/in.workflow.jsonc" });
        assert.equal(value.isWritable, false);
        const { status, detail } = await save(value.hash, "still/in.workflow.jsonc");
        assert.deepEqual([status, detail], [
          403,
          'Cannot write "still/in.workflow.jsonc": its folder may only be read',
        ]);
      },
    });
  } finally {
    if (isMounted) await new Deno.Command("umount", { args: [folder] }).output();
  }
});

Deno.test("WorkflowStore reaches nothing outside the workspace, by no path and no link", async () => {
  await using rig = await UiRig.start();
  await Deno.writeTextFile(`${rig.data}/secret.workflow.jsonc`, small);
  await Deno.symlink(rig.data, `${rig.folder}/link`);
  for (
    const file of [
      "../data/secret.workflow.jsonc",
      `${rig.data}/secret.workflow.jsonc`,
      "link/secret.workflow.jsonc",
    ]
  ) {
    const path = `/workflow?file=${encodeURIComponent(file)}`;
    assert.equal((await rig.refused("GET /workflow", { path })).status, 400, file);
    const body = { text: "gone" };
    const put = await rig.refused("PUT /workflow", { path, body, headers: { "if-none-match": "*" } });
    assert.ok(put.status >= 400, file);
  }
  assert.equal(await Deno.readTextFile(`${rig.data}/secret.workflow.jsonc`), small);
});

Deno.test("FileWatch tells readers of a workflow file that was changed on the disk", async () => {
  await using rig = await UiRig.start();
  rig.write("small.workflow.jsonc", small);
  const client = await rig.connect();
  await client.subscribe("files");
  await client.until(() => client.events.length > 0);
  // The folders are being listed; what changes before they are watched is what the snapshot stands for.
  await new Promise((resolve) => setTimeout(resolve, 100));
  rig.write("small.workflow.jsonc", `${small}\n`);
  await client.until(() =>
    client.events.some(({ data }) =>
      data.kind === "changed" && "path" in data && data.path === "small.workflow.jsonc"
    )
  );
  await client.close();
});

Deno.test("FileWatch goes on when its readers leave amid a change and come back, and sees into folders made or moved here", async () => {
  await using rig = await UiRig.start();
  rig.write("small.workflow.jsonc", small);
  const seen: string[] = [];
  const files = new WorkspaceFiles(rig.folder);
  const topic = { publish: (path: string) => void seen.push(path) } as unknown as KeyedTopic;
  const watch = new FileWatch(files, topic, (_, error) => assert.fail(String(error)));
  /** Changes a file until it is told: nobody says from when on it is watched. */
  const told = async (path: string) => {
    for (let change = 0; !seen.includes(path); change++) {
      assert.ok(change < 500, `${path} is not told any more`);
      rig.write(path, `${small}${"\n".repeat(change)}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    seen.length = 0;
  };
  watch.watch(true);
  await told("small.workflow.jsonc");
  for (let round = 0; round < 3; round++) {
    rig.write("other.workflow.jsonc", `${small}${round}`); // It is being settled …
    await new Promise((resolve) => setTimeout(resolve, 15)); // … when nobody wants it any more.
    watch.watch(false);
    watch.watch(true);
    await told("small.workflow.jsonc");
  }
  const until = async (path: string) => {
    for (let turn = 0; !seen.includes(path); turn++) {
      assert.ok(turn < 1000, `${path} was never told`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  const aside = await Deno.makeTempDir();
  await Deno.mkdir(`${aside}/deep`);
  await Deno.writeTextFile(`${aside}/deep/moved.workflow.jsonc`, small);
  await Deno.rename(aside, `${rig.folder}/moved`);
  await until("moved/deep/moved.workflow.jsonc");
  await Deno.mkdir(`${rig.folder}/made`);
  await Deno.writeTextFile(`${rig.folder}/made/new.workflow.jsonc`, small);
  await until("made/new.workflow.jsonc");
  await told("moved/deep/moved.workflow.jsonc");
  // More folders, one after the other, than a system gives watchers: the first and the last are watched.
  for (let at = 0; at < 20; at++) {
    await Deno.mkdir(`${rig.folder}/many${at}`);
    await Deno.writeTextFile(`${rig.folder}/many${at}/x.workflow.jsonc`, small);
    await until(`many${at}/x.workflow.jsonc`);
  }
  for (const at of [0, 7, 8, 19]) await told(`many${at}/x.workflow.jsonc`);
  await told("small.workflow.jsonc");
  watch.watch(false);
});

Deno.test("editedText() changes what its edits name and nothing else, whatever the edits", () => {
  const names = ["shout", "again", "third"];
  const edit = fc.oneof(
    fc.record({
      path: fc.tuple(fc.constant("nodes"), fc.constantFrom(...names)),
      value: fc.constant({ use: "trial/shout", with: { text: "x" } }),
    }),
    fc.record({ path: fc.tuple(fc.constant("nodes"), fc.constantFrom(...names)) }),
    fc.record({ path: fc.tuple(fc.constant("name")), value: fc.string() }),
  );
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 8 }), (edits) => {
      const text = editedText(small, edits);
      const model = JSON.parse(small.replaceAll(/\/\/.*|\/\*.*?\*\//g, "").replaceAll(/,(\s*[}\]])/g, "$1"));
      for (const { path, value } of edits as { path: string[]; value?: unknown }[]) {
        const [first = "", second] = path;
        const holder = second === undefined ? model : model[first];
        if (value === undefined) delete holder[second ?? first];
        else holder[second ?? first] = value;
      }
      const parsed = JSON.parse(
        text.replaceAll(/^\s*\/\/.*|\/\/ Its name\.|\/\*.*?\*\//gm, "").replaceAll(/,(\s*[}\]])/g, "$1"),
      );
      assert.deepEqual(parsed, model);
      assert.ok(text.startsWith("// What it is for."));
      assert.ok(text.includes("// Its name."));
    }),
    { numRuns: 200, seed: 11 },
  );
  assert.equal(
    checkWorkflow(small, "small", { nodes: new Map(), tasks: new Map(), problems: [], limits: new Map() })
      .problems.filter(({ code }) => code === "syntax").length,
    0,
  );
});

Deno.test("POST /workflows/forecast tells what earlier runs spent, and where the budget of the text may not do", async () => {
  await using rig = await UiRig.start();
  const text = (budget: object) =>
    JSON.stringify({
      schema: 1,
      id: "lean",
      version: "1.0.0",
      ...budget,
      nodes: { a: { use: "unknown/node" } },
    });
  const ask = async (budget: object = {}) =>
    (await rig.call("POST /workflows/forecast", { body: { text: text(budget) } })).value.forecast;
  assert.equal(await ask(), undefined);
  const spent = { usd: 0.5, tokens: 10, activeMs: 5 };
  const earlier = { workflow: "lean", state: "completed", startedAt: 1, endedAt: 2, spent } as const;
  await rig.pit.dag.create({ run: newRunId(1, () => 0.5), ...earlier });
  await rig.pit.dag.create({
    run: newRunId(2, () => 0.5),
    ...earlier,
    isMock: true,
    spent: { ...spent, usd: 0 },
  });
  assert.deepEqual(await ask(), {
    runs: 1,
    usd: { p50: 0.5, p90: 0.5 },
    tokens: { p50: 10, p90: 10 },
    activeMs: { p50: 5, p90: 5 },
    short: [],
  });
  assert.deepEqual((await ask({ budget: { usd: 0.1 } }))?.short, [{ of: "usd", expected: 0.5, budget: 0.1 }]);
  const { value } = await rig.call("POST /workflows/forecast", { body: { text: "{" } });
  assert.deepEqual(value, {});
});
