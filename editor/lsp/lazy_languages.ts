/**
 * Language intelligence that costs nothing until it is needed: its modules are loaded when the first text is opened that a known
 * server could be for, and then outside the turn that opened it.
 *
 * @module
 */

import type { ClockPort } from "../../core/ports/clock.ts";
import type { Buffer } from "../buffers.ts";
import { defaultLanguageSettings, type LanguageSettings } from "./config/language_settings.ts";
import { protocolLanguage } from "./config/protocol_language.ts";
import type { OpenWorld } from "./features/places.ts";
import type { LanguageClients, LanguageListener } from "./language_clients.ts";

/** After the opening, so that the first view is shown first. */
const LOAD_MS = 30;

export interface LazyOptions {
  /** Undefined: no servers at all. */
  readonly settings: LanguageSettings | undefined;
  /** Takes what is worth a developer's attention. */
  readonly log: (text: string) => void;
  /** The folder whose files belong together; by default what each file's surroundings say. */
  readonly workspace?: string;
}

export class LazyLanguages implements AsyncDisposable {
  readonly clock: ClockPort;
  readonly workspace: string | undefined;
  readonly #world: OpenWorld;
  readonly #settings: LanguageSettings | undefined;
  readonly #log: (text: string) => void;
  /** Who listens, and what ends it once there is something to listen to. */
  readonly #listeners = new Map<LanguageListener, (() => void) | undefined>();
  readonly #stopListening: () => void;
  #stopTimer: (() => void) | undefined;
  #loading: Promise<LanguageClients> | undefined;
  #loaded: LanguageClients | undefined;
  #isDisposed = false;

  constructor(
    world: OpenWorld,
    clock: ClockPort,
    options: LazyOptions = { settings: defaultLanguageSettings, log: () => {} },
  ) {
    this.#world = world;
    this.clock = clock;
    this.workspace = options.workspace;
    this.#settings = options.settings;
    this.#log = options.log;
    this.#stopListening = world.buffers.listen({
      opened: (buffer) => this.#look(buffer),
      moved: (buffer) => this.#look(buffer),
      languageChanged: (buffer) => this.#look(buffer),
    });
    for (const buffer of world.buffers) this.#look(buffer);
  }

  /** What is there already; undefined while no text needed it. */
  get loaded(): LanguageClients | undefined {
    return this.#loaded;
  }

  /** Whether there may be servers at all. */
  get isOn(): boolean {
    return this.#settings !== undefined;
  }

  /** Loads it now. */
  async load(): Promise<LanguageClients> {
    this.#stopTimer?.();
    return await (this.#loading ??= this.#load());
  }

  /** Tells `listener` of everything, also of what is only loaded later; the result ends it. */
  listen(listener: LanguageListener): () => void {
    this.#listeners.set(listener, this.#loaded?.listen(listener));
    return () => {
      this.#listeners.get(listener)?.();
      this.#listeners.delete(listener);
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true;
    this.#stopListening();
    this.#stopTimer?.();
    const loaded = await this.#loading?.catch(() => undefined);
    await loaded?.[Symbol.asyncDispose]();
  }

  async #load(): Promise<LanguageClients> {
    const { LanguageClients } = await import("./language_clients.ts");
    const settings = this.#settings ?? { ...defaultLanguageSettings, servers: [] };
    const loaded = new LanguageClients(this.#world, this.clock, { settings });
    this.#loaded = loaded;
    for (const listener of this.#listeners.keys()) this.#listeners.set(listener, loaded.listen(listener));
    loaded.listen({
      messaged: (server, level, text) => level === "log" || this.#log(`${server}: ${level}: ${text}`),
      serverChanged: ({ name, root, state, reason }) =>
        this.#log(
          `Language server "${name}" in "${root}" is ${state}${reason === undefined ? "" : `: ${reason}`}`,
        ),
    });
    if (this.#isDisposed) await loaded[Symbol.asyncDispose]();
    return loaded;
  }

  #look(buffer: Buffer): void {
    if (this.#loading !== undefined || this.#stopTimer !== undefined) return;
    const language = protocolLanguage(buffer.path, buffer.language);
    if (
      language === undefined ||
      this.#settings?.servers.some((one) => one.languages.includes(language)) !== true
    ) return;
    this.#stopTimer = this.clock.schedule(LOAD_MS, () => {
      this.load().catch((error) => this.#log(`Cannot load language intelligence: ${String(error)}`));
    });
  }
}
