/**
 * The scoreboard: every player on the same levels, which none of them was trained on; the mean score of its games and how
 * many it wins, by band of levels, and what its first games were worth.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import { mean, pairedInterval } from "../../evaluate/figures.ts";
import { pause } from "../../evaluate/pause.ts";
import type { EvaluationOptions, ReportTable } from "../../evaluate/report_table.ts";
import { SeededRandom } from "../../random.ts";
import { finalScore, legalCalls, newGame, play } from "./game.ts";
import { type Level, LEVELS, makeLevel } from "./level.ts";
import { greedyPlayer, knowingPlayer, learningPlayer, type Player, randomPlayer } from "./players.ts";
import { SequentialPolicy } from "./ppo.ts";

const GAMES = 20;
/** Games of a level after which a player is said to know it. */
const KNOWN_AFTER = 10;
/** Seeds of the levels on which the policy is trained; those that are scored begin behind. */
const TRAINING_SEEDS = 40;
const TRAINING_GAMES = 6000;

export interface QuestResult {
  readonly score: number;
  readonly isWon: boolean;
}

/** One game. */
export function playGame(level: Level, player: Player, random: SeededRandom): QuestResult {
  const state = newGame(level);
  while (!state.isOver) {
    const before = { ...state, warm: [...state.warm] };
    const at = player.choose(state, legalCalls(state), random);
    const played = play(state, at, random);
    player.see?.(before, at, played);
  }
  return { score: finalScore(state), isWon: state.isWon };
}

const BANDS = [[1, 5], [6, 10], [11, 15], [16, 20]] as const;
const NAMES = [
  "by chance",
  "greedy",
  "PPO, masked",
  "ours: learns by playing, plans on a sample",
  "best known (knows the level)",
] as const;

/** The board over `options.seeds` levels of each number. */
export async function questScoreboard(options: EvaluationOptions): Promise<ReportTable> {
  options.onProgress?.("quest: training the sequential policy");
  const policy = new SequentialPolicy(1);
  const levels = Array.from({ length: LEVELS }, (_, at) => at + 1);
  policy.train(Array.from({ length: TRAINING_SEEDS }, (_, seed) => seed), TRAINING_GAMES, levels);
  await pause(options.signal);
  // scores[player][level number - 1] = games of all seeds
  const scores = NAMES.map(() => levels.map((): QuestResult[] => []));
  const known = NAMES.map((): number[] => []);
  for (let seed = 0; seed < options.seeds; seed++) {
    options.onProgress?.(`quest: seed ${seed}`);
    for (const number of levels) {
      const level = makeLevel(number, TRAINING_SEEDS + seed);
      const players: readonly Player[] = [
        randomPlayer(),
        greedyPlayer(level),
        policy.player(level),
        learningPlayer(level, new SeededRandom(seed * 31 + number)),
        knowingPlayer(level),
      ];
      players.forEach((player, at) => {
        const random = new SeededRandom(seed * 7919 + number);
        const games = Array.from({ length: GAMES }, () => playGame(level, player, random));
        scores[at]?.[number - 1]?.push(...games);
        known[at]?.push(mean(games.slice(KNOWN_AFTER).map(({ score }) => score)));
      });
      await pause(options.signal);
    }
  }
  const band = (at: number, [from, until]: readonly [number, number]) =>
    mean((scores[at] ?? []).slice(from - 1, until).flat().map(({ score }) => score));
  const won = (at: number) => 100 * mean((scores[at] ?? []).flat().map(({ isWon }) => (isWon ? 1 : 0)));
  const [ppo, ours] = [known[2] ?? [], known[3] ?? []];
  const gain = pairedInterval(ours, ppo, new SeededRandom(1));
  return {
    id: "quest/scoreboard",
    title: `Puzzle levels, ${GAMES} games of each of ${
      levels.length * options.seeds
    } levels: mean score of 200`,
    columns: [
      ...BANDS.map(([from, until]) => ({ title: `levels ${from}–${until}`, digits: 1 })),
      { title: `from game ${KNOWN_AFTER + 1}`, digits: 1 },
      { title: "won %", digits: 1 },
    ],
    rows: NAMES.map((name, at) => ({
      name,
      isOurs: name.startsWith("ours"),
      cells: [...BANDS.map((one) => band(at, one)), mean(known[at] ?? []), won(at)],
    })),
    notes: [
      `The policy was trained by ${TRAINING_GAMES} games on levels of ${TRAINING_SEEDS} other seeds; ours had none before.`,
      `Ours against PPO once a level is known: ${gain.mean.toFixed(1)} (95 % ${gain.low.toFixed(1)} to ${
        gain.high.toFixed(1)
      }).`,
    ],
  };
}
