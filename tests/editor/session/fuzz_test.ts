import { assert } from "../../../core/errors.ts";
import { Fuzzer } from "./fuzz.ts";

// bench/xi_fuzz.ts sends a million; these are a share of them.
for (const seed of [1, 2, 3, 4]) {
  Deno.test(`Session keeps every character under 5000 hostile messages, seed ${seed}`, async () => {
    const folder = await Deno.makeTempDir();
    try {
      const result = await new Fuzzer(seed).run(5000, folder);
      assert(result.refused > 500 && result.broken > 50 && result.typed > 100, JSON.stringify(result));
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}
