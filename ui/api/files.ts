/** Files of the workspace, for the tree and for quick open. Paths are from the workspace, with `/`. @module */

export interface FolderQuery {
  /** Default the workspace itself. */
  readonly folder?: string;
}

/** The most that are listed of one folder: its folders first, then by name. */
export const MOST_LISTED = 50_000;

export interface FileEntry {
  readonly path: string;
  readonly kind: "file" | "folder" | "link";
  readonly sizeBytes: number;
  readonly modifiedAt: number;
  /** By `.gitignore`. */
  readonly isIgnored: boolean;
}

export interface FileSearch {
  /** Letters that must come in this order in the path. */
  readonly text: string;
  /** Default 50, at most 500. */
  readonly limit?: number;
}

export interface FileHit {
  readonly path: string;
  readonly score: number;
  /** Places of the letters in `path`. */
  readonly at: readonly number[];
}

/** A file or folder that is to be made, with the folders above it. */
export interface NewFile {
  readonly path: string;
  readonly kind: "file" | "folder";
}

/** Where a file or folder is, and where it is to be; nothing is there yet. */
export interface FileMove {
  readonly from: string;
  readonly to: string;
}

/** Text that is looked for in the files of the workspace, line by line. */
export interface TextSearch {
  readonly text: string;
  /** It is a regular expression (RE2: nothing that looks back or around). Default false. */
  readonly isPattern?: boolean;
  /** Default false. */
  readonly matchCase?: boolean;
  /** Only where no letter, digit or `_` is on either side. Default false. */
  readonly wholeWord?: boolean;
  /** Only files in whose path one of these is, and none of those after `!`; by commas: `ui/,.ts,!test`. */
  readonly files?: string;
  /** Places; default 500, at most 5,000. */
  readonly limit?: number;
}

export interface TextHit {
  readonly path: string;
  /** From 1; columns count UTF-16 units. */
  readonly line: number;
  readonly column: number;
  /** The line, or so much of it as is around the place; what was found begins at `at`. */
  readonly text: string;
  readonly at: number;
  readonly length: number;
}

export interface TextHits {
  /** By path, in the order of the text. What is open counts as it is there, saved or not. */
  readonly hits: readonly TextHit[];
  /** There are more places than were asked for. */
  readonly isMore: boolean;
  /** Files that were looked through. */
  readonly looked: number;
}
