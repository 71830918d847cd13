/** Grants, questions for grants, and the audit of what was decided. @module */

import { SymphonyError } from "../../core/errors.ts";
import type {
  AuditLine,
  AuditQuery,
  GrantLine,
  HeldCall,
  PermissionPrompt,
  PromptAnswer,
  SecretLine,
} from "../api/permissions.ts";
import type { PermissionsEvent } from "../api/topics.ts";
import type { KeyedTopic } from "./events/keyed_topic.ts";
import type { AskedLeave } from "./metrics/figures.ts";
import type { GrantRecord, UiServices } from "./services.ts";

/** Of the audit file, from its end. */
const MOST_READ = 4 * 1024 * 1024;

export class PermissionDesk {
  readonly #services: UiServices;
  readonly #topic: KeyedTopic;
  readonly #files: readonly string[];
  /** Told of a run that begins to wait for leave, or does no longer. */
  onRun: (run: string) => void = () => {};
  /** Told of each call that begins to wait for an answer, and of its end. */
  onAsked: (asked: AskedLeave) => void = () => {};
  onAnswered: (asked: AskedLeave) => void = () => {};

  constructor(services: UiServices, topic: KeyedTopic) {
    this.#services = services;
    this.#topic = topic;
    this.#files = ["audit.log", "audit-checks.log"].map((name) => `${services.data}/${name}`);
    services.prompts.onAsked = (prompt) => {
      topic.publish(`prompt ${prompt.id}`, { kind: "prompt", prompt });
      this.onAsked(prompt);
      if (prompt.run !== undefined) this.onRun(prompt.run);
    };
    services.prompts.onOthers = (prompt, before) => {
      topic.publish(`prompt ${prompt.id}`, { kind: "prompt", prompt });
      const now = prompt.others ?? [];
      for (const call of now) if (!before.includes(call)) this.onAsked(asked(prompt, call, Date.now()));
      for (const call of before) if (!now.includes(call)) this.onAnswered(asked(prompt, call, 0));
      for (const run of new Set([...before, ...now].map((call) => call.run))) this.onRun(run);
    };
    services.prompts.onEnded = (prompt, verdict) => {
      const { id, run, others = [] } = prompt;
      topic.publish(`ended ${id}`, { kind: "answered", id, verdict });
      this.onAnswered(prompt);
      for (const call of others) this.onAnswered(asked(prompt, call, 0));
      const runs = [...run === undefined ? [] : [run], ...others.map((call) => call.run)];
      for (const held of new Set(runs)) this.onRun(held);
    };
  }

  async grants(): Promise<readonly GrantLine[]> {
    return (await this.#services.grants.list()).map((grant) => ({
      extension: grant.extension,
      permission: grant.permission,
      verdict: grant.verdict ?? "allow",
      scope: grant.scope ??
        (grant.until === undefined ? { kind: "always" } : { kind: "until", atMs: grant.until }),
      ...grant.env === undefined ? {} : { env: grant.env },
    }));
  }

  async add(grant: GrantRecord): Promise<readonly GrantLine[]> {
    await this.#services.grants.add(grant);
    return await this.#changed();
  }

  /** @throws SymphonyError `not-found` */
  async remove(extension: string, permission: string): Promise<readonly GrantLine[]> {
    if (!await this.#services.grants.remove(extension, permission)) {
      throw new SymphonyError(
        "not-found",
        `Cannot take ${permission} back from ${extension}: it was not granted`,
      );
    }
    return await this.#changed();
  }

  /** Secrets that extensions ask for. */
  secrets(): Promise<readonly SecretLine[]> {
    return this.#services.secrets.list();
  }

  /** Keeps a key. Who listens is told that something changed, never what. @throws SymphonyError `bad-input` | `io` | `not-found` */
  async keepSecret(name: string, value: string): Promise<readonly SecretLine[]> {
    if (!(await this.secrets()).some((secret) => secret.name === name)) {
      throw new SymphonyError(
        "not-found",
        `Cannot keep the secret "${name.slice(0, 80)}": no installed extension asks for it`,
      );
    }
    await this.#services.secrets.keep(name, value);
    await this.#changed();
    return await this.secrets();
  }

  /** @throws SymphonyError `not-found` */
  async forgetSecret(name: string): Promise<readonly SecretLine[]> {
    if (!await this.#services.secrets.forget(name)) {
      throw new SymphonyError("not-found", `Cannot forget the secret "${name.slice(0, 80)}": none is kept`);
    }
    await this.#changed();
    return await this.secrets();
  }

  /** Questions that wait for an answer. */
  prompts(): readonly PermissionPrompt[] {
    return this.#services.prompts.list();
  }

  /** Whether a call of the run is held until a person answers. */
  holds(run: string): boolean {
    return this.prompts().some((prompt) =>
      prompt.run === run || prompt.others?.some((call) => call.run === run) === true
    );
  }

  /** @throws SymphonyError `not-found` */
  async answer(id: string, { verdict, scope }: PromptAnswer): Promise<void> {
    if (!this.#services.prompts.answer(id, { verdict, scope: { kind: scope } })) {
      throw new SymphonyError("not-found", `Cannot answer "${id.slice(0, 40)}": nobody asks that any more`);
    }
    await this.#changed();
  }

  async audit(query: AuditQuery): Promise<{ readonly lines: readonly AuditLine[]; readonly next?: number }> {
    const limit = Math.min(query.limit ?? 200, 2000);
    const lines = (await this.#lines()).reverse().filter((line) =>
      line.at < (query.before ?? Infinity) &&
      (query.extension === undefined || line.extension === query.extension) &&
      (query.decision === undefined || line.decision === query.decision) &&
      hasWords(line, query.text ?? "")
    );
    const page = lines.slice(0, limit);
    return { lines: page, ...lines.length > limit ? { next: page.at(-1)?.at ?? 0 } : {} };
  }

  snapshot(): PermissionsEvent {
    return { kind: "snapshot", prompts: this.prompts() };
  }

  async #changed(): Promise<readonly GrantLine[]> {
    this.#topic.publish("grants", { kind: "grants" });
    return await this.grants();
  }

  /** Oldest first. */
  async #lines(): Promise<AuditLine[]> {
    const texts = await Promise.all(this.#files.map(tailOf));
    return texts.flatMap((text) => text.split("\n")).flatMap((line): AuditLine[] => {
      try {
        const { at, extension, permission, decision, reason } = JSON.parse(line) as Record<string, string>;
        const time = Date.parse(at ?? "");
        if (Number.isNaN(time) || extension === undefined || permission === undefined) return [];
        return [{
          at: time,
          extension,
          permission,
          decision: decision ?? "",
          ...reason === undefined ? {} : { reason },
        }];
      } catch {
        // The first line may be cut, the last one under way.
        return [];
      }
    }).sort((a, b) => a.at - b.at);
  }
}

function hasWords({ extension, permission, decision, reason = "" }: AuditLine, text: string): boolean {
  const whole = `${extension} ${permission} ${decision} ${reason}`.toLowerCase();
  return text.toLowerCase().split(/\s+/).every((word) => whole.includes(word));
}

async function tailOf(path: string): Promise<string> {
  try {
    using file = await Deno.open(path);
    const { size } = await file.stat();
    await file.seek(Math.max(0, size - MOST_READ), Deno.SeekMode.Start);
    return await new Response(file.readable).text();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

/** One that waits for another's question, as a question of its own. */
function asked({ id }: PermissionPrompt, { run, node, item }: HeldCall, askedAt: number): AskedLeave {
  return { id: `${id} ${run}/${node}/${item ?? ""}`, run, node, askedAt };
}
