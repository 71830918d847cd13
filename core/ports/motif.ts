/**
 * Motifs: what extensions add to the user interface, drawn by whoever draws. Everything that comes through here is data.
 *
 * @module
 */

import type { ExtensionId } from "../ids.ts";
import type { Json, JsonObject } from "../json.ts";
import type { ExtensionUi } from "../motif/contributions.ts";
import type { TreeEvent, TreeNode, TreeProblem } from "../motif/tree.ts";
import type { NodeFailure } from "../policy/failure.ts";

export interface ViewRequest {
  readonly extension: ExtensionId;
  /** A view's type, as the manifest names it. */
  readonly view: string;
  /** What it shows: the node, the file, the run. */
  readonly props: JsonObject;
  /** As the last answer gave it; null at first. */
  readonly state: Json;
  /** What the person did; absent at first and when `props` changed. */
  readonly event?: TreeEvent;
  /** Absolute path below which the view may read, where that is granted. */
  readonly workspace: string;
}

export type ViewReply =
  | {
    readonly ok: true;
    readonly tree: TreeNode;
    /** To be given with the next request. */
    readonly state: Json;
    /** Of an editor: the file's new text. */
    readonly text?: string;
    /** Milliseconds after which it wants to be asked again while it is shown, without an event. */
    readonly again?: number;
    /** Parts that were left out, for the extension's author. */
    readonly problems: readonly TreeProblem[];
  }
  | { readonly ok: false; readonly failure: NodeFailure };

export interface CommandRequest {
  readonly extension: ExtensionId;
  readonly command: string;
  /** What the person was looking at. */
  readonly input: JsonObject;
  readonly workspace: string;
  readonly mayWrite: boolean;
}

export type CommandReply =
  | { readonly ok: true; readonly output: JsonObject }
  | { readonly ok: false; readonly failure: NodeFailure };

export interface MotifPort {
  /** What installed extensions contribute; runs none of their code. */
  contributions(): Promise<readonly ExtensionUi[]>;
  /** Asks a view for its tree. Never rejects for what the extension does. */
  render(request: ViewRequest, signal: AbortSignal): Promise<ViewReply>;
  /** Carries a command out. Never rejects for what the extension does. */
  command(request: CommandRequest, signal: AbortSignal): Promise<CommandReply>;
  /** The text of a listed asset: a frame's page, a template. Undefined where there is none. */
  asset(extension: ExtensionId, name: string): Promise<Uint8Array | undefined>;
}
