/**
 * The Conductor in the product: the bundled code review 300 times with three instruments of known worth behind real HTTP
 * servers. Prints the regret curve, what was spent against always taking the best one at equal quality, and how many
 * calls a failing favourite still got. Run it with `deno run -A bench/conductor_product_bench.ts [RUNS]`.
 *
 * @module
 */

import { alwaysTrial, productTrial } from "../tests/conductor/product/product_trial.ts";
import { withSampleRepository } from "../tests/templates/sample_repository.ts";
import { print } from "./tail.ts";

const runs = Number(Deno.args[0] ?? 300);
const failAt = Math.floor(runs * 2 / 3);
const said = (line: string) => void Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));

await withSampleRepository(async (workspace) => {
  const learned = await productTrial({ runs: failAt, workspace, onProgress: said });
  print(`${failAt} runs of code-review, three instruments; expected reward of a call (balanced preference):`);
  for (const { name, worth, calls } of learned.instruments) {
    print(`  ${name.padEnd(8)} ${worth.toFixed(3)}   ${calls} calls`);
  }
  print("\nregret: expected reward lost against the best that was allowed");
  let sum = 0;
  const at = new Set([10, 25, 50, 100, 200, 300, 400, 600, learned.regrets.length]);
  learned.regrets.forEach((regret, index) => {
    sum += regret;
    const count = index + 1;
    if (at.has(count)) {
      print(
        `  after ${String(count).padStart(4)} decisions ${sum.toFixed(2).padStart(7)}   a decision ${
          (sum / count).toFixed(4)
        }`,
      );
    }
  });
  const random = learned.instruments.reduce((total, { worth }) => total + worth, 0) /
    learned.instruments.length;
  const best = Math.max(...learned.instruments.map(({ worth }) => worth));
  print(`  choosing at random loses ${(best - random).toFixed(4)} a decision`);

  const always = await alwaysTrial({ runs: failAt, workspace, onProgress: said }, "grand");
  const { usd, accepted, quality } = learned.earned;
  print(
    `\nmoney, at equal quality (reviews accepted ${accepted} and ${always.accepted}, their quality ${
      quality.toFixed(3)
    } and ${always.quality.toFixed(3)}):`,
  );
  print(
    `  always the best instrument $${always.usd.toFixed(2)}, the Conductor $${usd.toFixed(2)}: ${
      ((1 - usd / always.usd) * 100).toFixed(0)
    } % saved`,
  );

  const failing = await productTrial({ runs: runs - failAt + 20, failAt: 20, workspace, onProgress: said });
  print(
    `\nthe favourite (${failing.favourite}) answers nothing after 20 runs: ${failing.callsUntilLeft} more calls in the ${
      runs - failAt
    } runs after that`,
  );
});
