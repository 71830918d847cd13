/**
 * Where extensions' questions wait for the person: the same question of several calls is asked once, and an answer that
 * holds for longer than a call goes to all of them. One that holds once is for the call that asked; the next asks for itself,
 * with its own folder.
 *
 * @module
 */

import type { ExtensionId, NodeId, RunId } from "../core/ids.ts";
import type { Asker, Grant, Permission, PermissionKey } from "../core/policy/permission.ts";
import { covers, readSecretKey } from "../core/policy/permission.ts";
import { riskOf } from "../core/policy/permission_policy.ts";
import type { HeldCall, PermissionAnswer, PermissionPromptPort } from "../core/ports/permission_prompt.ts";
import { WaitingCalls } from "./waiting_calls.ts";

/** How the person decided: `once` holds for the call that asked. */
export type Asked = "allowed" | "once" | "denied";

/** What is decided without the person. */
export type Decided = "allowed" | "once" | "denied" | "prompt";

/** For what it is asked. */
export interface AskPlace {
  readonly folder: string;
  readonly run?: RunId;
  /** Whose call is held meanwhile. */
  readonly node?: NodeId;
  readonly item?: number;
  readonly signal: AbortSignal;
  /** What was granted to the call alone; the answer is put in. */
  readonly granted?: Set<PermissionKey>;
}

interface Question {
  readonly others: WaitingCalls;
  readonly folder: string;
  readonly signal: AbortSignal;
  /** False where nobody answered. */
  readonly answered: Promise<boolean>;
}

export class PermissionDesk {
  readonly #prompt: PermissionPromptPort | undefined;
  readonly #take: (grant: Grant) => Promise<void>;
  readonly #open = new Map<string, Question>();

  /** `take` keeps what was answered. */
  constructor(prompt: PermissionPromptPort | undefined, take: (grant: Grant) => Promise<void>) {
    this.#prompt = prompt;
    this.#take = take;
  }

  /** Asks the person; where there is none, or none answers, it is denied. `decided` looks again after another's answer. */
  async ask(
    asker: Asker & { readonly extension: ExtensionId },
    key: PermissionKey,
    place: AskPlace & { readonly decided: () => Decided },
  ): Promise<Asked> {
    if (this.#prompt === undefined) return "denied";
    const name = `${asker.extension} ${key}`;
    for (let open = this.#open.get(name); open !== undefined; open = this.#open.get(name)) {
      const call = callOf(place);
      if (call !== undefined) void open.others.during(call, place.signal, open.answered);
      const isAnswered = await open.answered;
      const decided = place.decided();
      if (decided !== "prompt") return decided;
      // Nobody is there; it may also be that only the call that asked was over.
      if (!isAnswered && open.folder === place.folder && !open.signal.aborted) return "denied";
    }
    const others = new WaitingCalls(callOf(place));
    const answering = this.#answer(this.#prompt, asker, key, { ...place, others });
    const answered = answering.then((answer) => answer !== undefined, () => false)
      .finally(() => this.#open.delete(name));
    this.#open.set(name, { folder: place.folder, signal: place.signal, answered, others });
    const answer = await answering;
    await answered;
    if (answer?.verdict !== "allow") return "denied";
    return answer.scope.kind === "once" ? "once" : "allowed";
  }

  async #answer(
    prompt: PermissionPromptPort,
    asker: Asker & { readonly extension: ExtensionId },
    key: PermissionKey,
    place: AskPlace & { readonly others: WaitingCalls },
  ): Promise<PermissionAnswer | undefined> {
    const { extension, origin, permissions } = asker;
    const asked = permissions.find((one) => covers(one, key));
    const answer = await prompt.ask({
      extension,
      origin,
      permission: key,
      what: whatOf(key),
      why: asked?.reason ?? "",
      risk: riskOf(key),
      notAsked: notAskedBy(permissions),
      folder: place.folder,
      ...(place.run === undefined ? {} : { run: place.run }),
      ...(place.node === undefined ? {} : { node: place.node }),
      ...(place.item === undefined ? {} : { item: place.item }),
      others: place.others,
    }, place.signal);
    if (answer === undefined) return undefined;
    // A refusal for one call only would be asked again at the next.
    const scope = answer.verdict === "deny" && answer.scope.kind === "once"
      ? { kind: "session" as const }
      : answer.scope;
    await this.#take({ extension, permission: key, verdict: answer.verdict, scope });
    if (answer.verdict === "allow" && scope.kind === "once") place.granted?.add(key);
    return answer;
  }
}

function callOf({ run, node, item }: AskPlace): HeldCall | undefined {
  if (run === undefined || node === undefined) return undefined;
  return { run, node, ...(item === undefined ? {} : { item }) };
}

/** A permission in words. */
export function whatOf(key: PermissionKey): string {
  switch (key) {
    case "files:read":
      return "read the files of the folder";
    case "files:write":
      return "change files of the folder";
    case "git":
      return "read the history of the repository";
    case "artifacts":
      return "keep results and read them again";
    case "editor:read":
      return "read texts of the folder as they are in the editor, unsaved ones too";
    case "editor:propose":
      return "propose changes to texts of the folder in the editor, which you review";
    case "notifications":
      return "show you short messages under its name";
  }
  if (key.startsWith("models:")) return modelText(key);
  if (key.startsWith("command:")) {
    return `change files of the folder by its command ${key.slice("command:".length)}, which you called`;
  }
  if (key.startsWith("net:")) return `talk to ${key.slice(4)} over the network`;
  return `have ${secretText(key)}`;
}

/** Asking a model, in words. */
export function modelText(key: PermissionKey): string {
  const name = key.slice("models:".length);
  const whom = name === "*"
    ? "any of your models"
    : name.startsWith("instrument/")
    ? `whichever of your models serves ${name}`
    : name;
  return `ask ${whom} what it likes, with your keys and within the budget of the run; what it sends goes to that model, ` +
    "which answers and does nothing else";
}

/** Where a secret comes from and goes to, in words: whoever runs the host can read it. */
export function secretText(key: string): string {
  const terms = readSecretKey(key);
  if (terms === undefined) return `the secret "${key.slice("secret:".length)}" sent with its requests`;
  const { name, hosts, header, env } = terms;
  const from = env === undefined ? "" : ` (kept by you, else from your variable ${env})`;
  return `the secret "${name}"${from} sent to ${hosts.join(", ")} in the header "${header}"; ` +
    "whoever runs that host can read it, the extension itself is not shown it";
}

/** The kinds of power that are not asked for. */
export function notAskedBy(permissions: readonly Permission[]): readonly string[] {
  const all: readonly (readonly [string, (permission: Permission) => boolean])[] = [
    ["read files", (one) => one.kind === "files" && one.access === "read"],
    ["change files", (one) => one.kind === "files" && one.access === "write"],
    ["read the repository's history", (one) => one.kind === "git"],
    ["use the network", (one) => one.kind === "net"],
    ["use secrets", (one) => one.kind === "secret"],
    ["ask models", (one) => one.kind === "models"],
    ["see or change texts in the editor", (one) => one.kind === "editor"],
  ];
  const missing = all.filter(([, is]) => !permissions.some(is)).map(([words]) => words);
  return [...missing, "start programs", "see your environment"];
}
