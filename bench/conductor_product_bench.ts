/**
 * The Conductor in the product: the bundled workflows 300 times, in turn, with three instruments of known worth behind
 * real HTTP servers. Prints the regret curve, what was spent against always taking the best one at equal quality, and how
 * many calls a failing favourite still got. Run it with `deno run -A bench/conductor_product_bench.ts [RUNS]`.
 *
 * @module
 */

import { alwaysTrial, productTrial, workflows } from "../tests/conductor/product/product_trial.ts";
import { withSampleRepository } from "../tests/templates/sample_repository.ts";
import { print } from "./tail.ts";

const WIDTH = 60;
const runs = Number(Deno.args[0] ?? 300);
const failAt = Math.min(60, Math.floor(runs / 3));
const said = (line: string) => void Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));

await withSampleRepository(async (workspace) => {
  const learned = await productTrial({ runs, workspace, onProgress: said });
  print(
    `${runs} runs of ${
      workflows.join(", ")
    } in turn; three instruments, expected reward of a review (balanced):`,
  );
  for (const { name, worth, calls } of learned.instruments) {
    print(`  ${name.padEnd(8)} ${worth.toFixed(3)}   ${calls} calls`);
  }
  const random = learned.instruments.reduce((total, { worth }) => total + worth, 0) /
    learned.instruments.length;
  const best = Math.max(...learned.instruments.map(({ worth }) => worth));
  printCurve(learned.regrets, best - random);

  const always = await alwaysTrial({ runs, workspace, onProgress: said }, "grand");
  const { usd, accepted, quality } = learned.earned;
  print(
    `\nmoney, at equal quality (answers accepted ${accepted} and ${always.accepted}, their quality ${
      quality.toFixed(3)
    } and ${always.quality.toFixed(3)}):`,
  );
  print(
    `  always the best instrument $${always.usd.toFixed(2)}, the Conductor $${usd.toFixed(2)}: ${
      ((1 - usd / always.usd) * 100).toFixed(0)
    } % saved`,
  );

  const failing = await productTrial({ runs: failAt * 2, failAt, workspace, onProgress: said });
  print(
    `\nthe favourite (${failing.favourite}) answers nothing after ${failAt} runs: ` +
      `${failing.callsUntilLeft} more calls in the ${failAt} runs after that`,
  );
});

/** Regret summed up, at twelve places, beside what choosing at random would have lost. */
function printCurve(regrets: readonly number[], perRandom: number): void {
  print("\nregret: expected reward lost against the best that was allowed, summed up");
  print("  decisions      ours   at random   a decision, lately");
  const places = 12;
  const most = regrets.reduce((sum, regret) => sum + regret, 0);
  let [sum, at, before] = [0, 0, 0];
  for (let place = 1; place <= places; place++) {
    const until = Math.round((regrets.length * place) / places);
    const [from, was] = [at, before];
    for (; at < until; at++) sum += regrets[at] as number;
    before = sum;
    const lately = (sum - was) / Math.max(1, until - from);
    const bar = "▇".repeat(Math.round((sum / Math.max(most, 1e-9)) * WIDTH / 2));
    print(
      `  ${String(at).padStart(9)} ${sum.toFixed(2).padStart(9)} ${
        (at * perRandom).toFixed(2).padStart(11)
      } ${lately.toFixed(4).padStart(20)}   ${bar}`,
    );
  }
}
