/**
 * The root module of a worker for extensions of others: hardened JavaScript (SES). All built-in objects are frozen, and the
 * extension is evaluated as a script in a compartment that holds the language, the parts of the platform that reach nothing,
 * and no other name. `import` does not exist there, nor does code from texts.
 *
 * @module
 */

import "ses";
import type { ExtensionDefinition } from "../sdk/define.ts";
import { placesInModule, scriptOf } from "./module_script.ts";
import { denyModules, disarm } from "./worker_disarm.ts";
import { WorkerDoor, WorkerService } from "./worker_serve.ts";

/** What an extension may use of the platform: values and streams of values, nothing that reaches out. */
const ENDOWED = [
  ..."TextEncoder TextDecoder URL URLSearchParams URLPattern Headers Request Response FormData Blob File"
    .split(" "),
  ..."AbortController AbortSignal Event EventTarget CustomEvent DOMException ReadableStream WritableStream"
    .split(" "),
  ..."TransformStream ByteLengthQueuingStrategy CountQueuingStrategy TextDecoderStream TextEncoderStream"
    .split(" "),
  ..."CompressionStream DecompressionStream atob btoa structuredClone clearTimeout clearInterval".split(" "),
  ..."setTimeout setInterval crypto console Intl WebAssembly Date Math Float16Array Float32Array Float64Array"
    .split(" "),
  ..."WeakRef FinalizationRegistry Iterator DataView BigInt64Array BigUint64Array escape unescape".split(" "),
];

interface Lockdown {
  lockdown(options: Readonly<Record<string, string>>): void;
  Compartment: new (options: {
    readonly __options__: true;
    readonly name: string;
    readonly globals: Readonly<Record<string, unknown>>;
  }) => { readonly globalThis: object; evaluate(script: string): Promise<ExtensionDefinition> };
}

const door = new WorkerDoor();
denyModules(() => false);
disarm(door.log);
const scope = globalThis as unknown as Readonly<Record<string, unknown>>;
const given = Object.fromEntries(ENDOWED.filter((name) => name in scope).map((name) => [name, scope[name]]));
const clock = performance.now.bind(performance);
const { lockdown, Compartment } = globalThis as unknown as Lockdown;
lockdown({
  // Stacks and locales stay as they are: the person who wrote the extension reads them.
  errorTaming: "unsafe",
  stackFiltering: "verbose",
  localeTaming: "unsafe",
  consoleTaming: "unsafe",
  errorTrapping: "none",
  unhandledRejectionTrapping: "none",
  overrideTaming: "severe",
  reporting: "none",
});
const refuse = () => {
  throw new EvalError("Code from texts is not available to extensions");
};
for (const name of ["eval", "Function"]) Object.defineProperty(globalThis, name, { value: refuse });

async function evaluate(code: Uint8Array): Promise<ExtensionDefinition> {
  const compartment = new Compartment({
    __options__: true,
    name: "extension",
    globals: {
      ...given,
      performance: { now: () => clock() },
      queueMicrotask: (act: () => void) => void Promise.resolve().then(() => act()),
    },
  });
  const inner = compartment.globalThis;
  const refusing = Object.assign(() => refuse(), { prototype: Function.prototype });
  for (const [name, value] of [["eval", refuse], ["Function", refusing], ["self", inner]] as const) {
    Object.defineProperty(inner, name, { value, writable: true, configurable: true });
  }
  const names = Object.getOwnPropertyNames(inner);
  return await compartment.evaluate(scriptOf(new TextDecoder().decode(code), names));
}

door.open(new WorkerService(door.writer, evaluate, placesInModule).take);
