/**
 * What extensions may do: what the person granted (kept in `grants.jsonc`, or for this session), what the policy decides of
 * the rest, and what the person says when asked. Every check and decision goes into the audit log.
 *
 * Invariants: (1) a check that was made before costs a look into a map; (2) whatever changes a decision, here or in another
 * process, empties that map and is, where a permission was lost, told to `onRevoked`; (3) what is granted once holds for the call that asked.
 *
 * @module
 */

import { type ExtensionId, extensionId } from "../core/ids.ts";
import {
  type Asker,
  type Grant,
  grantCovers,
  type GrantScope,
  hostMatches,
  namesOutright,
  type PermissionKey,
  secretKey,
  splitHost,
  type Verdict,
  verdictOn,
  withoutTerms,
} from "../core/policy/permission.ts";
import type { PermissionPromptPort } from "../core/ports/permission_prompt.ts";
import { AuditLog } from "./audit_log.ts";
import type { Authority } from "./capabilities/capability.ts";
import { badGrant, GrantsFile, permissionKey } from "./grants_file.ts";
import { type Decided, PermissionDesk } from "./permission_desk.ts";
import { isCodeKey, PolicyBook } from "./policy_book.ts";
import { Secrets } from "./secrets.ts";
import { VerdictCache } from "./verdict_cache.ts";

export { permissionKey } from "./grants_file.ts";

export interface GrantOptions {
  /** Where to take a secret from: an environment variable's name. */
  readonly env?: string;
  readonly verdict?: Grant["verdict"];
  /** Unix time in milliseconds; without it the grant stays. */
  readonly untilMs?: number;
}

/** Longer than any that a manifest can ask for; what is longer is refused and not remembered. */
const MOST_KEY = 6_000;
/** A change of grants, policy, trust or approvals by another process is looked for this often at most. */
const LOOK_MS = 250;

/** The grants of one data folder. Written whole. */
export class Grants {
  readonly secrets: Secrets;
  readonly audit: AuditLog;
  readonly book: PolicyBook;
  readonly #file: GrantsFile;
  readonly #desk: PermissionDesk;
  #kept: readonly Grant[];
  #session: Grant[] = [];
  readonly #cache = new VerdictCache();
  readonly #listeners = new Set<(extension: string) => void>();
  #lookedAt = 0;

  /**
   * Reads a data folder's grants; `prompt` asks the person where one is there.
   * @throws SymphonyError `bad-input` for a file that is not what it should be
   */
  static async open(dataFolder: string, prompt?: PermissionPromptPort): Promise<Grants> {
    const file = new GrantsFile(dataFolder);
    const kept = await file.read();
    return new Grants({ dataFolder, file, kept, book: await PolicyBook.open(dataFolder), prompt });
  }

  private constructor(
    { dataFolder, file, kept, book, prompt }: {
      readonly dataFolder: string;
      readonly file: GrantsFile;
      readonly kept: readonly Grant[];
      readonly book: PolicyBook;
      readonly prompt: PermissionPromptPort | undefined;
    },
  ) {
    this.#file = file;
    this.#kept = kept;
    this.book = book;
    book.onChange(() => this.#changed(this.list()));
    this.audit = new AuditLog(dataFolder);
    this.#desk = new PermissionDesk(prompt, (grant) => this.#take(grant));
    this.secrets = new Secrets(`${dataFolder}/secrets`);
  }

  /** All grants, those of the session last. */
  list(): readonly Grant[] {
    return [...this.#kept, ...this.#session];
  }

  /** Calls `listen` with an extension that lost a permission, until the returned function is called. */
  onRevoked(listen: (extension: string) => void): () => void {
    this.#listeners.add(listen);
    return () => void this.#listeners.delete(listen);
  }

  /** Grants or refuses for this session only: `EXTENSION=PERMISSION`. @throws SymphonyError `bad-input` */
  addForSession(text: string, verdict: Grant["verdict"] = "allow"): void {
    const at = text.search(/[=:]/);
    if (at < 0) throw badGrant(text);
    const extension = extensionId(text.slice(0, at));
    const permission = permissionKey(text.slice(at + 1));
    this.#forSession({ extension, permission, verdict, scope: { kind: "session" } });
  }

  /** Keeps a grant; one for the same extension and permission is replaced, of this session too. @throws SymphonyError `bad-input` | `io` */
  async add(extension: ExtensionId, permission: string, options: GrantOptions = {}): Promise<Grant> {
    const { env, verdict = "allow", untilMs } = options;
    const grant: Grant = {
      extension,
      permission: permissionKey(permission),
      verdict,
      scope: untilMs === undefined ? { kind: "always" } : { kind: "until", atMs: untilMs },
      ...(env === undefined ? {} : { env }),
    };
    const before = this.list();
    // A refusal of the session would stand against what was granted after it.
    this.#session = this.#session.filter((one) =>
      one.extension !== extension || !isSame(one.permission, grant.permission)
    );
    await this.#write([...this.#without(extension, permission), grant], before);
    this.#noteGrant(grant);
    return grant;
  }

  /** Takes a grant away, of this session too; false where there was none. @throws SymphonyError `io` */
  async remove(extension: ExtensionId, permission: string): Promise<boolean> {
    const before = this.list();
    const isIt = (grant: Grant) => grant.extension === extension && isSame(grant.permission, permission);
    if (!before.some(isIt)) return false;
    this.#session = this.#session.filter((grant) => !isIt(grant));
    await this.#write(this.#without(extension, permission), before);
    this.audit.note({ decision: "withdrawn", extension, permission });
    return true;
  }

  /** Whether an extension may, for a person who looks: nothing is noted, nothing asked. */
  mayAlready(asker: Asker, key: PermissionKey): boolean {
    const context = { policy: this.book.policy, folder: "unknown" } as const;
    return verdictOn(asker, key, this.list(), Date.now(), context).verdict === "allowed";
  }

  /** What one extension may do, asked anew at each use. */
  authorityOf(asker: Asker & { readonly extension: ExtensionId }): Authority {
    const decide = (key: PermissionKey, folder?: string): string | undefined => {
      const { verdict, reason } = this.#verdict(asker, key, folder);
      if (verdict === "allowed") return undefined;
      return verdict === "denied"
        ? reason
        : `${reason}. Grant it: symphony grants add ${asker.extension} ${key}`;
    };
    return {
      extension: asker.extension,
      permissions: asker.permissions,
      refusal: decide,
      ask: async (key, place) => {
        const decided = (): Decided => {
          const { verdict } = this.#verdict(asker, key, place.folder);
          return verdict === "prompt" && place.granted?.has(key) === true ? "once" : verdict;
        };
        const now = decided();
        return now === "prompt" ? await this.#desk.ask(asker, key, { ...place, decided }) : now;
      },
      used: (key, what) =>
        this.audit.check(`${asker.extension} used ${key} ${what}`, () => ({
          decision: "used",
          extension: asker.extension,
          permission: key,
          reason: this.secrets.redact(what),
        })),
      isRefused: (key, folder) => this.#verdict(asker, key, folder).verdict === "denied",
      namesOutright: (host, port) =>
        namesOutright(asker.permissions, host, port) || this.#grantedOutright(asker.extension, host, port),
      secret: (permission, isGranted = false) => {
        const key = secretKey(permission);
        const { verdict } = this.#verdict(asker, key, undefined);
        if (verdict === "denied" || verdict === "prompt" && !isGranted) return undefined;
        const grant = this.list().findLast((one) =>
          one.extension === asker.extension && one.verdict === "allow" && grantCovers(one, key, asker.origin)
        );
        return this.secrets.value(permission, grant?.env);
      },
    };
  }

  /**
   * Why an extension stays off: it asks for more than when it was let in, or its code lies where others may write it and is another.
   * Undefined where it may run. An extension that is seen for the first time is let in with what it asks for, of which each is still to be granted.
   */
  unapproved(asker: Asker): string | undefined {
    this.refresh();
    const more = this.book.unapproved(asker);
    if (more.length === 0) return undefined;
    const permissions = more.filter((key) => !isCodeKey(key));
    const why = permissions.length === 0
      ? "its code is not what was let in"
      : "it asks for more than when it was let in";
    this.audit.check(`${asker.extension} unapproved`, () => ({
      decision: "denied",
      extension: asker.extension,
      permission: more.join(" "),
      reason: why,
    }));
    const what = permissions.length === 0 ? asker.code?.folder : permissions.join(", ");
    return `${why}: ${what}`;
  }

  /** Lets an extension ask for what it asks for now. @throws SymphonyError `io` */
  async approve(asker: Asker): Promise<void> {
    await this.book.approve(asker);
    this.audit.note({ decision: "approved", extension: asker.extension, permission: "manifest" });
  }

  /** Notes the end of a process of an extension that nobody asked for. */
  noteEnd(extension: ExtensionId, reason: string, decision: "ended" | "quarantined"): void {
    this.audit.note({ decision, extension, permission: "process", reason: this.secrets.redact(reason) });
  }

  /** Takes over what another process changed. Cheap; called often. */
  refresh(): void {
    const now = performance.now();
    if (now - this.#lookedAt < LOOK_MS) return;
    this.#lookedAt = now;
    const before = this.list();
    const isGranted = this.#file.isChanged;
    if (isGranted) this.#kept = this.#keptNow();
    if (this.book.refresh() || isGranted) this.#changed(before);
  }

  /** What the file holds now; of one that cannot be read only the refusals that it held before. */
  #keptNow(): readonly Grant[] {
    try {
      return this.#file.readNow();
    } catch {
      return this.#kept.filter(({ verdict }) => verdict === "deny");
    }
  }

  /** Waits until the audit log and the books are written. */
  async flush(): Promise<void> {
    await this.book.flush();
    await this.audit.flush();
  }

  #verdict(asker: Asker, key: PermissionKey, folder: string | undefined): Verdict {
    this.refresh();
    let verdict = this.#cache.get(asker, key, folder)?.verdict;
    if (verdict === undefined) {
      const now = Date.now();
      verdict = this.#decide(asker, key, folder);
      const ends = this.list().map(({ scope }) =>
        scope.kind === "until" && scope.atMs > now ? scope.atMs : Infinity
      );
      const untilMs = Math.min(Infinity, ...ends);
      if (key.length <= MOST_KEY) this.#cache.set({ verdict, asker, key, folder, untilMs });
    }
    const { verdict: decision, reason } = verdict;
    this.audit.check(`${asker.extension} ${decision} ${key.slice(0, MOST_KEY)}`, () => ({
      decision,
      extension: asker.extension,
      permission: key,
      reason,
    }));
    return verdict;
  }

  #decide(asker: Asker, key: PermissionKey, folder: string | undefined): Verdict {
    const trust = folder === undefined ? "unknown" : this.book.trustOf(folder);
    return verdictOn(asker, key, this.list(), Date.now(), { policy: this.book.policy, folder: trust });
  }

  /** Takes over what the person answered. */
  async #take(grant: Grant): Promise<void> {
    const { extension, permission, verdict, scope } = grant;
    switch (scope.kind) {
      case "once":
        return this.#noteGrant(grant);
      case "session":
        this.#forSession(grant);
        return this.#noteGrant(grant);
      case "always":
      case "until":
        await this.add(extensionId(extension), permission, {
          verdict,
          ...(scope.kind === "until" ? { untilMs: scope.atMs } : {}),
        });
    }
  }

  #forSession(grant: Grant): void {
    const before = this.list();
    this.#session.push(grant);
    this.#changed(before);
  }

  #noteGrant({ extension, permission, verdict, scope }: Grant): void {
    const decision = verdict === "allow" ? "granted" : "refused";
    this.audit.note({ decision, extension, permission, reason: scopeText(scope) });
  }

  #grantedOutright(extension: string, host: string, port: number): boolean {
    return this.list().some((grant) =>
      grant.extension === extension && grant.verdict === "allow" && grant.permission.startsWith("net:") &&
      !grant.permission.startsWith("net:*") && splitHost(grant.permission.slice(4))[0] !== "" &&
      hostMatches(grant.permission.slice(4), host, port)
    );
  }

  #without(extension: ExtensionId, permission: string): Grant[] {
    return this.#kept.filter((grant) =>
      grant.extension !== extension || !isSame(grant.permission, permission)
    );
  }

  async #write(grants: readonly Grant[], before = this.list()): Promise<void> {
    await this.#file.write(grants);
    this.#kept = grants;
    this.#changed(before);
  }

  #changed(before: readonly Grant[]): void {
    // By policy and trust, too: what was allowed before and is not any more.
    const byPolicy = this.#cache.clear(({ asker, key, folder }) =>
      this.#decide(asker, key, folder).verdict === "allowed"
    );
    const losers = new Set([...losersOf(before, this.list()), ...byPolicy]);
    for (const extension of losers) {
      for (const listen of this.#listeners) listen(extension);
    }
  }
}

/** A secret's grants are one, whatever it goes to: the newer stands, and the name takes it back. */
function isSame(a: string, b: string): boolean {
  return withoutTerms(a) === withoutTerms(b);
}

function scopeText(scope: GrantScope): string {
  return scope.kind === "until" ? `until ${new Date(scope.atMs).toISOString()}` : scope.kind;
}

/** Extensions that may do less after than before: a grant is gone, or is refused now. */
function losersOf(before: readonly Grant[], after: readonly Grant[]): readonly string[] {
  const nameOf = ({ extension, permission, verdict }: Grant) => `${extension} ${permission} ${verdict}`;
  const [had, has] = [new Set(before.map(nameOf)), new Set(after.map(nameOf))];
  const refusals = after.filter((grant) => grant.verdict === "deny" && !had.has(nameOf(grant)));
  const isRefused = ({ extension, permission }: Grant) =>
    refusals.some((one) =>
      one.extension === extension && grantCovers(one, permission as PermissionKey, "third-party")
    );
  return before.filter((grant) => grant.verdict === "allow" && (!has.has(nameOf(grant)) || isRefused(grant)))
    .map(({ extension }) => extension);
}
