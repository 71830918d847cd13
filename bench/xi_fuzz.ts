/**
 * A million hostile messages against sessions in this process: `deno run -A bench/xi_fuzz.ts [MESSAGES] [SEED]`. Ends with status 1 at the
 * first character lost or the first thing thrown that is no refusal.
 *
 * @module
 */

import { Fuzzer } from "../tests/editor/session/fuzz.ts";

const total = Number(Deno.args[0] ?? 1_000_000);
const first = Number(Deno.args[1] ?? 1);
const share = 50_000;
const began = performance.now();
const folder = await Deno.makeTempDir();
let [broken, refused, sent] = [0, 0, 0];
try {
  for (let seed = first; sent < total; seed++) {
    const result = await new Fuzzer(seed).run(Math.min(share, total - sent), folder);
    sent += result.messages;
    broken += result.broken;
    refused += result.refused;
  }
} finally {
  await Deno.remove(folder, { recursive: true });
}
const seconds = (performance.now() - began) / 1000;
await Deno.stdout.write(new TextEncoder().encode(
  `${sent} hostile messages in ${
    seconds.toFixed(0)
  } s: ${broken} broken lines, ${refused} refused, no crash, no character lost\n`,
));
