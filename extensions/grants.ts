/**
 * What the person granted: `grants.jsonc` in the data folder, readable by its owner alone, and grants for this session.
 * Every decision is appended to `audit.log`, one JSON object a line; the same answer to the same question is noted once
 * a session.
 *
 * @module
 */

import { join } from "node:path";
import { SymphonyError } from "../core/errors.ts";
import { type ExtensionId, extensionId } from "../core/ids.ts";
import { isObject, type Json, own } from "../core/json.ts";
import {
  type Asker,
  type Grant,
  hostMatches,
  namesOutright,
  type PermissionKey,
  splitHost,
  verdictOn,
} from "../core/policy/permission.ts";
import type { Authority } from "./capabilities/capability.ts";
import { readDataFile, writeDataFile } from "./data_file.ts";
import { Secrets } from "./secrets.ts";

const keyPattern = /^(files:(read|write)|git|artifacts|net:[^\s]{1,300}|secret:[a-z][a-z0-9-]{0,63})$/;
const HEAD = "What you granted to extensions. `symphony grants` changes it; so may you.";

export interface GrantOptions {
  /** Where to take a secret from: an environment variable's name. */
  readonly env?: string;
  readonly verdict?: Grant["verdict"];
  /** Unix time in milliseconds; without it the grant stays. */
  readonly untilMs?: number;
}

/** The grants of one data folder. Read once; written whole. */
export class Grants {
  readonly secrets: Secrets;
  readonly #folder: string;
  readonly #file: string;
  #kept: readonly Grant[];
  readonly #session: Grant[] = [];
  readonly #noted = new Set<string>();
  #auditing: Promise<void> = Promise.resolve();

  /** Reads a data folder's grants. @throws SymphonyError `bad-input` for a file that is not a list of grants */
  static async open(dataFolder: string): Promise<Grants> {
    const file = join(dataFolder, "grants.jsonc");
    return new Grants(dataFolder, file, parseGrants(await readDataFile(file), file));
  }

  private constructor(folder: string, file: string, kept: readonly Grant[]) {
    this.#folder = folder;
    this.#file = file;
    this.#kept = kept;
    this.secrets = new Secrets(join(folder, "secrets"));
  }

  /** All grants, those of the session last. */
  list(): readonly Grant[] {
    return [...this.#kept, ...this.#session];
  }

  /** Grants or refuses for this session only: `EXTENSION=PERMISSION`. @throws SymphonyError `bad-input` */
  addForSession(text: string, verdict: Grant["verdict"] = "allow"): void {
    const at = text.search(/[=:]/);
    if (at < 0) throw badGrant(text);
    this.#session.push({
      extension: extensionId(text.slice(0, at)),
      permission: permissionKey(text.slice(at + 1)),
      verdict,
      scope: { kind: "session" },
    });
  }

  /** Keeps a grant; one for the same extension and permission is replaced. @throws SymphonyError `bad-input` | `io` */
  async add(extension: ExtensionId, permission: string, options: GrantOptions = {}): Promise<Grant> {
    const { env, verdict = "allow", untilMs } = options;
    const grant: Grant = {
      extension,
      permission: permissionKey(permission),
      verdict,
      scope: untilMs === undefined ? { kind: "always" } : { kind: "until", atMs: untilMs },
      ...(env === undefined ? {} : { env }),
    };
    await this.#write([...this.#without(extension, permission), grant]);
    this.#audit({ decision: "granted", extension, permission, verdict });
    return grant;
  }

  /** Takes a grant away; false where there was none. @throws SymphonyError `io` */
  async remove(extension: ExtensionId, permission: string): Promise<boolean> {
    const rest = this.#without(extension, permission);
    if (rest.length === this.#kept.length) return false;
    await this.#write(rest);
    this.#audit({ decision: "withdrawn", extension, permission });
    return true;
  }

  /** What one extension may do, asked anew at each use. */
  authorityOf(asker: Asker & { readonly extension: ExtensionId }): Authority {
    const decide = (key: PermissionKey): string | undefined => {
      const { verdict, reason } = verdictOn(asker, key, this.list(), Date.now());
      this.#note(asker.extension, key, verdict, reason);
      if (verdict === "allowed") return undefined;
      return verdict === "denied"
        ? reason
        : `${reason}. Grant it: symphony grants add ${asker.extension} ${key}`;
    };
    return {
      extension: asker.extension,
      permissions: asker.permissions,
      refusal: decide,
      namesOutright: (host, port) =>
        namesOutright(asker.permissions, host, port) || this.#grantedOutright(asker.extension, host, port),
      secret: (permission) => {
        const key: PermissionKey = `secret:${permission.name}`;
        if (decide(key) !== undefined) return undefined;
        const grant = this.list().findLast((one) =>
          one.extension === asker.extension && one.permission === key
        );
        return this.secrets.value(permission, grant?.env);
      },
    };
  }

  /** Waits until the audit log is written. */
  async flush(): Promise<void> {
    await this.#auditing;
  }

  #grantedOutright(extension: string, host: string, port: number): boolean {
    return this.list().some((grant) =>
      grant.extension === extension && grant.verdict === "allow" && grant.permission.startsWith("net:") &&
      !grant.permission.startsWith("net:*") && splitHost(grant.permission.slice(4))[0] !== "" &&
      hostMatches(grant.permission.slice(4), host, port)
    );
  }

  #without(extension: ExtensionId, permission: string): Grant[] {
    return this.#kept.filter((grant) => grant.extension !== extension || grant.permission !== permission);
  }

  async #write(grants: readonly Grant[]): Promise<void> {
    await writeDataFile(this.#file, HEAD, { grants: grants as unknown as Json });
    this.#kept = grants;
  }

  #note(extension: string, permission: string, verdict: string, reason: string): void {
    const line = `${extension} ${permission} ${verdict}`;
    if (this.#noted.has(line) || this.#noted.size > 10_000) return;
    this.#noted.add(line);
    this.#audit({ decision: verdict, extension, permission, reason });
  }

  #audit(entry: { readonly [key: string]: Json }): void {
    const line = JSON.stringify({ at: new Date().toISOString(), ...entry }) + "\n";
    this.#auditing = this.#auditing.then(async () => {
      await Deno.mkdir(this.#folder, { recursive: true });
      await Deno.writeTextFile(join(this.#folder, "audit.log"), line, { append: true, mode: 0o600 });
    }).catch(() => {
      // A full disk must not stop a call; the decision itself was made from memory.
    });
  }
}

/** A grant's permission, checked. @throws SymphonyError `bad-input` */
export function permissionKey(text: string): PermissionKey {
  if (keyPattern.test(text)) return text as PermissionKey;
  throw badGrant(text);
}

function badGrant(text: string): SymphonyError {
  return new SymphonyError("bad-input", `Cannot grant "${text.slice(0, 200)}": no such permission`, {
    hint: "Write files:read, files:write, git, artifacts, net:HOST[:PORT] or secret:NAME",
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
