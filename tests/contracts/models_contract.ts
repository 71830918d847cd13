/**
 * What every ModelsPort promises. `use` gives one to `body` that knows the instrument `test/model`, which answers `{ text: "ok" }` and takes a
 * hundredth of a dollar and 40 tokens, and nothing else.
 *
 * @module
 */

import assert from "node:assert/strict";
import { nodeTypeId } from "../../core/ids.ts";
import type { ModelAllowance, ModelAmounts, ModelsPort } from "../../core/ports/models.ts";

/** An allowance that keeps account. */
export class KeptAllowance implements ModelAllowance {
  readonly told: ModelAmounts[] = [];
  held = 0;

  left(): Partial<ModelAmounts> {
    return {};
  }

  hold(): (taken: ModelAmounts) => void {
    this.held++;
    return (taken) => {
      this.held--;
      this.told.push(taken);
    };
  }
}

/** Registers the suite for one adapter. */
export function testModelsPort(
  name: string,
  use: (body: (port: ModelsPort) => Promise<void>) => Promise<void>,
): void {
  const never = new AbortController().signal;
  const model = nodeTypeId("test/model");

  Deno.test(`${name} ask() gives the answer, who gave it, and what it took, which whoever asks is told`, () =>
    use(async (port) => {
      const allowance = new KeptAllowance();
      const asked = await port.ask({ use: model, input: { prompt: "x" }, allowance }, never);
      const taken = { usd: 0.01, tokens: 40 };
      assert.deepEqual(asked, { ok: true, value: { output: { text: "ok" }, instrument: model, taken } });
      assert.deepEqual([allowance.told, allowance.held], [[taken], 0]);
    }));

  Deno.test(`${name} ask() refuses what nobody can answer as a typed failure, and takes nothing`, () =>
    use(async (port) => {
      const allowance = new KeptAllowance();
      const asked = await port.ask({ use: nodeTypeId("test/none"), input: {}, allowance }, never);
      assert.equal(asked.ok ? "ok" : asked.error.class, "unavailable");
      assert.equal(allowance.held, 0);
      assert.equal(allowance.told.reduce((sum, { usd }) => sum + usd, 0), 0);
    }));

  Deno.test(`${name} ask() is cancelled where its signal has fired`, () =>
    use(async (port) => {
      const allowance = new KeptAllowance();
      const asked = await port.ask({ use: model, input: { prompt: "x" }, allowance }, AbortSignal.abort());
      assert.equal(asked.ok ? "ok" : asked.error.class, "cancelled");
      assert.equal(allowance.held, 0);
    }));
}
