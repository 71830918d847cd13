/**
 * Declaring what an extension contributes. The functions give back what they are given: they exist for the types.
 *
 * @module
 */

import type { Static, TObject } from "typebox";
import type { CallContext, InstrumentContext, InstrumentReply, InstrumentRequest } from "./context.ts";

export interface OperatorDefinition<I extends TObject = TObject, O extends TObject = TObject> {
  readonly kind: "operator";
  /** `group/name`, as a workflow's `use` says it. */
  readonly type: string;
  readonly title: string;
  readonly description: string;
  /** One property a port or setting; optional ones by `Type.Optional`, defaults by `{ default }`. */
  readonly input: I;
  readonly output: O;
  /**
   * What it may change or reach outside; capabilities beyond it are refused. Results of `none` are taken over from other runs. Default:
   * what the extension's permissions let it read, `none` without any.
   */
  readonly effect?: "none" | "read" | "network" | "write";
  readonly run: (input: Static<I>, context: CallContext) => Static<O> | Promise<Static<O>>;
}

export interface InstrumentDefinition {
  readonly kind: "instrument";
  readonly type: string;
  readonly title: string;
  readonly description: string;
  /** Names of the tasks it serves; `*` for any. */
  readonly serves: readonly string[];
  /** US dollars for a million tokens; 0 for a local model. */
  readonly priceIn: number;
  readonly priceOut: number;
  /** Most tokens of a prompt; a longer one never goes here. */
  readonly contextTokens?: number;
  /** How good its answers are, 0 to 1, as far as its publisher knows; what is seen soon counts for more. */
  readonly promisedQuality?: number;
  /** Undefined while it can be used, else why not. Asked again at most once a minute. */
  readonly unavailable?: (context: CallContext) => Promise<string | undefined>;
  readonly run: (request: InstrumentRequest, context: InstrumentContext) => Promise<InstrumentReply>;
}

/** A job in words that any fitting instrument can do: `use: "instrument/NAME"`. */
export interface TaskDefinition {
  readonly kind: "task";
  /** `instrument/NAME`. */
  readonly type: string;
  readonly title: string;
  readonly description: string;
  readonly system: string;
  /** `{{name}}` stands for an input; objects are put in as JSON. */
  readonly prompt: string;
  readonly input: TObject;
  /** The structure that the answer must have. */
  readonly output: TObject;
}

/**
 * Something to be shown: given what it is about, what it remembers and what the person did, it says what to show. It
 * keeps nothing between two calls but `state`, so that it may be stopped and started at any time.
 */
export interface ViewDefinition {
  readonly kind: "view";
  /** `group/name`, as `contributes` of the manifest says it. */
  readonly type: string;
  readonly title: string;
  readonly description: string;
  readonly run: (input: ViewInput, context: CallContext) => ViewOutput | Promise<ViewOutput>;
}

export interface ViewInput {
  readonly props: Readonly<Record<string, unknown>>;
  /** As the last answer gave it; null at first. */
  readonly state: unknown;
  /** What the person did; absent at first. */
  readonly event?: { readonly id: string; readonly name: string; readonly value?: unknown };
}

export interface ViewOutput {
  /** Made of the components that `schemas/motif_tree.schema.json` lists. */
  readonly tree: ViewNode | string;
  readonly state?: unknown;
  /** Of an editor: the file's new text. Who shows it makes it one undoable edit. */
  readonly text?: string;
  /** Milliseconds, 250 at least, after which it is asked again while it is shown: for what changes by itself. */
  readonly again?: number;
}

export interface ViewNode {
  readonly is: string;
  readonly key?: string;
  readonly props?: Readonly<Record<string, unknown>>;
  readonly children?: readonly (ViewNode | string)[];
  readonly on?: Readonly<Record<string, string>>;
}

/** Something the person can have done, from the palette, a menu or a key. */
export interface CommandDefinition {
  readonly kind: "command";
  /** `group/name`, as `contributes` of the manifest says it. */
  readonly type: string;
  readonly title: string;
  readonly description: string;
  readonly run: (
    input: Readonly<Record<string, unknown>>,
    context: CallContext,
  ) => Readonly<Record<string, unknown>> | Promise<Readonly<Record<string, unknown>>>;
}

export type Definition =
  | OperatorDefinition
  | InstrumentDefinition
  | TaskDefinition
  | ViewDefinition
  | CommandDefinition;

/** What can be called. */
export type RunnableDefinition = Exclude<Definition, TaskDefinition>;

export interface ExtensionDefinition {
  readonly contributes: readonly Definition[];
}

/** Declares an operator; `run`'s types follow from the schemas. */
export function defineOperator<I extends TObject, O extends TObject>(
  operator: Omit<OperatorDefinition<I, O>, "kind">,
): OperatorDefinition {
  return { ...operator, kind: "operator" } as unknown as OperatorDefinition;
}

/** Declares an instrument. */
export function defineInstrument(instrument: Omit<InstrumentDefinition, "kind">): InstrumentDefinition {
  return { ...instrument, kind: "instrument" };
}

/** Declares a task for instruments. */
export function defineTask(task: Omit<TaskDefinition, "kind">): TaskDefinition {
  return { ...task, kind: "task" };
}

/** Declares a view. */
export function defineView(view: Omit<ViewDefinition, "kind">): ViewDefinition {
  return { ...view, kind: "view" };
}

/** Declares a command. */
export function defineCommand(command: Omit<CommandDefinition, "kind">): CommandDefinition {
  return { ...command, kind: "command" };
}

/** The default export of an extension's entry. */
export function defineExtension(extension: ExtensionDefinition): ExtensionDefinition {
  return extension;
}
