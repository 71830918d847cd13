/**
 * Texts of files that a run proposes to the person instead of writing them: they wait in the editor, as part of the change set
 * `RUN:NODE`, until somebody takes them or puts them back.
 *
 * @module
 */

import type { AuthorId, NodeId, RunId } from "../ids.ts";

export interface FileProposal {
  readonly run: RunId;
  readonly node: NodeId;
  /** Whose change it is, as the editor shows it. */
  readonly author: AuthorId;
  /** The file's real path; nothing need be there. */
  readonly file: string;
  /** The text that `text` was made from: what others changed since then stays. Undefined where it is not known. */
  readonly base: string | undefined;
  readonly text: string;
}

export interface FileProposalPort {
  /**
   * Proposes; when this resolves, no death of a process takes it back. Proposing what is there already changes nothing.
   * @throws SymphonyError where the file cannot be opened as a text (binary, too large, a folder), or there is no editor
   */
  propose(proposal: FileProposal): Promise<void>;
  /** The files that the run has proposed something for that is not in them yet, by real path. */
  files(run: RunId): Promise<readonly string[]>;
  /** What the run has made of one of them, without what others typed there; undefined where the file itself has it. */
  read(run: RunId, file: string): Promise<string | undefined>;
}

/** What judges where proposals go, and makes way for one that a person saves. */
export interface ProposedPlaces {
  /**
   * Where a proposal for `path` really goes; `others` are the files of all proposals that wait.
   * @throws Error where that is outside of `root`, git's own, or would make a folder that git takes for a repository
   */
  place(root: string, path: string, others: readonly string[]): Promise<string>;
  /** Makes the folders of a file whose place was judged. */
  makeFolder(root: string, file: string): Promise<void>;
}

/** The change set that proposals of a node belong to. */
export function changeSetOf(run: RunId, node: NodeId): string {
  return `${run}:${node}`;
}
