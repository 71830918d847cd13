import assert from "node:assert/strict";
import { ProofOfLife } from "../../pit/dag/proof_of_life.ts";
import { LmdbRunControl } from "../../pit/dag/run_control.ts";
import { openStore } from "../../pit/store.ts";
import { freshRun } from "../contracts/dag_contract.ts";
import { lines } from "./lines.ts";
import { temporaryFolder } from "./temporary_store.ts";

const script = new URL("./processes/claim_once.ts", import.meta.url).pathname;

class Claimer implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #answers: AsyncGenerator<string>;

  constructor(folder: string) {
    const args = ["run", "-A", "--no-check", "-q", script, folder];
    const options = { args, stdin: "piped", stdout: "piped", stderr: "inherit" } as const;
    this.#child = new Deno.Command(Deno.execPath(), options).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#answers = lines(this.#child.stdout);
  }

  async claim(run: string): Promise<string | undefined> {
    await this.#input.write(new TextEncoder().encode(`${run}\n`));
    return (await this.#answers.next()).value ?? undefined;
  }

  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await this.#child.status;
    await this.#answers.return(undefined);
    await this.#input.abort().catch(() => {});
  }
}

Deno.test("LmdbRunControl.claim() gives each of 50 runs to exactly one of two processes that race", async () => {
  await using folder = temporaryFolder();
  await using one = new Claimer(folder.path);
  await using two = new Claimer(folder.path);
  const wins = [0, 0];
  for (let round = 0; round < 50; round++) {
    const run = freshRun();
    const answers = await Promise.all([one.claim(run), two.claim(run)]);
    assert.deepEqual([...answers].sort(), ["got", "refused"], `round ${round}`);
    wins[answers.indexOf("got")]! += 1;
  }
  assert.equal((wins[0] as number) + (wins[1] as number), 50);
});

Deno.test("LmdbRunControl.claim() takes a run at once when its holder was killed, and removes its lock", async () => {
  await using folder = temporaryFolder();
  const store = await openStore(folder.path);
  const control = new LmdbRunControl(store, new ProofOfLife(store, `${folder.path}/locks`));
  try {
    for (let round = 0; round < 5; round++) {
      await using other = new Claimer(folder.path);
      const run = freshRun();
      assert.equal(await other.claim(run), "got");
      assert.equal(await control.claim(run), undefined);
      assert.equal(await control.isClaimed(run), true);
      await other.kill();
      assert.equal(await control.isClaimed(run), false);
      assert.ok(await control.claim(run) !== undefined);
    }
    await using last = new Claimer(folder.path);
    assert.equal(await last.claim(freshRun()), "got");
    const locks = await Array.fromAsync(Deno.readDir(`${folder.path}/locks`));
    assert.equal(locks.length, 2, "one lock for each living process");
  } finally {
    await control[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
  }
});
