/**
 * Motifs out of installed extensions: what manifests contribute as data, and views and commands carried out like any
 * call. A view has no process of its own until it is first shown.
 *
 * @module
 */

import { messageOf } from "../../core/errors.ts";
import { type ExtensionId, type InstanceId, NO_RUN, nodeId, type NodeTypeId } from "../../core/ids.ts";
import { isObject, type Json, type JsonObject, own } from "../../core/json.ts";
import type { ExtensionUi } from "../../core/motif/contributions.ts";
import { readTree } from "../../core/motif/tree.ts";
import type { CallResult, ExtensionPort } from "../../core/ports/extension.ts";
import type {
  CommandReply,
  CommandRequest,
  MotifPort,
  ViewReply,
  ViewRequest,
} from "../../core/ports/motif.ts";
import type { ExtensionSource, Installed } from "../installed.ts";
import { failed } from "../value_check.ts";

/** A picture should come within a frame; a view that takes this long is stuck. */
const VIEW_MS = 10_000;
const COMMAND_MS = 120_000;
/** With the time that a person takes to answer. */
const ASKING_COMMAND_MS = 12 * 60_000;
/** What a view may remember: more belongs into an artifact. */
const MAX_STATE_CHARS = 1 << 20;
/** No view is asked oftener by itself, and none less often than once an hour. */
const AGAIN_MS = { least: 250, most: 3_600_000 };

export class ExtensionMotifs implements MotifPort {
  readonly #source: ExtensionSource;
  readonly #extensions: ExtensionPort;
  readonly #instances = new Map<ExtensionId, Promise<InstanceId>>();
  #installed: Promise<ReadonlyMap<ExtensionId, Installed>> | undefined;
  #next = 1;

  constructor(source: ExtensionSource, extensions: ExtensionPort) {
    this.#source = source;
    this.#extensions = extensions;
  }

  async contributions(): Promise<readonly ExtensionUi[]> {
    return [...(await this.#known()).values()].flatMap(({ manifest }) => {
      const { id, name, version, contributes, config } = manifest;
      const isEmpty = Object.values(contributes).every((list) => list.length === 0) &&
        Object.keys(isObject(config["properties"]) ? config["properties"] : {}).length === 0;
      return isEmpty ? [] : [{ ...contributes, extension: id, title: name, version, settings: config }];
    });
  }

  async render(request: ViewRequest, signal: AbortSignal): Promise<ViewReply> {
    const { extension, view, props, state, event, workspace } = request;
    const input: JsonObject = {
      props,
      state,
      ...(event === undefined ? {} : { event: event as unknown as Json }),
    };
    const result = await this.#call(extension, view, input, { workspace, mayWrite: false }, VIEW_MS, signal);
    if (!result.ok) return result;
    const next = own(result.output, "state") ?? null;
    if (JSON.stringify(next).length > MAX_STATE_CHARS) {
      return badly(
        `The state of ${view} has more than ${MAX_STATE_CHARS} characters: keep large things as artifacts`,
      );
    }
    const { tree, problems } = readTree(own(result.output, "tree"));
    const text = own(result.output, "text");
    const again = own(result.output, "again");
    if (tree !== undefined) {
      return {
        ok: true,
        tree,
        state: next,
        problems,
        ...(typeof text === "string" ? { text } : {}),
        ...(typeof again === "number"
          ? { again: Math.min(AGAIN_MS.most, Math.max(AGAIN_MS.least, Math.round(again))) }
          : {}),
      };
    }
    const [first] = problems;
    return badly(`${view} shows nothing: ${first?.path}: ${first?.message}. ${first?.hint}`);
  }

  async command(request: CommandRequest, signal: AbortSignal): Promise<CommandReply> {
    const { extension, command, input, workspace, mayWrite } = request;
    const { contributes } = (await this.#known()).get(extension)?.manifest ?? {};
    const writes = contributes?.commands.some((one) => one.command === command && one.writes !== undefined);
    const leave = { workspace, mayWrite, mayAskToWrite: writes === true };
    return await this.#call(
      extension,
      command,
      input,
      leave,
      writes === true ? ASKING_COMMAND_MS : COMMAND_MS,
      signal,
    );
  }

  async asset(extension: ExtensionId, name: string): Promise<Uint8Array | undefined> {
    return await (await this.#known()).get(extension)?.asset(name);
  }

  /** Starts extensions that want to be at `event` (`onStart`, `onView:clock`, …); gives those that could not. */
  async wake(
    event: string,
  ): Promise<readonly { readonly extension: ExtensionId; readonly reason: string }[]> {
    const wanted = [...(await this.#known()).values()].filter(({ manifest }) =>
      manifest.activation.some((pattern) => matches(pattern, event))
    );
    const outcomes = await Promise.all(wanted.map(async ({ manifest: { id } }) => {
      try {
        await this.#instanceOf(id);
        return undefined;
      } catch (error) {
        return { extension: id, reason: messageOf(error) };
      }
    }));
    return outcomes.filter((one) => one !== undefined);
  }

  /** Reads anew what is installed, at the next question. */
  refresh(): void {
    this.#installed = undefined;
  }

  async #known(): Promise<ReadonlyMap<ExtensionId, Installed>> {
    this.#installed ??= this.#source.load().then(({ installed }) =>
      new Map(installed.map((one) => [one.manifest.id, one]))
    );
    return await this.#installed;
  }

  async #instanceOf(extension: ExtensionId): Promise<InstanceId> {
    const known = this.#instances.get(extension);
    if (known !== undefined) {
      const instance = await known;
      if (this.#extensions.isAlive(instance)) return instance;
    }
    const starting = this.#extensions.activate(extension);
    this.#instances.set(extension, starting);
    starting.catch(() => this.#instances.delete(extension));
    return await starting;
  }

  async #call(
    extension: ExtensionId,
    type: string,
    input: JsonObject,
    { workspace, mayWrite, mayAskToWrite = false }: {
      readonly workspace: string;
      readonly mayWrite: boolean;
      readonly mayAskToWrite?: boolean;
    },
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<CallResult> {
    try {
      const instance = await this.#instanceOf(extension);
      return await this.#extensions.call(instance, {
        nodeType: type as NodeTypeId,
        input,
        run: NO_RUN,
        node: nodeId("motif"),
        attempt: 1,
        idempotencyKey: `motif/${extension}/${this.#next++}`,
        workspace,
        mayWrite,
        ...(mayAskToWrite ? { mayAskToWrite } : {}),
      }, { signal, timeoutMs });
    } catch (error) {
      return failed("unavailable", messageOf(error));
    }
  }
}

/** `onView:*` is at every view. */
export function matches(pattern: string, event: string): boolean {
  return pattern.endsWith("*") ? event.startsWith(pattern.slice(0, -1)) : pattern === event;
}

function badly(message: string): ViewReply {
  return { ok: false, failure: { class: "output", message } };
}
