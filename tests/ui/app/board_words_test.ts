import assert from "node:assert/strict";
import { waitsForKey } from "../../../ui/app/board/inspector/needed_secrets.ts";
import { placedProblems } from "../../../ui/app/board/problems.ts";
import type { CatalogInfo } from "../../../ui/api/catalog.ts";
import type { Problem } from "../../../core/workflow/problem.ts";

const instrument = (type: string, unavailable?: string) => ({
  type,
  extension: type,
  instrument: { serves: ["sum"], ...unavailable === undefined ? {} : { unavailable } },
});
const info = (...nodes: object[]) => ({ nodes, tasks: [{ type: "task/sum" }] }) as unknown as CatalogInfo;

Deno.test("waitsForKey() is false as soon as one instrument that lacks nothing serves the task", () => {
  const locked = instrument("a/one", "its key is not granted");
  assert.equal(waitsForKey(info(locked), "task/sum"), true);
  assert.equal(waitsForKey(info(locked, instrument("b/two")), "task/sum"), false);
  assert.equal(waitsForKey(info(locked, instrument("b/two")), "a/one"), true, "its own key is meant");
  assert.equal(waitsForKey(info({ type: "http/get", extension: "http" }), "http/get"), true);
});

Deno.test("placedProblems() says what to do on the board where the file has another way", () => {
  const problem = {
    code: "missing-input",
    message: 'Found nothing for the port "path" of read, which needs string',
    hint: 'Add "in": { "path": "…" } or "with": { "path": … }',
    path: "nodes.read",
    file: "w",
    severity: "error",
  } as unknown as Problem;
  const [placed] = placedProblems([problem], "w", []);
  assert.equal(placed?.field, "in.path");
  assert.doesNotMatch(placed?.hint ?? "", /"in"|"with"/);
});
