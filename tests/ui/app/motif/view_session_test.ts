import assert from "node:assert/strict";
import type { JsonObject } from "../../../../core/json.ts";
import type { TreeNode } from "../../../../core/motif/tree.ts";
import type { ViewReply } from "../../../../core/ports/motif.ts";
import { MAX_WAITING, type ViewQuestion, ViewSession } from "../../../../ui/app/motif/view_session.ts";

const text = (value: string): TreeNode => ({ is: "text", props: { value }, children: [], on: {} });

/** A view whose answers the test gives one by one. */
class Desk {
  readonly questions: ViewQuestion[] = [];
  readonly trees: string[] = [];
  readonly failures: string[] = [];
  readonly #open: ((reply: ViewReply) => void)[] = [];

  session(
    about: JsonObject,
    onText?: (text: string, about: JsonObject) => JsonObject | undefined,
  ): ViewSession {
    return new ViewSession(about, {
      ask: (question) => {
        this.questions.push(question);
        return new Promise((resolve) => this.#open.push(resolve));
      },
      onTree: (tree) => this.trees.push(String(tree.props["value"])),
      onFailure: (error) => this.failures.push(String(error)),
      ...onText === undefined ? {} : { onText },
    });
  }

  async answer(more: Partial<Extract<ViewReply, { ok: true }>> = {}): Promise<void> {
    await this.reply({ ok: true, tree: text("shown"), state: null, problems: [], ...more });
  }

  async reply(reply: ViewReply): Promise<void> {
    this.#open.shift()?.(reply);
    await new Promise((resolve) => setTimeout(resolve, 0));
  }

  get waiting(): number {
    return this.#open.length;
  }
}

Deno.test("ViewSession asks one question after the other, each with the state of the last answer", async () => {
  const desk = new Desk();
  const session = desk.session({ a: 1 });
  session.event({ id: "one", name: "click" });
  session.event({ id: "two", name: "click" });
  assert.equal(desk.waiting, 1);
  await desk.answer({ state: 1 });
  await desk.answer({ state: 2 });
  await desk.answer({ state: 3 });
  assert.deepEqual(desk.questions.map(({ state, event }) => [state, event?.id]), [
    [null, undefined],
    [1, "one"],
    [2, "two"],
  ]);
  assert.equal(desk.trees.length, 3);
});

Deno.test("ViewSession lets a newer value take the place of one that waits, and bounds what waits", async () => {
  const desk = new Desk();
  const session = desk.session({});
  for (const value of ["a", "ab", "abc"]) session.event({ id: "name", name: "change", value });
  await desk.answer();
  assert.equal(desk.questions.at(-1)?.event?.value, "abc");
  for (let at = 0; at < 100; at++) session.event({ id: `press-${at}`, name: "click" });
  for (let at = 0; at < 200 && desk.waiting > 0; at++) await desk.answer();
  assert.equal(desk.questions.length, 2 + MAX_WAITING);
});

Deno.test("ViewSession tries an editor's event again on the text as it is by now, and not for ever", async () => {
  const desk = new Desk();
  let now = "b";
  const session = desk.session(
    { text: "a" },
    (_text, about) => about["text"] === now ? undefined : { text: now },
  );
  await desk.answer({ state: 1 });
  session.event({ id: "cell", name: "change", value: 1 });
  await desk.answer({ state: 2, text: "changed" });
  const retried = desk.questions.at(-1);
  assert.deepEqual([retried?.props, retried?.state, retried?.event?.id], [{ text: "b" }, 1, "cell"]);
  await desk.answer({ state: 2, text: "changed" });
  assert.equal(desk.waiting, 0);
  assert.deepEqual(desk.failures, []);
  session.event({ id: "cell", name: "change", value: 2 });
  for (let at = 0; at < 10 && desk.waiting > 0; at++) {
    now += "x";
    await desk.answer({ text: "changed" });
  }
  assert.match(desk.failures.join(), /too quickly/);
});

Deno.test("ViewSession tells of a failure once and then is silent; closed, it tells nothing", async () => {
  const desk = new Desk();
  const session = desk.session({});
  session.event({ id: "x", name: "click" });
  await desk.reply({ ok: false, failure: { class: "crash", message: "it died" } });
  assert.deepEqual([desk.failures, desk.waiting], [["Error: it died"], 0]);
  session.refresh();
  assert.equal(desk.waiting, 0);
  const other = desk.session({});
  other.close();
  await desk.answer();
  assert.deepEqual([desk.trees, desk.failures.length], [[], 1]);
});

Deno.test("ViewSession trusts no tree: what cannot be read is a failure", async () => {
  const desk = new Desk();
  desk.session({});
  await desk.answer({ tree: { is: "script" } as unknown as TreeNode });
  assert.match(desk.failures.join(), /unknown component/);
});
