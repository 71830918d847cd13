/**
 * The SDK: what an extension imports, and all it may import, as `symphony/sdk`. Schemas are TypeBox: one declaration is
 * both the JSON Schema that workflows are checked against and the TypeScript type of the handler's input and output.
 *
 * Ring: extensions. Runs inside the worker; imports nothing but TypeBox and the pure merge of core. Start reading at
 * `defineOperator`.
 *
 * @module
 */

export { type Static, Type } from "typebox";
export {
  defineCommand,
  defineExtension,
  defineInstrument,
  defineOperator,
  defineTask,
  defineView,
} from "./define.ts";
export type {
  CommandDefinition,
  Definition,
  ExtensionDefinition,
  InstrumentDefinition,
  OperatorDefinition,
  TaskDefinition,
  ViewDefinition,
  ViewInput,
  ViewNode,
  ViewOutput,
} from "./define.ts";
export type {
  ArtifactsCapability,
  AssetsCapability,
  CallContext,
  EditorCapability,
  EditorText,
  FileEntry,
  FilesCapability,
  GitCapability,
  GitCommit,
  InstrumentContext,
  InstrumentReply,
  InstrumentRequest,
  ModelReply,
  ModelsCapability,
  NotificationsCapability,
  TextProposal,
} from "./context.ts";
export { ExtensionFailure } from "./failure.ts";
export { mergeEdits, withEditMarkers } from "../../core/merge/edit_merge.ts";
export type { EditConflict, EditMerge, EditSide, ProposedEdit } from "../../core/merge/edit_merge.ts";
