/**
 * The product's dispatcher in a trial: the same Dispatcher and DurationModel that the product runs.
 *
 * @module
 */

import { Dispatcher } from "../dispatcher.ts";
import type { DurationModel } from "../duration_model.ts";
import type { Estimates } from "../estimates.ts";
import type { TrialPolicy } from "./trial_run.ts";
import { SECONDS_PER_BYTE, WORKER_SPEEDS, WORKERS } from "./trial_world.ts";
import type { TrialGraph } from "./trial_world.ts";

/** Rolling HEFT on given estimates. */
export function rollingHeft(graph: TrialGraph, estimates: Estimates): TrialPolicy {
  const dispatcher = new Dispatcher(WORKERS, { secondsPerByte: SECONDS_PER_BYTE });
  const handle = dispatcher.open(graph, estimates, 0);
  const queue: { readonly task: number; readonly worker: number }[] = [];
  let decidedAt = -1;
  return {
    readied: (task) => dispatcher.ready(handle, task),
    ended: ({ worker, at }) => dispatcher.finished(worker, at),
    next({ now }) {
      if (now !== decidedAt) {
        decidedAt = now;
        dispatcher.decide(now, (_, task, worker) => queue.push({ task, worker }));
      }
      return queue.shift();
    },
  };
}

/** The instruments of a trial in `model`: one a worker, with its nominal speed as the catalogue would say it. */
export function trialInstruments(model: DurationModel): readonly number[] {
  return WORKER_SPEEDS.map((speed, worker) => model.instrument(`worker-${worker}`, speed));
}

/** Rolling HEFT on what `model` knows, which learns from each task that ends. */
export function learningHeft(graph: TrialGraph, model: DurationModel): TrialPolicy {
  const instruments = trialInstruments(model);
  const inner = rollingHeft(graph, model.durations(graph, instruments));
  return {
    ...inner,
    ended(run) {
      const kind = graph.kinds[graph.kindOf[run.task] as number] as string;
      const key = graph.keys[run.task] as string;
      const bytesIn = graph.bytesIn[run.task] as number;
      model.observe({ kind, key, bytesIn }, instruments[run.worker] as number, run.seconds);
      inner.ended?.(run);
    },
  };
}
