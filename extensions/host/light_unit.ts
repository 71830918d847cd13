/**
 * One light extension: an engine (QuickJS as WebAssembly) of its own with capped memory, given up and made anew after
 * anything that could leave it in disorder. Runs in a worker that holds nothing.
 *
 * Invariants: (1) no call runs past its deadline by more than the engine's own granularity (some ms); (2) memory never
 * grows beyond the cap, array buffers included; (3) after an interrupt, an exhausted memory or an exception of the engine
 * itself, the engine is never used again.
 *
 * @module
 */

import variant from "@jitl/quickjs-wasmfile-release-sync";
import {
  newQuickJSWASMModuleFromVariant,
  newVariant,
  type QuickJSContext,
  type QuickJSHandle,
  type QuickJSRuntime,
  type QuickJSSyncVariant,
} from "quickjs-emscripten-core";

const PAGE_BYTES = 64 << 10;
/** What the engine's module asks for at least. */
export const LEAST_PAGES = 256;
const STACK_BYTES = 256 << 10;
const LOAD_MS = 5_000;
const MOST_EVENTS = 2_000;

/** What ended badly in the engine itself, so that it is given up. */
export class LightFault extends Error {}

interface Engine {
  readonly context: QuickJSContext;
  readonly runtime: QuickJSRuntime;
  readonly call: QuickJSHandle;
  readonly emit: QuickJSHandle;
}

export interface LightModule {
  readonly wasm: WebAssembly.Module;
  /** light_guest.ts as one module. */
  readonly guest: string;
}

export class LightUnit {
  readonly #shared: LightModule;
  readonly #code: string;
  readonly #config: string;
  readonly #pages: number;
  #engine: Engine | undefined;
  #contributes = "";
  #deadline = Infinity;
  #onEvent: (event: string) => void = () => {};
  #events = 0;
  #memory: WebAssembly.Memory | undefined;
  /** Milliseconds spent in its engine. */
  spentMs = 0;

  /** Starts the engine and loads the extension. @throws Error that says what is wrong with it */
  static async open(shared: LightModule, code: string, config: string, memoryMb: number): Promise<LightUnit> {
    const unit = new LightUnit(shared, code, config, memoryMb);
    await unit.#start();
    return unit;
  }

  private constructor(shared: LightModule, code: string, config: string, memoryMb: number) {
    this.#shared = shared;
    this.#code = code;
    this.#config = config;
    this.#pages = Math.max(LEAST_PAGES, Math.min(1024, Math.floor(memoryMb * 2 ** 20 / PAGE_BYTES)));
  }

  /** The contributions as JSON. */
  get contributes(): string {
    return this.#contributes;
  }

  /** Memory that its engine has taken. */
  get memoryBytes(): number {
    return this.#memory?.buffer.byteLength ?? 0;
  }

  /** Performs one call within `budgetMs`: `r` or `f`, then JSON. @throws LightFault */
  async call(text: string, budgetMs: number, onEvent: (event: string) => void): Promise<string> {
    const { context, runtime, call, emit } = this.#engine ?? await this.#start();
    this.#onEvent = onEvent;
    this.#events = 0;
    return this.#within(budgetMs, () => {
      const argument = context.newString(text);
      const called = context.callFunction(call, context.undefined, argument, emit);
      argument.dispose();
      const value = this.#unwrapped(called, budgetMs);
      if (context.typeof(value) === "string") return this.#taken(value);
      for (;;) {
        const jobs = runtime.executePendingJobs(1000);
        if (jobs.error !== undefined) throw this.#fault(jobs.error, budgetMs);
        if (jobs.value === 0) break;
        // Short jobs without end never reach the engine's own check.
        if (Date.now() > this.#deadline) throw new LightFault(overtime(budgetMs));
      }
      const state = context.getPromiseState(value);
      value.dispose();
      if (state.type === "fulfilled") return this.#taken(state.value);
      if (state.type === "rejected") throw this.#fault(state.error, budgetMs);
      const message =
        "Its promise never settles: a light extension has neither timers nor capabilities to wait for";
      return `f${JSON.stringify({ class: "thrown", message })}`;
    });
  }

  /** Gives the memory back. */
  close(): void {
    this.#engine = undefined;
    this.#memory = undefined;
  }

  async #start(): Promise<Engine> {
    const wasmMemory = new WebAssembly.Memory({ initial: LEAST_PAGES, maximum: this.#pages });
    this.#memory = wasmMemory;
    // The package's types are those of its CommonJS form, whose default stands one step deeper.
    const sync: unknown = variant;
    const custom = newVariant(sync as QuickJSSyncVariant, {
      wasmModule: this.#shared.wasm,
      wasmMemory,
      emscriptenModule: { locateFile: (name: string) => name },
    });
    const quickjs = await newQuickJSWASMModuleFromVariant(custom as QuickJSSyncVariant);
    const runtime = quickjs.newRuntime();
    runtime.setMaxStackSize(STACK_BYTES);
    runtime.setInterruptHandler(() => Date.now() > this.#deadline);
    const context = runtime.newContext();
    return this.#within(LOAD_MS, () => {
      const emit = context.newFunction("emit", (event) => {
        if (this.#events++ < MOST_EVENTS) this.#onEvent(context.getString(event).slice(0, 16_384));
      });
      this.#console(context, emit);
      const guest = this.#unwrapped(
        context.evalCode(this.#shared.guest, "guest.js", { type: "module" }),
        LOAD_MS,
        context,
      );
      const module = this.#unwrapped(
        context.evalCode(this.#code, "bundle.js", { type: "module" }),
        LOAD_MS,
        context,
      );
      const definition = context.getProp(this.#settled(context, runtime, module), "default");
      const load = context.getProp(guest, "load");
      const config = context.newString(this.#config);
      const loaded = context.callFunction(load, context.undefined, definition, config);
      this.#contributes = this.#taken(this.#unwrapped(loaded, LOAD_MS, context), context);
      this.#engine = { context, runtime, call: context.getProp(guest, "call"), emit };
      return this.#engine;
    });
  }

  /** A module with a top-level `await` gives a promise of its names. */
  #settled(context: QuickJSContext, runtime: QuickJSRuntime, module: QuickJSHandle): QuickJSHandle {
    runtime.executePendingJobs();
    const state = context.getPromiseState(module);
    if (state.type === "fulfilled") return state.notAPromise === true ? module : state.value;
    if (state.type === "rejected") throw new Error(told(context.dump(state.error)));
    throw new Error("Its module waits for something that never comes");
  }

  #console(context: QuickJSContext, emit: QuickJSHandle): void {
    context.setProp(context.global, "__emit", emit);
    const script = `(() => { const emit = globalThis.__emit; delete globalThis.__emit;
      const say = (level) => (...parts) => emit(JSON.stringify({ kind: "log", level, text: parts.map(String).join(" ") }));
      globalThis.console = { debug: say("debug"), log: say("info"), info: say("info"), warn: say("warn"), error: say("error") }; })()`;
    this.#unwrapped(context.evalCode(script), LOAD_MS, context).dispose();
  }

  #taken(value: QuickJSHandle, context = this.#engine?.context): string {
    const text = context?.getString(value) ?? "";
    value.dispose();
    return text;
  }

  #within<T>(budgetMs: number, act: () => T): T {
    const began = performance.now();
    this.#deadline = Date.now() + budgetMs;
    try {
      return act();
    } catch (error) {
      // Whatever the engine threw, its inside may be half-way somewhere.
      this.#engine = undefined;
      throw error instanceof Error ? error : new LightFault(String(error));
    } finally {
      this.spentMs += performance.now() - began;
      this.#deadline = Infinity;
    }
  }

  #unwrapped(
    result: { error?: QuickJSHandle | undefined; value?: QuickJSHandle },
    budgetMs: number,
    context = this.#engine?.context,
  ): QuickJSHandle {
    if (result.error !== undefined) throw this.#fault(result.error, budgetMs, context);
    return result.value as QuickJSHandle;
  }

  #fault(error: QuickJSHandle, budgetMs: number, context = this.#engine?.context): Error {
    const text = told(context?.dump(error));
    if (/^InternalError: interrupted/.test(text)) {
      return new LightFault(overtime(budgetMs));
    }
    if (/out of memory/.test(text)) {
      return new LightFault(`It ran out of memory (${this.#pages * PAGE_BYTES >> 20} MB granted)`);
    }
    return new LightFault(text);
  }
}

function overtime(budgetMs: number): string {
  return `It went on for over ${Math.round(budgetMs)} ms`;
}

/** An error of the engine in one line. */
function told(error: unknown): string {
  if (typeof error !== "object" || error === null) return String(error).slice(0, 500);
  const { name, message, stack } = error as { name?: unknown; message?: unknown; stack?: unknown };
  const place = typeof stack === "string" ? stack.trim().split("\n")[0]?.trim() ?? "" : "";
  return `${String(name ?? "Error")}: ${String(message ?? "")} ${place}`.trim().slice(0, 500);
}
