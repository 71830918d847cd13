/**
 * Where an author's extension runs while it is made: a real host process under the real checks, with everything granted
 * that the manifest asks for, and nothing kept.
 *
 * @module
 */

import { messageOf, SymphonyError } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
import { keysOf } from "../../core/policy/permission.ts";
import { HeldArtifacts } from "../capabilities/held_artifacts.ts";
import { Grants } from "../grants.ts";
import type { ExtensionSource } from "../installed.ts";
import type { HostCommand } from "../host/host_command.ts";
import { HostExtensions, type HostExtensionsOptions } from "../host_extensions.ts";
import type { Toolchain } from "../loader/loader.ts";
import type { Contribution } from "../sdk/runtime/describe.ts";
import type { BuiltExtension } from "./built_extension.ts";

export interface WorkbenchTools extends Toolchain {
  readonly command: HostCommand;
  readonly host: Pick<ExtensionSource, "workerRoot" | "lightEngine">;
}

export interface OpenOptions extends Pick<HostExtensionsOptions, "capabilities"> {
  readonly settings?: JsonObject;
  readonly onLog?: (line: string) => void;
  /** Permission keys that are not granted. */
  readonly refuse?: readonly string[];
}

export interface OpenExtension extends AsyncDisposable {
  readonly extensions: HostExtensions;
}

export class Workbench {
  readonly tools: WorkbenchTools;

  constructor(tools: WorkbenchTools) {
    this.tools = tools;
  }

  /** Opens hosts for it alone. Disposing ends them. */
  async open(built: BuiltExtension, options: OpenOptions = {}): Promise<OpenExtension> {
    const scratch = await Deno.makeTempDir({ prefix: "symphony-bench-" });
    const grants = await Grants.open(scratch);
    const { id, permissions } = built.manifest;
    for (const key of permissions.flatMap(keysOf)) {
      if (!(options.refuse ?? []).includes(key)) grants.addForSession(`${id}:${key}`);
    }
    const { onLog, settings, capabilities } = options;
    const extensions = new HostExtensions({
      source: {
        load: () => Promise.resolve({ installed: [built], problems: [] }),
        workerRoot: (kind) => this.tools.host.workerRoot(kind),
        lightEngine: () => this.#lightEngine(),
      },
      command: this.tools.command,
      grants,
      artifacts: new HeldArtifacts(),
      settings: new Map(settings === undefined ? [] : [[id, settings]]),
      ...(onLog === undefined ? {} : { onLog: (_, line) => onLog(line) }),
      ...(capabilities === undefined ? {} : { capabilities }),
    });
    return {
      extensions,
      async [Symbol.asyncDispose]() {
        await extensions.close();
        await Deno.remove(scratch, { recursive: true });
      },
    };
  }

  async #lightEngine() {
    const engine = await this.tools.host.lightEngine?.();
    if (engine === undefined) {
      throw new SymphonyError("unsupported", "There is no engine for light extensions");
    }
    return engine;
  }

  /** What it contributes, by running it. @throws SymphonyError `extension` with places in the author's files */
  async describe(built: BuiltExtension): Promise<readonly Contribution[]> {
    if (built.contributes !== undefined) return built.contributes;
    await using open = await this.open(built);
    const { problems: [problem] } = await open.extensions.describe();
    if (built.contributes !== undefined) return built.contributes;
    const message = await built.inSource(problem?.message ?? "It could not be described");
    throw new SymphonyError("extension", message);
  }
}

/** A failure's text with places in the author's files. */
export async function inAuthorsFiles(built: BuiltExtension, error: unknown): Promise<string> {
  return await built.inSource(messageOf(error));
}
