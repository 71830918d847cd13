/**
 * Values of secrets: from the environment variable that the grant names, else from a file of the secret's name below the data
 * folder's `secrets`, which must be readable by its owner alone, else from the variable that the manifest names. What a person
 * said comes before what happens to be in the environment. Whatever text passes is cleaned of the values that were read.
 *
 * @module
 */

import { join } from "node:path";
import { SymphonyError } from "../core/errors.ts";
import type { SecretPermission } from "../core/policy/permission.ts";

/** Shorter values would blot out innocent words. */
const LEAST_REDACTED = 6;
const secretName = /^[a-z][a-z0-9-]{0,63}$/;
const MOST_SIGNS = 8192;

/** Where a secret's value is; never the value. */
export type SecretSource = { readonly kind: "env"; readonly name: string } | { readonly kind: "kept" };

export class Secrets {
  readonly #folder: string;
  readonly #seen = new Set<string>();

  /** `folder` holds one file for each secret. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The value, or undefined where there is none. A file that others can read counts as none. */
  value(permission: SecretPermission, env: string | undefined): string | undefined {
    const value = this.#find(permission, env)?.value;
    if (value !== undefined && value.length >= LEAST_REDACTED) this.#seen.add(value);
    return value;
  }

  /** Where the value would come from; undefined where there is none. */
  sourceOf(permission: SecretPermission, env: string | undefined): SecretSource | undefined {
    return this.#find(permission, env)?.source;
  }

  /**
   * Keeps a value in a file that its owner alone can read.
   * @throws SymphonyError `bad-input` (which never repeats the value) | `io`
   */
  async keep(name: string, value: string): Promise<void> {
    const trimmed = value.trim();
    // deno-lint-ignore no-control-regex -- a header's value holds none
    if (trimmed === "" || trimmed.length > MOST_SIGNS || /[\u0000-\u001f\u007f]/.test(trimmed)) {
      throw new SymphonyError(
        "bad-input",
        `Cannot keep the secret "${named(name)}": found ${
          trimmed === ""
            ? "nothing"
            : trimmed.length > MOST_SIGNS
            ? `${trimmed.length} signs`
            : "a line end or another control sign"
        }`,
        { hint: `Give one line of 1 to ${MOST_SIGNS} signs` },
      );
    }
    const path = join(this.#folder, named(name));
    const beside = `${path}.${crypto.randomUUID()}`;
    try {
      await Deno.mkdir(this.#folder, { recursive: true, mode: 0o700 });
      await Deno.writeTextFile(beside, `${trimmed}\n`, { createNew: true, mode: 0o600 });
      await Deno.rename(beside, path);
    } catch (cause) {
      await Deno.remove(beside).catch(() => {});
      throw new SymphonyError("io", `Cannot keep the secret "${name}" in "${this.#folder}"`, { cause });
    }
  }

  /** Forgets a kept value; false where there was none. @throws SymphonyError `bad-input` | `io` */
  async forget(name: string): Promise<boolean> {
    try {
      await Deno.remove(join(this.#folder, named(name)));
      return true;
    } catch (cause) {
      if (cause instanceof Deno.errors.NotFound) return false;
      if (cause instanceof SymphonyError) throw cause;
      throw new SymphonyError("io", `Cannot forget the secret "${name}"`, { cause });
    }
  }

  /** `text` without any value that was read. */
  redact(text: string): string {
    let clean = text;
    for (const value of this.#seen) clean = clean.replaceAll(value, "[secret]");
    return clean;
  }

  #find(
    { name, env: usual }: SecretPermission,
    env: string | undefined,
  ): { readonly value: string; readonly source: SecretSource } | undefined {
    const fromEnv = (variable: string | undefined) => {
      const value = variable === undefined ? undefined : Deno.env.get(variable)?.trim();
      return variable === undefined || value === undefined || value === ""
        ? undefined
        : { value, source: { kind: "env" as const, name: variable } };
    };
    const kept = () => {
      const value = this.#fromFile(name)?.trim();
      return value === undefined || value === "" ? undefined : { value, source: { kind: "kept" as const } };
    };
    return fromEnv(env) ?? kept() ?? fromEnv(usual);
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

/** The name, which is a file's name as well. @throws SymphonyError `bad-input` */
function named(name: string): string {
  if (secretName.test(name)) return name;
  throw new SymphonyError("bad-input", `Cannot use "${name.slice(0, 80)}" as a secret's name`, {
    hint: "Expected a lower-case word such as openai",
  });
}
