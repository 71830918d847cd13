/** The board's check in its real worker, in one that never comes, and by the server where there is none. */

import assert from "node:assert/strict";
import type { Problem } from "../../../core/workflow/problem.ts";
import { Checker } from "../../../ui/app/board/check/checker.ts";
import type { CheckAnswer } from "../../../ui/app/board/check/check_protocol.ts";

const real = new URL("../../../ui/app/board/check/check_worker.ts", import.meta.url).href;
const silent = "data:text/javascript,await new Promise(() => {});";
const broken = "data:text/javascript,throw new Error('no');";

const problem: Problem = {
  severity: "error",
  code: "by-server",
  message: "m",
  hint: "h",
  file: "w",
  line: 1,
  column: 1,
  path: "",
};

function checker(worker: string, askServer: (text: string) => Promise<readonly Problem[]>) {
  Object.assign(globalThis, { CHECK_WORKER: worker });
  const answers: CheckAnswer[] = [];
  const made = new Checker({
    fetchOther: () => Promise.resolve(null),
    onAnswer: (answer) => answers.push(answer),
    askServer: (text) => askServer(text),
    patienceMs: worker === real ? 60_000 : 300,
  });
  return { made, answers };
}

Deno.test("Checker asks its worker, and the server only where the worker does not load, dies or says nothing", async (test) => {
  await test.step("a worker that answers", async () => {
    const { made, answers } = checker(real, () => Promise.reject(new Error("not asked")));
    made.ask("{}", "w");
    assert.equal(await made.settled(), true);
    assert.ok(answers[0]?.problems.some(({ code }) => code === "missing-field"));
    made.close();
  });
  for (const [name, worker] of [["one that never comes", silent], ["one that breaks", broken]] as const) {
    await test.step(name, async () => {
      const asked: string[] = [];
      const { made, answers } = checker(worker, (text) => {
        asked.push(text);
        return Promise.resolve([problem]);
      });
      made.ask("one", "w");
      assert.equal(await made.settled(), true);
      made.ask("two", "w");
      assert.equal(await made.settled(), true);
      assert.deepEqual(asked, ["one", "two"]);
      assert.deepEqual(answers.at(-1)?.problems, [problem]);
      made.close();
    });
  }
  await test.step("nobody answers, and then somebody does", async () => {
    let isThere = false;
    const { made } = checker(silent, () => isThere ? Promise.resolve([]) : Promise.reject(new Error("away")));
    made.ask("one", "w");
    assert.equal(await made.settled(), false);
    assert.equal(await made.settled(), false, "what is known stays uncertain");
    isThere = true;
    made.ask("one", "w");
    assert.equal(await made.settled(), true);
    made.close();
  });
});
