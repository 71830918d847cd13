/**
 * What the person decided beside grants: the policy (`policy.jsonc`), which folders are trusted (`folders.jsonc`) and what
 * each extension was approved to ask for (`approvals.jsonc`), all in the data folder and readable by its owner alone.
 *
 * Invariants: (1) what another process or the person changes counts from the next `refresh` on; (2) a file that has become
 * unreadable allows nothing: the policy is `strict`, and only restrictions of folders stay.
 *
 * @module
 */

import { basename, dirname, join, resolve } from "node:path";
import { SymphonyError } from "../core/errors.ts";
import { isObject, type Json, own } from "../core/json.ts";
import { type Asker, type CodePlace, keysOf } from "../core/policy/permission.ts";
import {
  balancedPolicy,
  type FolderTrust,
  folderTrusts,
  type PermissionPolicy,
  type PolicyCondition,
  type PolicyDecision,
  policyDecisions,
  type PolicyName,
  policyNames,
  type PolicyRule,
} from "../core/policy/permission_policy.ts";
import { markOf, readDataFile, readDataFileNow, writeDataFile } from "./data_file.ts";

const names = ["policy", "folders", "approvals"] as const;
type BookName = (typeof names)[number];

const heads: Readonly<Record<BookName, string>> = {
  policy: "Your policy for extensions. `symphony grants policy` changes its base; add rules here.",
  folders: "Folders that you trust, or not. `symphony trust` changes them; so may you.",
  approvals: "What each extension asked for when you let it in. `symphony grants approve` changes it.",
};

export class PolicyBook {
  readonly #data: string;
  #policy: PermissionPolicy = balancedPolicy;
  #folders = new Map<string, FolderTrust>();
  /** The same with real paths as well, so that no link leads past a restriction. */
  #places = new Map<string, FolderTrust>();
  #approvals = new Map<string, readonly string[]>();
  /** Approvals that are still to be written. */
  readonly #unwritten = new Map<string, readonly string[]>();
  readonly #marks = new Map<string, string>();
  readonly #listeners = new Set<() => void>();
  #writing: Promise<void> = Promise.resolve();

  /** Reads a data folder's. @throws SymphonyError `bad-input` with the file where it is wrong */
  static async open(data: string): Promise<PolicyBook> {
    const book = new PolicyBook(data);
    for (const name of names) {
      const file = book.#file(name);
      book.#marks.set(name, markOf(file));
      book.#take(name, await readDataFile(file));
    }
    return book;
  }

  private constructor(data: string) {
    this.#data = data;
  }

  /** Calls `listen` after each change of policy or trust that is made here. */
  onChange(listen: () => void): void {
    this.#listeners.add(listen);
  }

  /** Takes over what changed outside; true where anything did. Costs three looks at the disk where nothing did. */
  refresh(): boolean {
    let isChanged = false;
    for (const name of names) {
      const file = this.#file(name);
      const mark = markOf(file);
      if (mark === this.#marks.get(name)) continue;
      this.#marks.set(name, mark);
      isChanged = true;
      try {
        this.#take(name, readDataFileNow(file));
      } catch {
        this.#close(name);
      }
    }
    return isChanged;
  }

  #file(name: BookName): string {
    return join(this.#data, `${name}.jsonc`);
  }

  /** @throws SymphonyError `bad-input` */
  #take(name: BookName, kept: Json | undefined): void {
    const file = this.#file(name);
    if (name === "policy") this.#policy = parsePolicy(kept, file);
    else if (name === "folders") this.#setFolders(parseFolders(kept, file));
    else this.#approvals = new Map([...parseApprovals(kept), ...this.#unwritten]);
  }

  #close(name: BookName): void {
    if (name === "policy") this.#policy = { base: "strict", rules: [] };
    else if (name === "folders") {
      this.#setFolders(new Map([...this.#folders].filter(([, trust]) => trust === "restricted")));
    }
  }

  #setFolders(folders: Map<string, FolderTrust>): void {
    this.#folders = folders;
    this.#places = new Map(folders);
    for (const [folder, trust] of folders) {
      const real = realOf(folder);
      if (this.#places.get(real) !== "restricted") this.#places.set(real, trust);
    }
  }

  #changed(): void {
    for (const listen of this.#listeners) listen();
  }

  get policy(): PermissionPolicy {
    return this.#policy;
  }

  get folders(): ReadonlyMap<string, FolderTrust> {
    return this.#folders;
  }

  /** The trust of a folder: its own, else that of the nearest folder above. It is restricted by its path or its real path. */
  trustOf(folder: string): FolderTrust {
    const path = resolve(folder);
    return this.#nearest(path) === "restricted" ? "restricted" : this.#nearest(realOf(path));
  }

  #nearest(path: string): FolderTrust {
    for (let at = path;; at = dirname(at)) {
      const trust = this.#places.get(at);
      if (trust !== undefined) return trust;
      if (dirname(at) === at) return "unknown";
    }
  }

  /** @throws SymphonyError `io` */
  async setBase(base: PolicyName): Promise<void> {
    this.refresh();
    this.#policy = { ...this.#policy, base };
    this.#changed();
    await writeDataFile(this.#file("policy"), heads.policy, this.#policy as unknown as Json);
  }

  /** `unknown` forgets what was said. @throws SymphonyError `io` */
  async setTrust(folder: string, trust: FolderTrust): Promise<void> {
    this.refresh();
    const folders = new Map(this.#folders);
    const path = resolve(folder);
    if (trust === "unknown") {
      for (const one of folders.keys()) if (one === path || realOf(one) === realOf(path)) folders.delete(one);
    } else folders.set(path, trust);
    this.#setFolders(folders);
    this.#changed();
    await writeDataFile(this.#file("folders"), heads.folders, Object.fromEntries(folders));
  }

  /** What it asks for now and was never approved to ask for; empty for one that is seen for the first time. */
  unapproved(asker: Asker): readonly string[] {
    if (asker.origin === "bundled") return [];
    const approved = this.#approvals.get(asker.extension);
    if (approved === undefined) {
      this.#keep(asker);
      return [];
    }
    return neededBy(asker).filter((key) => !approved.includes(key));
  }

  /** Lets it ask for what it asks for now. @throws SymphonyError `io` */
  async approve(asker: Asker): Promise<void> {
    this.#keep(asker);
    await this.#writing;
  }

  /** Forgets what it was approved to ask for, with the extension. @throws SymphonyError `io` */
  async forget(extension: string): Promise<void> {
    if (!this.#approvals.delete(extension)) return;
    const file = this.#file("approvals");
    await this.flush();
    const all = parseApprovals(await readDataFile(file).catch(() => undefined));
    if (all.delete(extension)) {
      await writeDataFile(file, heads.approvals, Object.fromEntries(all) as unknown as Json);
    }
  }

  /** Waits until all is written. */
  async flush(): Promise<void> {
    await this.#writing.catch(() => {});
  }

  /** Its code in other folders: two repositories may bring the same extension. */
  #elsewhere({ extension, code }: Asker): readonly string[] {
    if (code === undefined) return [];
    const here = codeKey({ ...code, hash: "" });
    const approved = this.#approvals.get(extension) ?? [];
    return approved.filter((key) => key.startsWith(CODE) && !key.startsWith(here)).slice(-MOST_PLACES);
  }

  #keep(asker: Asker): void {
    const needed = [...neededBy(asker), ...this.#elsewhere(asker)];
    this.#approvals.set(asker.extension, needed);
    this.#unwritten.set(asker.extension, needed);
    const file = this.#file("approvals");
    this.#writing = this.#writing.catch(() => {}).then(async () => {
      const all = parseApprovals(await readDataFile(file).catch(() => undefined));
      all.set(asker.extension, needed);
      await writeDataFile(file, heads.approvals, Object.fromEntries(all) as unknown as Json);
      if (this.#unwritten.get(asker.extension) === needed) this.#unwritten.delete(asker.extension);
    });
    this.#writing.catch(() => {});
  }
}

/**
 * What it cannot do without; optional permissions are asked for when they are wanted. A secret stands there with its hosts,
 * header and variable, so that others are more than was approved.
 */
function neededBy({ permissions, code }: Asker): readonly string[] {
  const keys = permissions.filter(({ isOptional }) => isOptional !== true).flatMap((one) => keysOf(one))
    .sort();
  return code === undefined ? keys : [...keys, codeKey(code)];
}

/** How code stands among what is approved; no permission has such a name. */
const CODE = "code:";
/** Folders with an extension of one name that are remembered. */
const MOST_PLACES = 50;

function codeKey({ folder, hash }: CodePlace): string {
  return `${CODE}${JSON.stringify(realOf(folder))}#${hash}`;
}

/** True for what stands for code among what was not approved. */
export function isCodeKey(key: string): boolean {
  return key.startsWith(CODE);
}

/** The path without links; where it is not there, that of the nearest folder above. */
function realOf(path: string): string {
  try {
    return Deno.realPathSync(path);
  } catch {
    return dirname(path) === path ? path : join(realOf(dirname(path)), basename(path));
  }
}

function parsePolicy(kept: Json | undefined, file: string): PermissionPolicy {
  if (kept === undefined) return balancedPolicy;
  const base = own(kept, "base") ?? "balanced";
  if (!policyNames.includes(base as PolicyName)) {
    throw bad(file, `base must be ${policyNames.join(", ")}, found ${JSON.stringify(base)}`);
  }
  const rules = own(kept, "rules") ?? [];
  if (!Array.isArray(rules)) throw bad(file, "rules must be a list");
  const light = own(kept, "light") ?? [];
  if (!Array.isArray(light) || !light.every((one) => typeof one === "string")) {
    throw bad(file, 'light must be a list of extensions, as "acme/*"');
  }
  return {
    base: base as PolicyName,
    rules: rules.map((rule, at) => ruleOf(rule, `${file}: rules[${at}]`)),
    ...(light.length === 0 ? {} : { light }),
  };
}

const conditionKeys = new Set(
  ["extension", "publisher", "permission", "origin", "risk", "folder", "all", "any", "not"],
);

function ruleOf(rule: Json, place: string): PolicyRule {
  const { when, then, priority } = isObject(rule) ? rule : {};
  if (!policyDecisions.includes(then as PolicyDecision)) {
    throw bad(place, `then must be ${policyDecisions.join(", ")}, found ${JSON.stringify(then ?? null)}`);
  }
  checkCondition(when, `${place}.when`);
  return {
    when: when as PolicyCondition,
    then: then as PolicyDecision,
    ...(typeof priority === "number" ? { priority } : {}),
  };
}

function checkCondition(condition: Json | undefined, place: string): void {
  if (!isObject(condition ?? null)) throw bad(place, "expected an object");
  for (const [key, value] of Object.entries(condition as Record<string, Json>)) {
    if (!conditionKeys.has(key)) {
      throw bad(place, `found the unknown key "${key}"; known are ${[...conditionKeys].join(", ")}`);
    }
    if (key === "not") checkCondition(value, `${place}.not`);
    else if (key === "all" || key === "any") {
      if (!Array.isArray(value)) throw bad(`${place}.${key}`, "expected a list of conditions");
      value.forEach((one, at) => checkCondition(one, `${place}.${key}[${at}]`));
    } else if (key === "risk") {
      if (!Array.isArray(value)) throw bad(`${place}.risk`, "expected a list");
    } else if (typeof value !== "string") throw bad(`${place}.${key}`, "expected a text");
  }
}

function parseFolders(kept: Json | undefined, file: string): Map<string, FolderTrust> {
  if (kept === undefined) return new Map();
  if (!isObject(kept)) throw bad(file, 'expected { "FOLDER": "trusted" or "restricted" }');
  return new Map(
    Object.entries(kept).map(([folder, trust]) => {
      if (folderTrusts.includes(trust as FolderTrust)) return [folder, trust as FolderTrust];
      throw bad(file, `"${folder}" must be ${folderTrusts.join(" or ")}, found ${JSON.stringify(trust)}`);
    }),
  );
}

function parseApprovals(kept: Json | undefined): Map<string, readonly string[]> {
  if (!isObject(kept ?? null)) return new Map();
  return new Map(
    Object.entries(kept as Record<string, Json>).map(([extension, keys]) => [
      extension,
      Array.isArray(keys) ? keys.filter((key) => typeof key === "string") : [],
    ]),
  );
}

function bad(place: string, what: string): SymphonyError {
  return new SymphonyError("bad-input", `${place}: ${what}`);
}
