import assert from "node:assert/strict";
import fc from "fast-check";
import { Mailbox } from "../../../core/actor/mailbox.ts";

Deno.test("Mailbox keeps order and refuses beyond its limit, as a bounded list does", () => {
  const step = fc.oneof(fc.record({ offer: fc.nat() }), fc.constant("take" as const));
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), fc.array(step, { maxLength: 200 }), (limit, steps) => {
      const mailbox = new Mailbox<number>(limit);
      const model: number[] = [];
      for (const one of steps) {
        if (one === "take") assert.equal(mailbox.take(), model.shift());
        else {
          assert.equal(mailbox.offer(one.offer), model.length < limit);
          if (model.length < limit) model.push(one.offer);
        }
        assert.equal(mailbox.size, model.length);
      }
      assert.deepEqual(mailbox.drain(), model);
      assert.equal(mailbox.size, 0);
    }),
  );
});

Deno.test("Mailbox refuses a limit below one", () => {
  assert.throws(() => new Mailbox(0), /at least one message/);
});
