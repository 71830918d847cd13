/**
 * What the person decided beside grants: the policy (`policy.jsonc`), which folders are trusted (`folders.jsonc`) and what
 * each extension was approved to ask for (`approvals.jsonc`), all in the data folder and readable by its owner alone.
 *
 * @module
 */

import { dirname, join, resolve } from "node:path";
import { SymphonyError } from "../core/errors.ts";
import { isObject, type Json, own } from "../core/json.ts";
import { type Asker, keysOf } from "../core/policy/permission.ts";
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
import { readDataFile, writeDataFile } from "./data_file.ts";

const heads = {
  policy: "Your policy for extensions. `symphony grants policy` changes its base; add rules here.",
  folders: "Folders that you trust, or not. `symphony trust` changes them; so may you.",
  approvals: "What each extension asked for when you let it in. `symphony grants approve` changes it.",
};

export class PolicyBook {
  readonly #data: string;
  #policy: PermissionPolicy;
  #folders: Map<string, FolderTrust>;
  #approvals: Map<string, readonly string[]>;
  #writing: Promise<void> = Promise.resolve();

  /** Reads a data folder's. @throws SymphonyError `bad-input` with the file where it is wrong */
  static async open(data: string): Promise<PolicyBook> {
    const file = (name: string) => join(data, `${name}.jsonc`);
    return new PolicyBook(
      data,
      parsePolicy(await readDataFile(file("policy")), file("policy")),
      parseFolders(await readDataFile(file("folders")), file("folders")),
      parseApprovals(await readDataFile(file("approvals"))),
    );
  }

  private constructor(
    data: string,
    policy: PermissionPolicy,
    folders: Map<string, FolderTrust>,
    approvals: Map<string, readonly string[]>,
  ) {
    this.#data = data;
    this.#policy = policy;
    this.#folders = folders;
    this.#approvals = approvals;
  }

  get policy(): PermissionPolicy {
    return this.#policy;
  }

  get folders(): ReadonlyMap<string, FolderTrust> {
    return this.#folders;
  }

  /** The trust of a folder: its own, else that of the nearest folder above. */
  trustOf(folder: string): FolderTrust {
    for (let at = resolve(folder);; at = dirname(at)) {
      const trust = this.#folders.get(at);
      if (trust !== undefined) return trust;
      if (dirname(at) === at) return "unknown";
    }
  }

  /** @throws SymphonyError `io` */
  async setBase(base: PolicyName): Promise<void> {
    this.#policy = { ...this.#policy, base };
    await writeDataFile(join(this.#data, "policy.jsonc"), heads.policy, this.#policy as unknown as Json);
  }

  /** `unknown` forgets what was said. @throws SymphonyError `io` */
  async setTrust(folder: string, trust: FolderTrust): Promise<void> {
    const path = resolve(folder);
    if (trust === "unknown") this.#folders.delete(path);
    else this.#folders.set(path, trust);
    const all = Object.fromEntries(this.#folders);
    await writeDataFile(join(this.#data, "folders.jsonc"), heads.folders, all);
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
    const file = join(this.#data, "approvals.jsonc");
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

  #keep(asker: Asker): void {
    const needed = neededBy(asker);
    this.#approvals.set(asker.extension, needed);
    const file = join(this.#data, "approvals.jsonc");
    this.#writing = this.#writing.catch(() => {}).then(async () => {
      const all = parseApprovals(await readDataFile(file).catch(() => undefined));
      all.set(asker.extension, needed);
      await writeDataFile(file, heads.approvals, Object.fromEntries(all) as unknown as Json);
    });
    this.#writing.catch(() => {});
  }
}

/**
 * What it cannot do without; optional permissions are asked for when they are wanted. A secret stands there with its hosts,
 * header and variable, so that others are more than was approved.
 */
function neededBy({ permissions }: Asker): readonly string[] {
  return permissions.filter(({ isOptional }) => isOptional !== true).flatMap((one) => keysOf(one)).sort();
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
