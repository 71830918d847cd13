/** Files of the workspace, for the tree and for quick open. Paths are from the workspace, with `/`. @module */

export interface FolderQuery {
  /** Default the workspace itself. */
  readonly folder?: string;
}

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
