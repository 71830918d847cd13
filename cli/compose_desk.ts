/**
 * What `compose` asks of the Conductor; main.ts gives it.
 *
 * @module
 */

import type { Catalog } from "../core/workflow/catalog.ts";
import type { Problem } from "../core/workflow/problem.ts";
import type { Template } from "./services.ts";

/** A proposed workflow. Nothing of it has run. */
export interface Proposal {
  readonly source: "template" | "parts" | "instrument";
  readonly text: string;
  readonly reason: string;
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly nodes: readonly { readonly id: string; readonly use: string; readonly title: string }[];
  readonly inputs: readonly {
    readonly name: string;
    readonly isRequired: boolean;
    readonly description: string;
  }[];
  readonly outputs: readonly string[];
  readonly problems: readonly Problem[];
  readonly price: {
    readonly calls: number;
    readonly usdLeast: number;
    readonly usdMost: number;
    readonly usdMostAnItem: number;
    readonly unserved: readonly string[];
    readonly seconds?: number;
  };
  readonly writes: boolean;
  readonly coverage: number;
  /** Words of the goal that it does not speak of. */
  readonly missing: readonly string[];
  readonly score: number;
}

/** Asks an instrument for text. */
export interface Drafting {
  draft(request: {
    readonly system: string;
    readonly prompt: string;
    readonly signal?: AbortSignal;
  }): Promise<string>;
}

export interface ComposeDesk {
  /** The likeliest to be accepted first, and what did not come about. @throws SymphonyError `bad-input` */
  propose(request: {
    readonly goal: string;
    readonly catalog: Catalog;
    readonly templates: readonly Template[];
    readonly instrument?: Drafting;
  }): Promise<{ readonly candidates: readonly Proposal[]; readonly notes: readonly string[] }>;
  /** What was shown last; empty where nothing was. */
  last(): Promise<readonly Proposal[]>;
  /** One of what was shown was written to `path`; gives what could not be kept. */
  took(
    taken: Proposal,
    shown: readonly Proposal[],
    file: { readonly path: string; readonly text: string },
  ): Promise<readonly string[]>;
  rejected(shown: readonly Proposal[]): Promise<readonly string[]>;
}
