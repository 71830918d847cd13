/** What extensions add to the page. @module */

import { SymphonyError } from "../../../core/errors.ts";
import { extensionId } from "../../../core/ids.ts";
import type { MotifPort } from "../../../core/ports/motif.ts";
import type { Route } from "../../api/api.ts";
import type { Desk } from "../desk.ts";
import type { HandlersOf } from "../http/handlers.ts";

type MotifRoute = Extract<Route, `${string} /motifs${string}`>;

export function motifRoutes(desk: Desk): HandlersOf<MotifRoute> {
  const { workspace } = desk.services;
  const motifs = async (): Promise<MotifPort> => {
    const { motifs: found } = await desk.backend();
    if (found === undefined) {
      throw new SymphonyError("unsupported", "Cannot show motifs: there are none here");
    }
    return found;
  };
  // Nobody gives a view up: it has a time-out of its own.
  const { signal } = new AbortController();
  return {
    // Without extensions that add to the page there is nothing to add.
    "GET /motifs": async () => await (await desk.backend()).motifs?.contributions() ?? [],
    "POST /motifs/views": async ({ body: { extension, view, props, state = null, event } }) =>
      await (await motifs()).render({
        extension: extensionId(extension),
        view,
        props,
        state,
        workspace,
        ...event === undefined ? {} : { event },
      }, signal),
    "POST /motifs/commands": async ({ body: { extension, command, input, mayWrite = false } }) =>
      await (await motifs()).command(
        { extension: extensionId(extension), command, input, mayWrite, workspace },
        signal,
      ),
  };
}
