/**
 * Language servers for a xi front end, in the words it has for them: hover is `show_hover`, diagnostics are annotations of type
 * `diagnostic`. To the session this looks like plugins that know more.
 *
 * @module
 */

import type { Json, JsonObject } from "../../core/json.ts";
import type { Buffer } from "../buffers.ts";
import type { PluginFolders } from "../plugins/discover.ts";
import type { FrontEnd } from "../plugins/front_end.ts";
import type { PluginSide } from "../session/sides.ts";
import type { Mark } from "../view/render.ts";
import type { Diagnostic } from "./diagnostics.ts";
import type { LazyLanguages } from "./lazy_languages.ts";

/** The type of diagnostics among annotations. */
export const DIAGNOSTIC = "diagnostic";

export class LanguagePlugins implements PluginSide {
  readonly #plugins: PluginSide;
  readonly #languages: LazyLanguages;
  readonly #frontEnds = new Set<FrontEnd>();
  /** Hovers that are being asked for, by view: a new one gives up the one before. */
  readonly #hovers = new Map<string, AbortController>();

  constructor(plugins: PluginSide, languages: LazyLanguages) {
    this.#plugins = plugins;
    this.#languages = languages;
  }

  attach(frontEnd: FrontEnd): () => void {
    this.#frontEnds.add(frontEnd);
    const detach = this.#plugins.attach(frontEnd);
    const stop = this.#languages.listen({
      diagnosticsChanged: (buffer) => {
        if (frontEnd.viewsOf(buffer).length > 0) frontEnd.annotationsChanged(buffer);
      },
    });
    return () => {
      this.#frontEnds.delete(frontEnd);
      stop();
      detach();
    };
  }

  hover(viewId: string, requestId: number, offset: number): void {
    this.#plugins.hover(viewId, requestId, offset);
    const frontEnd = [...this.#frontEnds].find((one) => one.bufferOf(viewId) !== undefined);
    const buffer = frontEnd?.bufferOf(viewId);
    if (frontEnd === undefined || buffer === undefined || this.#languages.loaded === undefined) return;
    this.#hovers.get(viewId)?.abort();
    const controller = new AbortController();
    this.#hovers.set(viewId, controller);
    this.#hoverText(buffer, offset, controller.signal).then((result) => {
      if (controller.signal.aborted) return;
      this.#hovers.delete(viewId);
      if (result !== "") frontEnd.notify("show_hover", { view_id: viewId, request_id: requestId, result });
    });
  }

  *annotations(buffer: Buffer, from: number, to: number): Generator<Mark, void, undefined> {
    yield* this.#plugins.annotations(buffer, from, to);
    for (const diagnostic of this.#languages.loaded?.diagnostics(buffer) ?? []) {
      const { span } = diagnostic;
      if (span.from > to) return;
      if (span.to >= from) {
        yield { type: DIAGNOSTIC, from: span.from, to: span.to, data: payload(diagnostic) };
      }
    }
  }

  start(folders: PluginFolders): Promise<void> {
    return this.#plugins.start(folders);
  }

  languages(): ReturnType<PluginSide["languages"]> {
    return this.#plugins.languages();
  }

  starting(buffer: Buffer): Promise<void> | undefined {
    return this.#plugins.starting(buffer);
  }

  viewOpened(viewId: string, buffer: Buffer): readonly string[] {
    return this.#plugins.viewOpened(viewId, buffer);
  }

  viewClosed(viewId: string, buffer: Buffer): void {
    this.#hovers.get(viewId)?.abort();
    this.#hovers.delete(viewId);
    this.#plugins.viewClosed(viewId, buffer);
  }

  configChanged(buffer: Buffer, changes: JsonObject): void {
    this.#plugins.configChanged(buffer, changes);
  }

  command(params: JsonObject): void {
    this.#plugins.command(params);
  }

  toggleComment(buffer: Buffer, lines: readonly (readonly [first: number, end: number])[]): void {
    this.#plugins.toggleComment(buffer, lines);
  }

  reindent(buffer: Buffer, lines: readonly (readonly [first: number, end: number])[]): void {
    this.#plugins.reindent(buffer, lines);
  }

  tracing(enabled: boolean): void {
    this.#plugins.tracing(enabled);
  }

  collectTrace(): Promise<readonly Json[]> {
    return this.#plugins.collectTrace();
  }

  settle(buffer: Buffer): void {
    this.#plugins.settle(buffer);
  }

  get renderDelayMs(): number {
    return this.#plugins.renderDelayMs;
  }

  /** What is wrong there, then what it is; "" where nothing is known. */
  async #hoverText(buffer: Buffer, offset: number, signal: AbortSignal): Promise<string> {
    const languages = await this.#languages.load();
    const faults = languages.diagnostics(buffer)
      .filter(({ span }) => span.from <= offset && offset <= span.to)
      .map(({ severity, message }) => `${severity}: ${message}`);
    const { hover } = await import("./features/hover.ts");
    const known = await hover(languages.asking, buffer, offset, { signal }).catch(() => undefined);
    return [...faults, ...(known === undefined ? [] : [known.contents.text])].join("\n\n");
  }
}

function payload(
  { severity, message, server, source, code, unnecessary, deprecated }: Diagnostic,
): JsonObject {
  return {
    severity,
    message,
    server,
    unnecessary,
    deprecated,
    ...(source === undefined ? {} : { source }),
    ...(code === undefined ? {} : { code }),
  };
}
