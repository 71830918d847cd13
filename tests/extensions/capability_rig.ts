/**
 * The real capabilities of one call over a temporary workspace.
 *
 * @module
 */

import { extensionId, nodeId, runId } from "../../core/ids.ts";
import { hostMatches, type PermissionKey, type SecretPermission } from "../../core/policy/permission.ts";
import type { Resolve } from "../../extensions/capabilities/address.ts";
import { Capabilities } from "../../extensions/capabilities/broker.ts";
import { HeldArtifacts } from "../../extensions/capabilities/held_artifacts.ts";
import { createContext } from "../../extensions/sdk/runtime/context.ts";
import type { InstrumentContext } from "../../extensions/sdk/mod.ts";

export interface CapabilityRig extends AsyncDisposable {
  readonly context: InstrumentContext & { readonly fetch: typeof fetch };
  readonly capabilities: Capabilities;
  readonly workspace: string;
  /** A folder beside the workspace, which nothing may reach. */
  readonly outside: string;
  readonly abort: AbortController;
}

export interface CapabilityRigOptions {
  readonly mayWrite?: boolean;
  /** An own workspace, which is left as it is; else one is made. */
  readonly workspace?: string;
  readonly refuse?: readonly PermissionKey[];
  readonly hosts?: readonly string[];
  readonly secrets?: readonly SecretPermission[];
  readonly secret?: string;
  readonly resolve?: Resolve;
}

/** Opens capabilities; `hosts` are granted, everything else unless it is in `refuse`. */
export async function openCapabilities(options: CapabilityRigOptions = {}): Promise<CapabilityRig> {
  const folder = await Deno.makeTempDir({ prefix: "symphony-capabilities-" });
  const { workspace = `${folder}/workspace` } = options;
  const outside = `${folder}/outside`;
  if (options.workspace === undefined) await Deno.mkdir(workspace);
  await Deno.mkdir(outside);
  await Deno.writeTextFile(`${outside}/secret.txt`, "secret");
  const abort = new AbortController();
  const { hosts = [], secrets = [] } = options;
  const named = (host: string, port: number) => hosts.some((pattern) => hostMatches(pattern, host, port));
  const capabilities = new Capabilities({
    authority: {
      extension: extensionId("test/extension"),
      permissions: secrets,
      refusal: (key) => {
        const isHost = key.startsWith("net:");
        const [host = "", port = ""] = key.slice(4).split(/:(?=\d+$)/);
        if (isHost ? named(host, Number(port)) : !options.refuse?.includes(key)) return undefined;
        return "the test refuses it";
      },
      namesOutright: (host, port) =>
        hosts.some((pattern) => !pattern.startsWith("*") && hostMatches(pattern, host, port)),
      secret: () => options.secret,
    },
    workspace,
    mayWrite: options.mayWrite ?? true,
    signal: abort.signal,
    run: runId("r000000000000000"),
    node: nodeId("n"),
    artifacts: new HeldArtifacts(),
    ...(options.resolve === undefined ? {} : { resolve: options.resolve }),
    asset: (name) => Promise.resolve(name === "listed" ? new Uint8Array([7]) : undefined),
  });
  const context = createContext(capabilities, {
    signal: abort.signal,
    attempt: 1,
    idempotencyKey: "k",
    config: {},
    emit: () => {},
  });
  return {
    context,
    capabilities,
    workspace,
    outside,
    abort,
    async [Symbol.asyncDispose]() {
      capabilities.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
}
