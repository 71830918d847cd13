/**
 * `check/tests`: whether JavaScript that a model wrote passes its tests. Made to be named as a check of an answer:
 * `"quality": { "checks": [{ "use": "check/tests", "with": { "tests": ["add(1, 2) === 3"] } }] }`.
 *
 * The code runs in QuickJS compiled to WebAssembly (quickjs-emscripten): it has no files, no network and no timers, its
 * memory and time are bounded. Each test begins in a fresh engine with the code alone, and the engine is thrown away with
 * it: what was interrupted half-way need not be put in order.
 *
 * @module
 */

import variant from "@jitl/quickjs-wasmfile-release-sync";
import {
  newQuickJSWASMModuleFromVariant,
  newVariant,
  type QuickJSSyncVariant,
  type QuickJSWASMModule,
} from "quickjs-emscripten-core";
import { defineOperator, ExtensionFailure, Type } from "symphony/sdk";
import type { AssetsCapability } from "symphony/sdk";

const WASM = "npm:@jitl/quickjs-wasmfile-release-sync/dist/emscripten-module.wasm";
const MEMORY_BYTES = 32 * 1024 * 1024;
const STACK_BYTES = 512 * 1024;
const MOST_TESTS = 200;

export const testsOperator = defineOperator({
  type: "check/tests",
  title: "Run tests",
  description:
    "Runs JavaScript, by itself or in the fences of a Markdown text, and expressions that must be true of it",
  effect: "none",
  input: Type.Object({
    value: Type.String({ description: "The code, or Markdown with fences" }),
    tests: Type.Array(Type.String({ maxLength: 20_000 }), {
      maxItems: MOST_TESTS,
      description:
        "JavaScript expressions; each must be truthy, or a promise of it. Without any, nothing is run",
    }),
    timeoutMs: Type.Integer({ default: 500, minimum: 1, maximum: 10_000, description: "For each test" }),
  }),
  output: Type.Object({
    quality: Type.Number({ description: "The share of tests that pass; 1 where there are none" }),
    problem: Type.String({ description: "The first that does not, and why; empty where all pass" }),
    passed: Type.Integer(),
    failed: Type.Array(Type.Object({ test: Type.String(), reason: Type.String() })),
  }),
  run: async ({ value, tests, timeoutMs }, { assets, signal }) => {
    if (tests.length === 0) return { quality: 1, problem: "", passed: 0, failed: [] };
    const compiled = await load(assets);
    const code = scriptOf(value);
    const failed: { test: string; reason: string }[] = [];
    for (const test of tests) {
      signal.throwIfAborted();
      const reason = reasonAgainst(await engineOf(compiled), code, test, timeoutMs);
      if (reason !== undefined) failed.push({ test, reason });
      // One test may take its whole time: let a cancellation through.
      await new Promise((resolve) => setTimeout(resolve));
    }
    const [first] = failed;
    return {
      quality: (tests.length - failed.length) / tests.length,
      problem: first === undefined ? "" : `${first.test}: ${first.reason}`,
      passed: tests.length - failed.length,
      failed,
    };
  },
});

let loading: Promise<WebAssembly.Module> | undefined;

function load(assets: AssetsCapability): Promise<WebAssembly.Module> {
  loading ??= assets.bytes(WASM).then((bytes) => WebAssembly.compile(new Uint8Array(bytes)));
  // What could not be read once may be there at the next try.
  loading.catch(() => loading = undefined);
  return loading;
}

/** A fresh engine. @throws ExtensionFailure where it does not start */
async function engineOf(wasmModule: WebAssembly.Module): Promise<QuickJSWASMModule> {
  // The package's types are those of its CommonJS form, whose default stands one step deeper.
  const given: unknown = variant;
  const sync = given as QuickJSSyncVariant;
  const custom = newVariant(sync, { wasmModule, emscriptenModule: { locateFile: (name: string) => name } });
  try {
    return await newQuickJSWASMModuleFromVariant(custom as QuickJSSyncVariant);
  } catch (cause) {
    throw new ExtensionFailure("unavailable", `Cannot start the JavaScript engine: ${String(cause)}`, {
      cause,
    });
  }
}

const FENCE = /^ {0,3}(```+|~~~+)[ \t]*(?:js|javascript|mjs|node)?[ \t]*\n([\s\S]*?)^ {0,3}\1[ \t]*$/gim;

/** The code of all fences, else the whole; without `export`, which a script does not know. */
export function scriptOf(value: string): string {
  const fences = [...value.matchAll(FENCE)].map(([, , text = ""]) => text);
  const code = fences.length === 0 ? value : fences.join("\n");
  return code.replace(/^(\s*)export\s+default\s+(?=(?:async\s+)?(?:function|class)\b)/gm, "$1")
    .replace(/^(\s*)export\s+(?=(?:async\s+)?(?:function|class|const|let|var)\b)/gm, "$1")
    .replace(/^\s*export\s*\{[^}]*\}\s*;?\s*$/gm, "");
}

/** Why the test does not pass; undefined where it does. */
function reasonAgainst(
  engine: QuickJSWASMModule,
  code: string,
  test: string,
  timeoutMs: number,
): string | undefined {
  const runtime = engine.newRuntime();
  runtime.setMemoryLimit(MEMORY_BYTES);
  runtime.setMaxStackSize(STACK_BYTES);
  const end = Date.now() + timeoutMs;
  runtime.setInterruptHandler(() => Date.now() > end);
  const context = runtime.newContext();
  try {
    const loaded = context.evalCode(code, "answer.js");
    if (loaded.error !== undefined) return told(context.dump(loaded.error));
    const result = context.evalCode(`(async () => Boolean(await (${test}\n)))()`, "test.js");
    if (result.error !== undefined) return told(context.dump(result.error));
    const jobs = runtime.executePendingJobs();
    if (jobs.error !== undefined) return told(context.dump(jobs.error));
    const state = context.getPromiseState(result.value);
    if (state.type === "pending") return Date.now() > end ? "takes too long" : "its promise never settles";
    if (state.type === "rejected") return told(context.dump(state.error));
    return context.dump(state.value) === true ? undefined : "is not true";
  } catch (error) {
    // The engine itself gave up, for want of memory or stack.
    return told(error);
  }
}

/** An error of the engine in one line. */
function told(error: unknown): string {
  if (typeof error !== "object" || error === null) return String(error).slice(0, 300);
  const { name, message } = error as { name?: unknown; message?: unknown };
  if (name === "InternalError" && message === "interrupted") return "takes too long";
  return `${String(name ?? "Error")}: ${String(message ?? "")}`.slice(0, 300);
}
