import assert from "node:assert/strict";
import { SeededRandom } from "../../../conductor/random.ts";
import {
  bonusOf,
  finalScore,
  legalCalls,
  mayCall,
  newGame,
  play,
  SCORES,
} from "../../../conductor/simulation/quest/game.ts";
import { type Level, LEVELS, makeLevel } from "../../../conductor/simulation/quest/level.ts";
import {
  greedyPlayer,
  knowingPlayer,
  learningPlayer,
  type Player,
  randomPlayer,
} from "../../../conductor/simulation/quest/players.ts";
import { SequentialPolicy } from "../../../conductor/simulation/quest/ppo.ts";
import { QuestPlan } from "../../../conductor/simulation/quest/quest_plan.ts";
import { playGame, questScoreboard } from "../../../conductor/simulation/quest/scoreboard.ts";

const numbers = Array.from({ length: LEVELS }, (_, at) => at + 1);

function meanScore(make: (level: Level) => Player, levels: readonly Level[], games: number): number {
  const scores = levels.flatMap((level) => {
    const player = make(level);
    const random = new SeededRandom(level.seed * 31 + level.number);
    return Array.from({ length: games }, () => playGame(level, player, random).score);
  });
  return scores.reduce((sum, score) => sum + score, 0) / scores.length;
}

Deno.test("makeLevel() follows from number and seed alone, and its goal can be reached within its calls", () => {
  for (const number of numbers) {
    for (let seed = 0; seed < 30; seed++) {
      const level = makeLevel(number, seed);
      assert.deepEqual(makeLevel(number, seed), level);
      assert.ok(level.shortest <= level.calls);
      assert.ok(
        level.artifacts.length < 31 && level.functions.length < 31,
        "sets of them are bits of a number",
      );
      const works = { ...level, functions: level.functions.map((one) => ({ ...one, failureRate: 0 })) };
      assert.ok(
        playGame(works, knowingPlayer(works), new SeededRandom(seed)).isWon,
        `level ${number}, seed ${seed}`,
      );
    }
  }
  assert.notDeepEqual(makeLevel(9, 1).functions, makeLevel(9, 2).functions);
});

Deno.test("makeLevel() adds budgets, then instances, then failures", () => {
  for (const number of numbers) {
    const levels = Array.from({ length: 20 }, (_, seed) => makeLevel(number, seed));
    assert.ok(levels.every(({ isBudgetVisible }) => isBudgetVisible === number >= 6));
    assert.ok(levels.every(({ isWarmthVisible, coldSeconds }) => isWarmthVisible === coldSeconds > 0));
    assert.ok(levels.every(({ isWarmthVisible }) => isWarmthVisible === number >= 11));
    const rates = levels.flatMap(({ functions }) => functions.map(({ failureRate }) => failureRate));
    assert.equal(rates.some((rate) => rate > 0), number >= 16);
    assert.ok(rates.every((rate) => rate <= 0.6));
  }
});

Deno.test("play() refuses what is masked, never passes the calls of a level and scores within 0 to 200", () => {
  for (const number of numbers) {
    for (let seed = 0; seed < 20; seed++) {
      const level = makeLevel(number, seed);
      const random = new SeededRandom(seed);
      const state = newGame(level);
      let rewards = 0;
      while (!state.isOver) {
        const legal = legalCalls(state);
        const masked = level.functions.findIndex((_, at) => !legal.includes(at));
        if (masked >= 0) {
          const before = structuredClone(state);
          assert.throws(() => play(state, masked, random), /masked/);
          assert.deepEqual(structuredClone(state), before);
        }
        rewards += play(state, legal[random.below(legal.length)] as number, random).reward;
      }
      assert.ok(state.calls <= level.calls);
      const score = finalScore(state);
      assert.ok(score >= 0 && score <= SCORES.most);
      // Rewards add up to the score unless a part of it fell below nothing.
      if (state.isWon) assert.ok(rewards <= score + 1e-9);
      else assert.equal(score, 0);
      assert.equal(mayCall(state, 0), false);
    }
  }
});

Deno.test("bonusOf() gives a bonus once, and one that has to be early only early", () => {
  const timed = numbers.flatMap((number) => Array.from({ length: 20 }, (_, seed) => makeLevel(number, seed)))
    .flatMap((level) =>
      level.functions.flatMap(({ before }, at) => (before >= 0 ? [{ level, at, before }] : []))
    );
  assert.ok(timed.length > 20);
  for (const { level, at, before } of timed) {
    const state = newGame(level);
    assert.ok(bonusOf(state, at) > 0);
    assert.equal(bonusOf({ ...state, called: 1 << at }, at), 0);
    assert.equal(bonusOf({ ...state, called: 1 << before }, at), 0);
    assert.match(level.functions[at]?.description ?? "", /Best done early/);
  }
});

Deno.test("QuestPlan.best() is worth what trying every order is worth, where nothing fails", () => {
  for (let seed = 0; seed < 12; seed++) {
    for (const number of [2, 4, 7]) {
      const level = makeLevel(number, seed);
      const best = (state: ReturnType<typeof newGame>): number =>
        state.isOver ? finalScore(state) : Math.max(
          ...legalCalls(state).filter((at) => ((state.called >> at) & 1) === 0).map((at) => {
            const then = { ...state, warm: [...state.warm] };
            play(then, at, new SeededRandom(1));
            return best(then);
          }),
          0,
        );
      assert.equal(playGame(level, knowingPlayer(level), new SeededRandom(1)).score, best(newGame(level)));
    }
  }
});

Deno.test("QuestPlan.best() takes the way that fails less", () => {
  const level = makeLevel(1, 1);
  const step = level.functions[0];
  assert.ok(step !== undefined);
  const two = { ...level, functions: [step, { ...step, name: "other" }, ...level.functions.slice(1)] };
  const beliefs = two.functions.map((_, at) => ({
    bonus: 0,
    failureRate: at === 0 ? 0.5 : 0,
    isTimed: false,
  }));
  assert.equal(new QuestPlan(two, beliefs).best(newGame(two)), 1);
});

Deno.test("learningPlayer() comes near the best known way, above greedy and far above chance", () => {
  const levels = numbers.flatMap((number) => [makeLevel(number, 90), makeLevel(number, 91)]);
  const ours = meanScore((level) => learningPlayer(level, new SeededRandom(level.number)), levels, 12);
  const best = meanScore(knowingPlayer, levels, 12);
  const greedy = meanScore(greedyPlayer, levels, 12);
  const chance = meanScore(randomPlayer, levels, 12);
  assert.ok(best >= ours && ours > best - 8, `ours ${ours}, best known ${best}`);
  assert.ok(ours > greedy + 5 && greedy > chance + 50, `ours ${ours}, greedy ${greedy}, chance ${chance}`);
});

Deno.test("SequentialPolicy learns to win, only ever calls what is legal, and follows from its seed", () => {
  const train = (games: number) => {
    const policy = new SequentialPolicy(5);
    policy.train([0, 1, 2, 3], games, [1, 2, 3, 4, 5, 6, 7]);
    return policy;
  };
  const levels = [3, 5, 7].flatMap((number) => [makeLevel(number, 50), makeLevel(number, 51)]);
  const trained = train(1500);
  const after = meanScore((level) => trained.player(level), levels, 6);
  assert.ok(after > meanScore(randomPlayer, levels, 6) + 30, `${after}`);
  // play() throws on a masked call, so that the games above were all legal.
  const again = train(1500);
  assert.equal(meanScore((level) => again.player(level), levels, 6), after);
});

Deno.test("questScoreboard() ranks chance below greedy below ours, and is the same again", async () => {
  const table = await questScoreboard({ seeds: 1 });
  const at = table.columns.findIndex(({ title }) => title.startsWith("from game"));
  const of = (start: string) => table.rows.find(({ name }) => name.startsWith(start))?.cells[at] as number;
  assert.ok(of("by chance") < of("greedy") && of("greedy") < of("ours"));
  assert.ok(of("ours") <= of("best known") + 2);
  for (const { cells } of table.rows) assert.equal(cells.length, table.columns.length);
});
