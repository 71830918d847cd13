import assert from "node:assert/strict";
import fc from "fast-check";
import { type ExtensionEvent, type ExtensionState, fits, nextState } from "../../../core/actor/lifecycle.ts";

const follow = (...events: ExtensionEvent[]) => events.reduce<ExtensionState>(nextState, "installed");

Deno.test("nextState follows an extension from its installation to its removal", () => {
  assert.equal(follow("load"), "loading");
  assert.equal(follow("load", "loaded"), "loaded");
  assert.equal(follow("load", "loaded", "activate", "call"), "running");
  assert.equal(follow("load", "loaded", "activate", "call", "idle"), "activated");
  assert.equal(follow("load", "loaded", "activate", "deactivate"), "loaded");
  assert.equal(follow("load", "fail"), "error");
  assert.equal(follow("load", "loaded", "activate", "call", "fail", "recover"), "loaded");
  assert.equal(follow("load", "loaded", "uninstall"), "uninstalling");
});

Deno.test("nextState never runs what was not activated, nor takes files away from what is running, whatever happens", () => {
  const events = fc.constantFrom<ExtensionEvent>(
    "load",
    "loaded",
    "activate",
    "call",
    "idle",
    "deactivate",
    "fail",
    "recover",
    "uninstall",
  );
  fc.assert(
    fc.property(fc.array(events, { maxLength: 40 }), (all) => {
      let state: ExtensionState = "installed";
      for (const event of all) {
        const next = nextState(state, event);
        if (next === "running" && state !== "running") assert.equal(state, "activated");
        if (next === "uninstalling" && state !== "uninstalling") assert.notEqual(state, "running");
        if (state === "uninstalling") assert.equal(next, "uninstalling");
        assert.equal(next !== state, fits(state, event) && next !== state);
        state = next;
      }
    }),
    { seed: 5 },
  );
});
