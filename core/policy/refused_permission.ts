/** How a call says that its extension lacks a permission, and what such words are about, for those who can grant it. Pure. @module */

import type { NodeFailure } from "./failure.ts";

const SHAPE = /^Extension (\S+) may not use (\S+): ([\s\S]*)$/;
/** What the command line is told to do stands at the end. */
const COMMAND = /\. Grant it: symphony grants add [^\n]*$/;

export function refusedText(extension: string, permission: string, why: string): string {
  return `Extension ${extension} may not use ${permission}: ${why}`;
}

export interface RefusedPermission {
  readonly extension: string;
  readonly permission: string;
  /** Why it may not, without what to do on the command line. */
  readonly why: string;
}

/**
 * The permission that a failure is about; undefined where it is about none. Any extension can say these words: whoever offers to
 * grant it asks first whether that extension asks for it.
 */
export function refusedIn({ class: kind, message }: NodeFailure): RefusedPermission | undefined {
  if (kind !== "permission") return undefined;
  const [, extension, named, why] = SHAPE.exec(message) ?? [];
  if (extension === undefined || named === undefined || why === undefined) return undefined;
  return { extension, permission: named, why: why.replace(COMMAND, "") };
}

/** The same for a person at the page. */
export function refusedWords({ extension, permission, why }: RefusedPermission): string {
  return `${extension} may not use ${permission}: ${why}`;
}
