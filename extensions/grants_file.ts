/**
 * The file of grants: `grants.jsonc` of the data folder, which a person may edit as well.
 *
 * @module
 */

import { join } from "node:path";
import { SymphonyError } from "../core/errors.ts";
import { extensionId } from "../core/ids.ts";
import { isObject, type Json, own } from "../core/json.ts";
import type { Grant, PermissionKey } from "../core/policy/permission.ts";
import { markOf, readDataFile, readDataFileNow, writeDataFile } from "./data_file.ts";

const keyPattern =
  /^(files:(read|write)|git|artifacts|editor:(read|propose)|notifications|command:[a-z][a-z0-9-]{0,63}\/[a-z][a-z0-9-]{0,63}|models:(\*|[a-z][a-z0-9-]{0,63}\/(\*|[a-z][a-z0-9-]{0,63}))|net:[^\s]{1,300}|secret:[a-z][a-z0-9-]{0,63}(@[^\s/]{1,5000}\/[a-z0-9-]{1,64}(\/[A-Z_][A-Z0-9_]{0,127})?)?)$/;
const HEAD = "What you granted to extensions. `symphony grants` changes it; so may you.";

export class GrantsFile {
  readonly #file: string;
  #mark = "";

  constructor(dataFolder: string) {
    this.#file = join(dataFolder, "grants.jsonc");
  }

  /** What it holds. @throws SymphonyError `bad-input` for a file that is not a list of grants */
  async read(): Promise<readonly Grant[]> {
    this.#mark = markOf(this.#file);
    return parseGrants(await readDataFile(this.#file), this.#file);
  }

  /** The same at once. @throws SymphonyError `bad-input` | `io` */
  readNow(): readonly Grant[] {
    this.#mark = markOf(this.#file);
    return parseGrants(readDataFileNow(this.#file), this.#file);
  }

  /** Replaces it. @throws SymphonyError `io` */
  async write(grants: readonly Grant[]): Promise<void> {
    await writeDataFile(this.#file, HEAD, { grants: grants as unknown as Json });
    this.#mark = markOf(this.#file);
  }

  /** True where somebody else changed it since it was read or written here. */
  get isChanged(): boolean {
    return markOf(this.#file) !== this.#mark;
  }
}

/** A grant's permission, checked. @throws SymphonyError `bad-input` */
export function permissionKey(text: string): PermissionKey {
  if (keyPattern.test(text)) return text as PermissionKey;
  throw badGrant(text);
}

/** The refusal of a text that names no permission. */
export function badGrant(text: string): SymphonyError {
  return new SymphonyError("bad-input", `Cannot grant "${text.slice(0, 200)}": no such permission`, {
    hint:
      "Write files:read, files:write, git, artifacts, editor:read, editor:propose, notifications, models:NAME, command:NAME, net:HOST[:PORT], secret:NAME, or secret:NAME@HOST,…/HEADER[/VARIABLE]",
  });
}

function parseGrants(kept: Json | undefined, file: string): Grant[] {
  const list = kept === undefined ? [] : own(kept, "grants");
  if (!Array.isArray(list)) throw new SymphonyError("bad-input", `${file}: expected { "grants": [ … ] }`);
  return list.map((one, at) => grantOf(one, `${file}: grants[${at}]`));
}

function grantOf(value: Json, place: string): Grant {
  const { extension, permission, verdict = "allow", scope = { kind: "always" }, env } = isObject(value)
    ? value
    : {};
  if (typeof extension !== "string" || typeof permission !== "string") {
    throw new SymphonyError("bad-input", `${place}: expected an object with extension and permission`);
  }
  if (verdict !== "allow" && verdict !== "deny") {
    throw new SymphonyError(
      "bad-input",
      `${place}: verdict must be allow or deny, found ${JSON.stringify(verdict)}`,
    );
  }
  const until = own(scope, "kind") === "until" ? own(scope, "atMs") : undefined;
  return {
    extension: extensionId(extension),
    permission: permissionKey(permission),
    verdict,
    scope: typeof until === "number" ? { kind: "until", atMs: until } : { kind: "always" },
    ...(typeof env === "string" ? { env } : {}),
  };
}
