import assert from "node:assert/strict";
import { extensionId } from "../../../../core/ids.ts";
import { noUi } from "../../../../core/motif/contributions.ts";
import { commandsOf } from "../../../../ui/app/motif/follow.ts";
import {
  childKeys,
  isHttps,
  numberOf,
  textOf,
  toneOf,
  within,
} from "../../../../ui/app/motif/tree_values.ts";

Deno.test("isHttps() refuses every address but https", () => {
  assert.equal(isHttps("https://example.org/a?b"), true);
  for (
    const bad of ["javascript:alert(1)", " https://a", "http://a", "data:text/html,x", "https://", "//a"]
  ) {
    assert.equal(isHttps(bad), false, bad);
  }
});

Deno.test("textOf(), numberOf() and toneOf() show nothing of what they do not know", () => {
  assert.deepEqual([textOf(3), textOf(false), textOf(null), textOf({ a: 1 }), textOf(["x"])], [
    "3",
    "false",
    "",
    "",
    "",
  ]);
  assert.deepEqual([numberOf("7", 1), numberOf(7, 1)], [1, 7]);
  assert.deepEqual([toneOf({ tone: "bad" }), toneOf({ tone: "constructor" }), toneOf({ tone: 1 })], [
    "bad",
    "",
    "",
  ]);
});

Deno.test("childKeys() goes by the key wherever the node stands, and names every sibling once", () => {
  const node = { is: "input", props: {}, children: [], on: {} };
  const [first, second] = childKeys([{ ...node, key: "a" }, { ...node, key: "b" }]);
  assert.deepEqual(childKeys([node, { ...node, key: "b" }, { ...node, key: "a" }]).slice(1), [second, first]);
  const same = childKeys([{ ...node, key: "a" }, { ...node, key: "a" }, node, {
    ...node,
    key: "at-2-input",
  }]);
  assert.equal(new Set(same).size, 4);
});

Deno.test("within() rejects when no answer comes in time", async () => {
  assert.equal(await within(1_000, "Clock", Promise.resolve(1)), 1);
  await assert.rejects(within(5, "Clock", new Promise(() => {})), /Clock gave no answer within 0.005 s/);
});

Deno.test("commandsOf() never gives away a key that is taken, nor one that types", () => {
  const commands = ["a", "b", "c"].map((name) => ({ command: `x/${name}`, title: name }));
  const keys = [["x/a", "mod+k"], ["x/b", "mod+alt+b"], ["x/c", "q"]].map(([command = "", key = ""]) => ({
    command,
    key,
  }));
  const ui = {
    ...noUi,
    extension: extensionId("x/motif"),
    title: "X",
    version: "1.0.0",
    settings: {},
    commands,
    keys,
  };
  const ran: string[] = [];
  const offered = commandsOf([ui], new Set(["mod+k"]), (_extension, command) => ran.push(command));
  assert.deepEqual(offered.map((one) => one.keys), [undefined, "mod+alt+b", undefined]);
  offered[1]?.run();
  assert.deepEqual(ran, ["x/b"]);
});
