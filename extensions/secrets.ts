/**
 * Values of secrets: from the environment variable that the grant or the manifest names, or from a file of the secret's
 * name below the data folder's `secrets`, which must be readable by its owner alone. Whatever text passes is cleaned of
 * the values that were read.
 *
 * @module
 */

import { join } from "node:path";
import type { SecretPermission } from "../core/policy/permission.ts";

/** Shorter values would blot out innocent words. */
const LEAST_REDACTED = 6;

export class Secrets {
  readonly #folder: string;
  readonly #seen = new Set<string>();

  /** `folder` holds one file for each secret. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The value, or undefined where there is none. A file that others can read counts as none. */
  value(permission: SecretPermission, env: string | undefined): string | undefined {
    const variable = env ?? permission.env;
    const value = (variable === undefined ? undefined : Deno.env.get(variable)) ??
      this.#fromFile(permission.name);
    const trimmed = value?.trim();
    if (trimmed === undefined || trimmed === "") return undefined;
    if (trimmed.length >= LEAST_REDACTED) this.#seen.add(trimmed);
    return trimmed;
  }

  /** `text` without any value that was read. */
  redact(text: string): string {
    let clean = text;
    for (const value of this.#seen) clean = clean.replaceAll(value, "[secret]");
    return clean;
  }

  #fromFile(name: string): string | undefined {
    const path = join(this.#folder, name);
    try {
      const { mode, isFile } = Deno.statSync(path);
      const open = Deno.build.os !== "windows" && mode !== null && (mode & 0o077) !== 0;
      return isFile && !open ? Deno.readTextFileSync(path) : undefined;
    } catch {
      return undefined;
    }
  }
}
