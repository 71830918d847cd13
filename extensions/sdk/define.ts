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
  /** What it may change or reach outside. Default `none`. */
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

export interface ExtensionDefinition {
  readonly contributes: readonly (OperatorDefinition | InstrumentDefinition | TaskDefinition)[];
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

/** The default export of an extension's entry. */
export function defineExtension(extension: ExtensionDefinition): ExtensionDefinition {
  return extension;
}
