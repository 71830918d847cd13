/** Everything about the machine and the installation: extensions, grants, settings, storage, figures, failures, files. @module */

import { isObject, type JsonObject } from "../../../core/json.ts";
import type { Route } from "../../api/api.ts";
import { isCounter } from "../metrics/figures.ts";
import type { Desk } from "../desk.ts";
import { extensionLines, poolInfo } from "../extension_view.ts";
import { FileChanges } from "../file_changes.ts";
import { entriesOf, searchFiles } from "../file_lists.ts";
import type { HandlersOf } from "../http/handlers.ts";
import { Refusal } from "../http/problems.ts";
import { staleReview, storageInfo } from "../storage_view.ts";

type ConductorRoute = Extract<Route, `GET /conductor${string}`>;
type ExtensionRoute = "GET /extensions" | "GET /pool";
type PermissionRoute = Extract<
  Route,
  `${string} /${"grants" | "secrets" | "secrets/{name}"}` | `${string} /permissions/${string}`
>;
type SettingRoute = Extract<Route, `${string} /settings${string}` | `${string} /preferences`>;
type StorageRoute = Extract<Route, `GET /storage${string}`>;
type MetricsRoute = Extract<Route, `GET /metrics/${string}`>;
type FailureRoute = Extract<Route, `${string} /failures${string}`>;
type FileRoute = Extract<Route, `${string} /files${string}` | "GET /changes">;

const MAX_PREFERENCES = 256 * 1024;

export function conductorRoutes({ services, conductor }: Desk): HandlersOf<ConductorRoute> {
  return {
    "GET /conductor": async () => plain(await services.conductor.status()),
    "GET /conductor/decisions": ({ query }) => conductor.page(query),
    "GET /conductor/decisions/{id}": async ({ params }) => {
      const facts = plain(await services.conductor.explain(params.id));
      const { why, decision } = facts;
      const lines = Array.isArray(why) ? why.filter((line) => typeof line === "string") : [];
      return { decision: typeof decision === "string" ? decision : params.id, why: lines, facts };
    },
  };
}

export function extensionRoutes(desk: Desk): HandlersOf<ExtensionRoute> {
  return {
    "GET /extensions": async () => {
      const installed = await desk.services.installed();
      return extensionLines(installed, desk.openBackend(), desk.prober);
    },
    "GET /pool": () => poolInfo(desk.openBackend()),
  };
}

export function permissionRoutes({ permissions }: Desk): HandlersOf<PermissionRoute> {
  return {
    "GET /grants": () => permissions.grants(),
    "PUT /grants": ({ body }) => permissions.add(body),
    "DELETE /grants": ({ query }) => permissions.remove(query.extension, query.permission),
    "GET /secrets": () => permissions.secrets(),
    "PUT /secrets/{name}": ({ params, body }) => permissions.keepSecret(params.name, body.value),
    "DELETE /secrets/{name}": ({ params }) => permissions.forgetSecret(params.name),
    "GET /permissions/prompts": () => permissions.prompts(),
    "POST /permissions/prompts/{id}": async ({ params, body }) => {
      await permissions.answer(params.id, body);
      return null;
    },
    "GET /permissions/audit": ({ query }) => permissions.audit(query),
  };
}

export function settingRoutes({ services, state }: Desk): HandlersOf<SettingRoute> {
  const list = async () =>
    (await services.settings.list()).map(({ value, ...rest }) => ({
      ...rest,
      ...value === undefined ? {} : { value },
    }));
  const preferences = (): JsonObject => {
    const kept = state.read("preferences.json");
    return isObject(kept) ? kept : {};
  };
  return {
    "GET /settings": list,
    "PUT /settings/{publisher}/{extension}/{name}": async ({ params, body }) => {
      const extension = `${params.publisher}/${params.extension}`;
      await services.settings.change({ extension, name: params.name, value: body.value });
      return await list();
    },
    "GET /preferences": preferences,
    "PUT /preferences": ({ body }) => {
      if (JSON.stringify(body).length > MAX_PREFERENCES) {
        throw new Refusal(413, "bad-input", `Cannot keep preferences of over ${MAX_PREFERENCES} bytes`);
      }
      state.write("preferences.json", body);
      return preferences();
    },
  };
}

export function storageRoutes(desk: Desk): HandlersOf<StorageRoute> {
  return {
    "GET /storage": async () => await storageInfo(desk.services.data, await desk.backend()),
    "GET /storage/stale": async () => await staleReview(await desk.backend(), desk.services.clock.now()),
  };
}

export function metricsRoutes(desk: Desk): HandlersOf<MetricsRoute> {
  return {
    "GET /metrics/now": () => desk.figuresNow(),
    "GET /metrics/summary": ({ query }) => desk.metrics().summary(query.from, desk.services.clock.now()),
    "GET /metrics/series": ({ query }) => {
      if (query.to <= query.from) {
        throw new Refusal(400, "bad-input", "Cannot give the series: query.to must be after query.from");
      }
      return desk.metrics().series(query, desk.services.clock.now(), isCounter(query.name));
    },
  };
}

export function failureRoutes(desk: Desk): HandlersOf<FailureRoute> {
  return {
    "GET /failures": async ({ query }) => {
      await desk.lookThroughFailed();
      return desk.failures.groups(query);
    },
    "GET /failures/{fingerprint}": async ({ params }) => {
      const failed = new Set<string>();
      const runs = await desk.runs();
      for (const { run, state } of await runs.lines(1000)) {
        if (state === "failed" || state === "running") failed.add(run);
      }
      return desk.failures.detail(params.fingerprint, (run) => failed.has(run));
    },
    "PATCH /failures/{fingerprint}": ({ params, body }) =>
      desk.failures.change(params.fingerprint, body.state),
  };
}

export function fileRoutes({ files, proposals, services, openFiles }: Desk): HandlersOf<FileRoute> {
  const changes = new FileChanges(files, services.proposedPlaces, services.data);
  return {
    "POST /files": ({ body }) => changes.make(body.path, body.kind),
    "POST /files/move": ({ body }) => changes.move(body.from, body.to),
    "DELETE /files": async ({ query }) => {
      await changes.remove(query.path);
      return null;
    },
    "GET /files": ({ query }) => entriesOf(files, query.folder ?? "."),
    "GET /changes": () => proposals.waiting(),
    "GET /files/search": ({ query }) => searchFiles(files, query.text, Math.min(query.limit ?? 50, 500)),
    "GET /files/text": async ({ query }) => {
      // Its engine for patterns is loaded by whoever searches.
      const { searchText } = await import("../text_search.ts");
      return await searchText(files, query, await openFiles());
    },
  };
}

/** Facts as JSON: without what is undefined. */
function plain(facts: object): JsonObject {
  return JSON.parse(JSON.stringify(facts)) as JsonObject;
}
