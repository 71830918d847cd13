/**
 * Grants and the audit of what was decided. An extension that wanted something which nobody has granted stands in the audit
 * as `prompt`; until somebody answers it is a prompt here.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { SymphonyError } from "../../core/errors.ts";
import type { ClockPort } from "../../core/ports/clock.ts";
import type { AuditLine, AuditQuery, GrantLine, PermissionPrompt, PromptAnswer } from "../api/permissions.ts";
import type { PermissionsEvent } from "../api/topics.ts";
import type { KeyedTopic } from "./events/keyed_topic.ts";
import type { GrantRecord, UiServices } from "./services.ts";

/** A question stands so long; after that the extension has to ask again. */
const PROMPT_MS = 15 * 60_000;
const LOOK_MS = 500;
/** Of the audit file, from its end. */
const MOST_READ = 4 * 1024 * 1024;

export class PermissionDesk {
  readonly #services: UiServices;
  readonly #clock: ClockPort;
  readonly #topic: KeyedTopic;
  readonly #file: string;
  readonly #answered = new Map<string, number>();
  #told = new Set<string>();
  #stopLooking: (() => void) | undefined;
  #seenSize = -1;

  constructor(services: UiServices, topic: KeyedTopic) {
    this.#services = services;
    this.#clock = services.clock;
    this.#topic = topic;
    this.#file = `${services.data}/audit.log`;
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
    this.#topic.publish("grants", { kind: "grants" });
    return await this.grants();
  }

  /** @throws SymphonyError `not-found` */
  async remove(extension: string, permission: string): Promise<readonly GrantLine[]> {
    if (!await this.#services.grants.remove(extension, permission)) {
      throw new SymphonyError(
        "not-found",
        `Cannot take ${permission} back from ${extension}: it was not granted`,
      );
    }
    this.#topic.publish("grants", { kind: "grants" });
    return await this.grants();
  }

  /** Questions that wait for an answer. */
  async prompts(): Promise<readonly PermissionPrompt[]> {
    const now = this.#clock.now();
    const open = new Map<string, PermissionPrompt>();
    for (const line of await this.#lines()) {
      const id = idOf(line.extension, line.permission);
      // A key is given in the settings; nobody can answer with one.
      if (line.decision !== "prompt" || line.permission.startsWith("secret:")) open.delete(id);
      else if (line.at > now - PROMPT_MS && line.at > (this.#answered.get(id) ?? 0)) {
        open.set(id, promptOf(id, line));
      }
    }
    return [...open.values()];
  }

  /** @throws SymphonyError `not-found` */
  async answer(id: string, { verdict, scope }: PromptAnswer): Promise<void> {
    const prompt = (await this.prompts()).find((one) => one.id === id);
    if (prompt === undefined) {
      throw new SymphonyError("not-found", `Cannot answer "${id.slice(0, 40)}": nobody asks`);
    }
    this.#answered.set(id, this.#clock.now());
    const { extension, permission } = prompt;
    if (verdict === "allow" || scope !== "once") {
      const kind = scope === "always" ? "always" : "session";
      await this.#services.grants.add({ extension, permission, verdict, scope: { kind } });
    }
    this.#told.delete(id);
    this.#topic.publish(`answered ${id}`, { kind: "answered", id, verdict });
    this.#topic.publish("grants", { kind: "grants" });
  }

  async audit(query: AuditQuery): Promise<{ readonly lines: readonly AuditLine[]; readonly next?: number }> {
    const limit = Math.min(query.limit ?? 200, 2000);
    const lines = (await this.#lines()).reverse().filter(({ at, extension }) =>
      at < (query.before ?? Infinity) && (query.extension === undefined || extension === query.extension)
    );
    const page = lines.slice(0, limit);
    return { lines: page, ...lines.length > limit ? { next: page.at(-1)?.at ?? 0 } : {} };
  }

  async snapshot(): Promise<PermissionsEvent> {
    const prompts = await this.prompts();
    this.#told = new Set(prompts.map(({ id }) => id));
    return { kind: "snapshot", prompts };
  }

  /** Looks for new questions while somebody reads the topic. */
  watch(isWatched: boolean): void {
    this.#stopLooking?.();
    this.#stopLooking = undefined;
    if (!isWatched) return;
    const look = () => {
      void this.#look().finally(() => {
        if (this.#stopLooking !== undefined) this.#stopLooking = this.#clock.schedule(LOOK_MS, look);
      });
    };
    this.#stopLooking = this.#clock.schedule(LOOK_MS, look);
  }

  async #look(): Promise<void> {
    const size = (await Deno.stat(this.#file).catch(() => undefined))?.size ?? 0;
    if (size === this.#seenSize) return;
    this.#seenSize = size;
    const prompts = await this.prompts();
    for (const prompt of prompts) {
      if (!this.#told.has(prompt.id)) this.#topic.publish(`prompt ${prompt.id}`, { kind: "prompt", prompt });
    }
    this.#told = new Set(prompts.map(({ id }) => id));
  }

  /** Oldest first. */
  async #lines(): Promise<AuditLine[]> {
    const text = await tailOf(this.#file);
    return text.split("\n").flatMap((line): AuditLine[] => {
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
        return [];
      }
    });
  }
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

function idOf(extension: string, permission: string): string {
  return createHash("sha256").update(`${extension}\0${permission}`).digest("hex").slice(0, 16);
}

function promptOf(id: string, { at, extension, permission, reason = "" }: AuditLine): PermissionPrompt {
  return { id, extension, permission, reason, askedAt: at, until: at + PROMPT_MS };
}
