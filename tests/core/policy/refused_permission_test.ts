import assert from "node:assert/strict";
import { refusedIn, refusedText } from "../../../core/policy/refused_permission.ts";

Deno.test("refusedIn() reads what refusedText() wrote, without what to do on the command line", () => {
  const why =
    "git was not granted to it; it asks because: It looks. At all. Grant it: symphony grants add a/b git";
  const message = refusedText("a/b", "git", why);
  assert.deepEqual(refusedIn({ class: "permission", message }), {
    extension: "a/b",
    permission: "git",
    why: "git was not granted to it; it asks because: It looks. At all",
  });
  assert.equal(refusedIn({ class: "thrown", message }), undefined);
  assert.equal(refusedIn({ class: "permission", message: "401 of the service" }), undefined);
});
