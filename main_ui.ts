/**
 * The composition of the page's server. What the first page needs is here; the rest comes from main.ts when it is loaded.
 *
 * @module
 */

import type { ConductorDesk } from "./cli/conductor_desk.ts";
import type { CliServices, Served, ServeRequest, Session } from "./cli/services.ts";
import { hopsTo, planOfRun } from "./cli/verdict_hops.ts";
import type { DecisionLogPort } from "./conductor/decision.ts";
import { SymphonyError } from "./core/errors.ts";
import type { ClockPort } from "./core/ports/clock.ts";
import type { ExtensionPort } from "./core/ports/extension.ts";
import type { NotificationPort } from "./core/ports/notification.ts";
import type { FileProposalPort } from "./core/ports/file_proposals.ts";
import { proposedPlaces } from "./extensions/capabilities/proposed_place.ts";
import type { PermissionPromptPort } from "./core/ports/permission_prompt.ts";
import {
  anotherAddress,
  PermissionPrompts,
  RunningServer,
  startServer,
  type Texts,
  type UiServices,
  type UiShell,
} from "./ui/server/mod.ts";

/** What main.ts gives. */
export interface UiParts extends Pick<CliServices, "templates" | "composition"> {
  readonly conductor: ConductorDesk;
  readonly settings: UiServices["settings"];
  readonly installed: UiServices["installed"];
  readonly grants: UiServices["grants"];
  readonly secrets: UiServices["secrets"];
  readonly notices: NotificationPort;
  readonly onReload: NonNullable<UiServices["onReload"]>;
  decisionLog(): Pick<DecisionLogPort, "read">;
  openTexts(): Promise<Texts>;
  open(
    around: (extensions: ExtensionPort) => ExtensionPort,
    proposals: FileProposalPort,
  ): Promise<Session>;
}

export interface UiStart {
  readonly version: string;
  readonly program: string;
  readonly clock: ClockPort;
  /** Folder with the page's files. */
  readonly assets: string;
  /** The rest; its grants ask through `prompt`. */
  parts(prompt: PermissionPromptPort): Promise<UiParts>;
}

/** Serves; where another process does so already, gives what that one offers. */
export async function serveUi(request: ServeRequest, { parts, ...start }: UiStart): Promise<Served> {
  const { data, workspace } = request;
  const shell: UiShell = { ...start, data, workspace, prompts: new PermissionPrompts(start.clock) };
  try {
    const server = await startServer(shell, async () => servicesOf(shell, await parts(shell.prompts)), {
      onError: request.onError,
      ...request.port === undefined ? {} : { port: request.port },
    });
    return {
      isOurs: true,
      address: (place) => Promise.resolve(server.address(place)),
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

function servicesOf(shell: UiShell, parts: UiParts): UiServices {
  const { conductor, composition, decisionLog, ...rest } = parts;
  const { data } = shell;
  return {
    ...rest,
    ...shell,
    proposedPlaces,
    conductor: {
      status: () => conductor.status(data),
      explain: (id) => conductor.explain(data, id),
      entries: (from) => decisionLog().read(from),
      async verdict(pit, { run, node, word }) {
        const hops = hopsTo(await planOfRun({ pit }, run), node);
        try {
          return (await conductor.verdict(data, { run, word, hops })).length;
        } catch (error) {
          // A run in which the Conductor chose nothing has nothing to learn from.
          if (error instanceof SymphonyError && error.code === "not-found") return 0;
          throw error;
        }
      },
    },
    composition: composition(data),
  };
}

/** The page's folder, bundled anew where its sources are newer. */
export async function pageFromSource(): Promise<string> {
  // By an address, so that no bundle of the program holds the bundler.
  const build: typeof import("./build/current_ui.ts") = await import(
    new URL("./build/current_ui.ts", import.meta.url).href
  );
  return await build.currentUi();
}
