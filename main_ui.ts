/**
 * The composition of the page's server: main.ts loads it when it is asked to serve.
 *
 * @module
 */

import type { ConductorDesk } from "./cli/conductor_desk.ts";
import type { CliServices, Served, ServeRequest, Session } from "./cli/services.ts";
import type { ExtensionPort } from "./core/ports/extension.ts";
import type { DecisionLogPort } from "./conductor/decision.ts";
import type { PermissionPromptPort } from "./core/ports/permission_prompt.ts";
import {
  anotherAddress,
  PermissionPrompts,
  RunningServer,
  startServer,
  type Texts,
  type UiServices,
} from "./ui/server/mod.ts";

export interface UiParts
  extends Pick<CliServices, "version" | "program" | "clock" | "templates" | "composition"> {
  /** Folder with the page's files. */
  readonly assets: string;
  readonly conductor: ConductorDesk;
  readonly settings: UiServices["settings"];
  decisionLog(): Pick<DecisionLogPort, "read">;
  openTexts(): Promise<Texts>;
  /** What goes by grants that ask through `prompt`. */
  granted(prompt: PermissionPromptPort): Granted;
}

export interface Granted {
  readonly installed: UiServices["installed"];
  readonly grants: UiServices["grants"];
  open(around: (extensions: ExtensionPort) => ExtensionPort): Promise<Session>;
}

/** Serves; where another process does so already, gives what that one offers. */
export async function serveUi(request: ServeRequest, parts: UiParts): Promise<Served> {
  const { data, workspace } = request;
  const { conductor, composition, decisionLog, granted, ...rest } = parts;
  const prompts = new PermissionPrompts(parts.clock);
  const services: UiServices = {
    ...rest,
    ...granted(prompts),
    prompts,
    data,
    workspace,
    conductor: {
      status: () => conductor.status(data),
      explain: (id) => conductor.explain(data, id),
      entries: (from) => decisionLog().read(from),
    },
    composition: composition(data),
  };
  try {
    const server = await startServer(services, {
      onError: request.onError,
      ...request.port === undefined ? {} : { port: request.port },
    });
    return {
      isOurs: true,
      address: () => Promise.resolve(server.address()),
      start: (started) => server.start(started),
      finished: server.finished,
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  } catch (error) {
    if (!(error instanceof RunningServer)) throw error;
    return {
      isOurs: false,
      address: () => anotherAddress(error),
      start: () => Promise.reject(error),
      finished: Promise.resolve(),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  }
}
