/** Runs. @module */

import { SymphonyError } from "../../../core/errors.ts";
import { nodeId, runId } from "../../../core/ids.ts";
import { readDefinition } from "../../../core/orchestration/run_definition.ts";
import type { LoggedEvent } from "../../../core/ports/dag.ts";
import { makePlan } from "../../../core/workflow/make_plan.ts";
import type { Route } from "../../api/api.ts";
import type { Desk } from "../desk.ts";
import { type HandlersOf, Reply } from "../http/handlers.ts";
import { startRequestOf } from "../runs/start_request.ts";
import { timelineOf } from "../runs/timeline.ts";
import { inputsOf } from "../runs/inputs_of.ts";
import { valuesOf } from "../runs/values.ts";
import { graphOf } from "../workflows/graph.ts";

type RunRoute = Exclude<Extract<Route, `${string} /runs${string}`>, `${string}/rerun`>;

export function runRoutes(desk: Desk): HandlersOf<RunRoute> {
  return {
    "GET /runs": async ({ query }) => {
      const limit = Math.min(query.limit ?? 100, 1000);
      const runs = await (await desk.runs()).lines(
        limit + 1,
        ({ state, workflow, startedAt }) =>
          (query.state === undefined || state === query.state) &&
          (query.workflow === undefined || workflow === query.workflow) &&
          (query.before === undefined || startedAt < query.before),
      );
      const page = runs.slice(0, limit);
      return { runs: page, ...runs.length > limit ? { next: page.at(-1)?.startedAt ?? 0 } : {} };
    },
    "POST /runs": async ({ body }) => {
      const book = await desk.runs();
      const { request, steer } = await startRequestOf(desk, body);
      const run = await desk.steering.starting(steer, () => book.start(request));
      const answer = { run, pinned: Object.keys(body.pins ?? {}) };
      return new Reply({ answer, status: 201, headers: { location: `/api/v1/runs/${run}` } });
    },
    "GET /runs/{run}": async ({ params }) => await (await desk.runs()).detail(params.run),
    "GET /runs/{run}/definition": async ({ params }) => {
      const { definition } = await (await desk.runs()).account(params.run);
      if (definition === undefined) {
        throw new SymphonyError("not-found", `Cannot find what run ${params.run} does`);
      }
      const kept = await readDefinition((await desk.backend()).pit.artifacts, definition);
      const { plan } = makePlan(kept.definition, kept.catalog);
      return { graph: graphOf(kept.definition, kept.catalog, plan), definition };
    },
    "GET /runs/{run}/events": async ({ params, query }) => {
      const { dag } = (await desk.backend()).pit;
      const run = runId(params.run);
      const limit = Math.min(query.limit ?? 1000, 10_000);
      const { lastSeq } = await (await desk.runs()).account(run);
      const from = query.last === undefined ? query.from ?? 0 : Math.max(0, lastSeq + 1 - query.last);
      const events: LoggedEvent[] = [];
      reading: for await (const batch of dag.replay(run, from)) {
        for (const event of batch) {
          if (events.length >= limit) break reading;
          events.push(event);
        }
      }
      const end = (events.at(-1)?.seq ?? from - 1) + 1;
      return { events, ...end <= lastSeq ? { next: end } : {} };
    },
    "GET /runs/{run}/timeline": async ({ params }) => {
      const { dag, artifacts } = (await desk.backend()).pit;
      const account = await (await desk.runs()).account(params.run);
      return await timelineOf(dag, artifacts, runId(params.run), account, desk.services.clock.now());
    },
    "GET /runs/{run}/log": async ({ params, query }) =>
      await desk.logs.read(runId(params.run), query, (await desk.backend()).pit.dag),
    "GET /runs/{run}/reviews": async ({ params }) => ({
      ...desk.reviews.ofRun(runId(params.run)),
      waiting: await desk.proposals.waiting(params.run),
    }),
    "GET /runs/{run}/values/{node}": async ({ params, query }) => {
      const { dag, artifacts } = (await desk.backend()).pit;
      return await valuesOf(dag, artifacts, runId(params.run), { ...query, node: nodeId(params.node) });
    },
    "GET /runs/{run}/inputs/{node}": async ({ params, query }) => {
      const { dag, artifacts } = (await desk.backend()).pit;
      return await inputsOf(dag, artifacts, runId(params.run), { ...query, node: nodeId(params.node) });
    },
    "POST /runs/{run}/commands": async ({ params, body }) => {
      const run = runId(params.run);
      if (body.type === "continue") return desk.steering.goOn(run, body);
      return await (await desk.runs()).command(run, body);
    },
    "POST /runs/{run}/approve": async ({ params, body }) => {
      const { node, item, approved, value = null, comment } = body;
      return await (await desk.runs()).command(runId(params.run), {
        type: "provide-input",
        node: nodeId(node),
        ...item === undefined ? {} : { item },
        input: { approved, value, by: personName(), ...comment === undefined ? {} : { comment } },
      });
    },
    "POST /runs/{run}/resume": async ({ params }) => {
      await (await desk.runs()).resume(runId(params.run));
      return { status: "applied" };
    },
  };
}

function personName(): string {
  return Deno.env.get("USER") ?? Deno.env.get("USERNAME") ?? "the board";
}
