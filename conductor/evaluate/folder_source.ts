/**
 * The door to an evaluation folder: names and bytes, nothing of a file system.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

export interface SourceFile {
  /** Below the folder, with `/`. */
  readonly name: string;
  /** @throws SymphonyError `permission` | `io` */
  bytes(): Promise<Uint8Array>;
}

export interface FolderSource {
  /** As the person named it, for messages. */
  readonly folder: string;
  /** Every file below the folder, sorted by name. @throws SymphonyError `not-found` | `permission` | `io` */
  files(): Promise<readonly SourceFile[]>;
}
