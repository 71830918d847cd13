import assert from "node:assert/strict";
import { nodeId, runId } from "../../../core/ids.ts";
import { wordsIn } from "../../../ui/server/artifacts/artifact_title.ts";
import { UiRig } from "./ui_rig.ts";

Deno.test("wordsIn() says what a text begins with, and what a record or a list holds", () => {
  for (
    const [type, text, wanted] of [
      ["text/plain", "  All is\n well.\n", "All is well."],
      ["application/json", '"# Findings\\n\\nNone."', "# Findings None."],
      ["application/json", '{ "files": [ { "path": "a" } ], "count": 3 }', "files, path, count"],
      ["application/json", '[{ "a": 1, "b": "x" }, { "a": 2 }]', "list of a, b"],
      ["application/json", "[1, 2, 3]", "[1, 2, 3]"],
      ["image/png", "\u0089PNG", ""],
      ["application/octet-stream", "a\0b", ""],
      ["text/plain", "word ".repeat(40), `${"word ".repeat(14).trim().slice(0, 69)}…`],
    ] as const
  ) assert.equal(wordsIn(type, text), wanted);
});

Deno.test("artifacts without a name are listed by the node that made them and their first words", async () => {
  await using rig = await UiRig.start();
  const put = (text: string, meta: object) => rig.pit.artifacts.put(new TextEncoder().encode(text), meta);
  const origin = { run: runId("r000000000000000"), node: nodeId("scan"), item: 2 };
  const made = await put('{"files":[],"count":0}', { type: "application/json", origin });
  await put("All is well.", { type: "text/plain" });
  await put("named", { type: "text/plain", name: "report.md", origin });
  const { value } = await rig.call("GET /artifacts");
  assert.deepEqual(value.hits.map(({ title }) => title).sort(), [
    "All is well.",
    "report.md",
    "scan[2]: files, count",
  ]);
  const detail = await rig.call("GET /artifacts/{id}", { path: `/artifacts/${made}` });
  assert.equal(detail.value.title, "scan[2]: files, count");
  const { nodes } =
    (await rig.call("GET /artifacts/{id}/lineage", { path: `/artifacts/${made}/lineage` })).value;
  assert.deepEqual(nodes.map(({ title }) => title), ["scan[2]: files, count"]);
});
