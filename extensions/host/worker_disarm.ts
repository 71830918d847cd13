/**
 * What a worker gives up before it loads anything: names that reach out, start further workers, share memory with others or
 * end this one, code made from texts, and the loading of modules.
 *
 * @module
 */

/** What is out of reach for an extension. */
const TAKEN = [
  ..."Deno Worker SharedWorker BroadcastChannel MessageChannel WebSocket WebSocketStream EventSource fetch caches"
    .split(" "),
  ..."CacheStorage Cache localStorage sessionStorage Storage navigator GPU importScripts close postMessage"
    .split(" "),
  ..."onmessage onmessageerror onerror onunhandledrejection onrejectionhandled process global Buffer".split(
    " ",
  ),
  ..."setImmediate clearImmediate XMLHttpRequest indexedDB alert confirm prompt location createImageBitmap"
    .split(" "),
];

type Resolve = (
  specifier: string,
  context: unknown,
  next: (specifier: string, context: unknown) => unknown,
) => unknown;
interface ModuleHooks {
  registerHooks?(hooks: { resolve: Resolve }): void;
}

/**
 * Refuses every import from here on but those that `isAllowed` knows. Where the runtime has no such hook (before 2.6), what
 * remains are built-in modules, which only code outside a compartment could name.
 */
export function denyModules(isAllowed: (specifier: string) => boolean): void {
  const { process } = globalThis as unknown as {
    process?: { getBuiltinModule?(name: string): ModuleHooks | undefined };
  };
  process?.getBuiltinModule?.("node:module")?.registerHooks?.({
    resolve(specifier, context, next) {
      if (isAllowed(specifier)) return next(specifier, context);
      throw new TypeError(
        `Cannot import "${String(specifier).slice(0, 80)}": extensions import nothing at run time`,
      );
    },
  });
}

/** Takes the names away; what the extension prints goes to `log`. */
export function disarm(log: (level: "debug" | "info" | "warn" | "error", text: string) => void): void {
  for (const name of TAKEN) {
    for (let at: object | null = globalThis; at !== null; at = Object.getPrototypeOf(at)) {
      if (Object.hasOwn(at, name)) Reflect.deleteProperty(at, name);
    }
    if (name in globalThis) Object.defineProperty(globalThis, name, { value: undefined });
  }
  // Waiting on shared memory would stop the worker without burning CPU.
  Reflect.deleteProperty(Atomics, "wait");
  for (const name of ["addEventListener", "removeEventListener"]) {
    Object.defineProperty(globalThis, name, { value: undefined, configurable: false });
  }
  for (const name of ["setTimeout", "setInterval"] as const) refuseText(name);
  const say = (level: "debug" | "info" | "warn" | "error") => (...parts: unknown[]) =>
    log(level, parts.map(shown).join(" ").slice(0, 8192));
  Object.defineProperty(globalThis, "console", {
    value: {
      debug: say("debug"),
      log: say("info"),
      info: say("info"),
      warn: say("warn"),
      error: say("error"),
    },
  });
}

/** Code from texts: neither `eval` nor any function's constructor. The process forbids it as well where it can. */
export function refuseCodeFromTexts(): void {
  const refuse = () => {
    throw new EvalError("Code from texts is not available to extensions");
  };
  const kinds = [function () {}, async function () {}, function* () {}, async function* () {}];
  for (const kind of kinds) {
    Object.defineProperty(Object.getPrototypeOf(kind), "constructor", { value: refuse });
  }
  for (const name of ["eval", "Function"]) Object.defineProperty(globalThis, name, { value: refuse });
}

/**
 * A timer given text would run it as code; where that is forbidden it ends the worker instead of failing the call. And a
 * timer calls with the global object as `this`, which code in a compartment must never hold.
 */
function refuseText(name: "setTimeout" | "setInterval"): void {
  const schedule = globalThis[name] as unknown as (act: () => void, delay?: number) => unknown;
  const value = (act: unknown, delay?: number, ...args: unknown[]) => {
    if (typeof act === "function") return schedule(() => act(...args), delay);
    throw new TypeError(`${name} takes a function here, found ${typeof act}`);
  };
  Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
}

function shown(value: unknown): string {
  if (typeof value === "string") return value;
  if (value instanceof Error) return value.stack ?? value.message;
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}
