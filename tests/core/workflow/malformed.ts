/**
 * A row of the table of malformed workflow files, and short ways to write such files. `⟦` stands before the place where
 * the problem is to be found, and is taken out before the file is read.
 *
 * @module
 */

export interface Malformed {
  readonly name: string;
  readonly code: string;
  /** Part of the message or the hint. */
  readonly says: string;
  /** Of the file, the mark included. */
  readonly text: string;
  /** Other files by name; the mark may stand in one of them. */
  readonly files?: Readonly<Record<string, string>>;
  /** Errors in all; 1 unless said. */
  readonly errors?: number;
}

export const top = `"schema": 1, "id": "w"`;

/** A file with these nodes and further members. */
export function nodes(members: string, more = ""): string {
  return `{ ${top},\n  "nodes": {\n    ${members}\n  }${more === "" ? "" : `,\n  ${more}`} }`;
}

export const scan = `"scan": { "use": "files/scan" }`;
/** A fan-out over what `scan` found. */
export const measure =
  `${scan},\n    "measure": { "use": "code/metrics", "each": "scan.files", "in": { "file": "item" } }`;

/** One row; `says` is part of the message or the hint. */
export function row(
  name: string,
  code: string,
  says: string,
  text: string,
  more: Partial<Malformed> = {},
): Malformed {
  return { name, code, says, text, ...more };
}
