/**
 * What lies behind the door: the API, the event stream, figures, documentation. Loaded after the first page.
 *
 * @module
 */

import { extensionId, type RunId } from "../../core/ids.ts";
import type { StartRequest } from "../../core/orchestration/run_handle.ts";
import { acceptSocket } from "./events/web_socket.ts";
import { apiApp } from "./http/api_app.ts";
import type { Behind } from "./http/front.ts";
import type { Handlers } from "./http/handlers.ts";
import { docsResponse } from "./http/docs.ts";
import { type DeskOptions, makeDesk } from "./make_desk.ts";
import type { Desk } from "./desk.ts";
import { prometheusText } from "./metrics/prometheus.ts";
import { artifactRoutes } from "./routes/artifact_routes.ts";
import {
  conductorRoutes,
  extensionRoutes,
  failureRoutes,
  fileRoutes,
  metricsRoutes,
  permissionRoutes,
  settingRoutes,
  storageRoutes,
} from "./routes/other_routes.ts";
import { rerunRoutes } from "./routes/rerun_routes.ts";
import { motifRoutes } from "./routes/motif_routes.ts";
import { runRoutes } from "./routes/run_routes.ts";
import { workflowRoutes } from "./routes/workflow_routes.ts";
import { Refusal } from "./http/problems.ts";

export interface OpenedBehind extends Behind, AsyncDisposable {
  /** Opens the data folder. */
  open(): Promise<void>;
  start(request: StartRequest): Promise<RunId>;
  /** A file of an extension's pages; undefined where it lists none of that name. */
  frameFile(extension: string, name: string): Promise<Uint8Array | undefined>;
}

export async function makeBehind(options: Omit<DeskOptions, "observers">): Promise<OpenedBehind> {
  const made = makeDesk({ ...options, observers: await tracingObservers() });
  const { desk, hub } = made;
  const app = apiApp(allRoutes(desk), (error) => options.onError("answer a request", error));
  return {
    api: async (request) => await app.fetch(request),
    events: (request) => acceptSocket(request, hub),
    prometheus: () =>
      Promise.resolve(prometheusText(desk.figuresNow(), desk.figures.nodeTypes, desk.figures.instruments)),
    docs: (path) => docsResponse(path, options.services.version),
    async open() {
      await desk.runs();
    },
    start: async (request) => await (await desk.runs()).start(request),
    async frameFile(extension, name) {
      const { motifs } = await desk.backend();
      return /^[a-z][a-z0-9-]*\/[a-z][a-z0-9-]*$/.test(extension)
        ? await motifs?.asset(extensionId(extension), name)
        : undefined;
    },
    [Symbol.asyncDispose]: () => made[Symbol.asyncDispose](),
  };
}

function allRoutes(desk: Desk): Handlers {
  const session = () => {
    throw new Refusal(404, "not-found", "Sessions are opened at the door");
  };
  return {
    "POST /session": session,
    "GET /session": session,
    "DELETE /session": session,
    "POST /addresses": session,
    "GET /server": () => ({
      version: desk.services.version,
      program: desk.services.program,
      epoch: desk.epoch,
      startedAt: desk.startedAt,
      now: desk.services.clock.now(),
      data: desk.services.data,
      workspace: desk.services.workspace,
      frames: desk.framesAt,
    }),
    ...workflowRoutes(desk),
    ...runRoutes(desk),
    ...rerunRoutes(desk),
    ...artifactRoutes(desk),
    ...conductorRoutes(desk),
    ...extensionRoutes(desk),
    ...motifRoutes(desk),
    ...permissionRoutes(desk),
    ...settingRoutes(desk),
    ...storageRoutes(desk),
    ...metricsRoutes(desk),
    ...failureRoutes(desk),
    ...fileRoutes(desk),
  };
}

/** Spans for OpenTelemetry where Deno exports them; the library is not loaded else. */
async function tracingObservers() {
  if (Deno.env.get("OTEL_DENO") !== "true" && Deno.env.get("OTEL_DENO") !== "1") return [];
  const { Tracing } = await import("./metrics/tracing.ts");
  return [new Tracing()];
}
