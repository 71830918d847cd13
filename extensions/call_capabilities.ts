/** What a call may use of the core: its capabilities, bound to its run and to what its extension may do. @module */

import type { ExtensionId } from "../core/ids.ts";
import type { ArtifactPort } from "../core/ports/artifact.ts";
import type { CallOptions, CallRequest } from "../core/ports/extension.ts";
import type { FileProposalPort } from "../core/ports/file_proposals.ts";
import type { Actor } from "./actor.ts";
import type { Resolve } from "./capabilities/address.ts";
import { Capabilities } from "./capabilities/broker.ts";
import { type CallScope, proposerOf } from "./capabilities/capability.ts";
import { saidEffect } from "./capabilities/effect.ts";
import { EditorDesk, type EditorTexts } from "./editor_desk.ts";
import type { ResourceMonitor } from "./monitor/resource_monitor.ts";
import { Notices } from "./notices.ts";

export interface CallSurroundings {
  readonly artifacts: ArtifactPort;
  /** Opens a call's capabilities; without it the real ones. A mock host answers the network from fixtures. */
  readonly capabilities?: (scope: Omit<CallScope, "granted">) => Capabilities;
  /** How names of hosts are resolved; as the system does without it. */
  readonly resolve?: Resolve;
  /** The editor's texts; without it there is no editor. */
  readonly texts?: () => Promise<EditorTexts>;
  /** Where messages to the person go; without it nobody sees any but in the run. */
  readonly notices?: Notices;
  /** Takes what runs propose to files; without it a run that proposes cannot write. */
  readonly proposals?: FileProposalPort | undefined;
}

export class CallCapabilities {
  readonly #surroundings: CallSurroundings;
  readonly #monitor: ResourceMonitor;
  readonly #notices: Notices;
  readonly #editor: EditorDesk | undefined;

  constructor(surroundings: CallSurroundings, monitor: ResourceMonitor) {
    const { texts, notices = new Notices(), proposals } = surroundings;
    this.#surroundings = surroundings;
    this.#monitor = monitor;
    this.#notices = notices;
    this.#editor = texts && new EditorDesk(
      texts,
      (extension, text) => this.#say(extension, text),
      proposals,
    );
  }

  /** Tells the person of something that the core does for an extension; too many are left out. */
  #say(extension: ExtensionId, text: string): void {
    try {
      this.#notices.show(extension, "info", text);
    } catch {
      // It has said enough.
    }
  }

  /** Those of one call, until its end. */
  open(
    actor: Actor,
    request: CallRequest,
    signal: AbortSignal,
    { models, onEvent }: Partial<CallOptions> = {},
  ): Capabilities {
    const { workspace, mayWrite, mayAskToWrite, proposes, nodeType, run, node, item } = request;
    const { artifacts, capabilities, proposals, resolve } = this.#surroundings;
    const scope: Omit<CallScope, "granted"> = {
      authority: actor.authority,
      workspace,
      mayWrite,
      ...(mayAskToWrite === true ? { writeKey: `command:${nodeType}` as const } : {}),
      ...saidEffect(actor.contributes.get(request.nodeType)),
      ...(proposes === true ? { proposing: { port: proposals, author: proposerOf(actor.id) } } : {}),
      signal,
      run,
      node,
      ...(item === undefined ? {} : { item }),
      artifacts,
      payloads: actor.payloads,
      asset: (name) => actor.installed.asset(name),
      onNetwork: (bytes) => this.#monitor.network(actor.id, bytes),
      ...(models === undefined ? {} : { models, allowance: this.#monitor.allowanceOf(actor.id) }),
      ...(this.#editor === undefined ? {} : { texts: this.#editor }),
      ...(resolve === undefined ? {} : { resolve }),
      notify: (level, text) => {
        const notice = this.#notices.show(actor.id, level, text);
        onEvent?.({ kind: "notice", extension: actor.id, level, text: notice.text });
        return notice;
      },
    };
    return capabilities?.(scope) ?? new Capabilities(scope);
  }
}
