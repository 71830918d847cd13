/**
 * Every bad habit that an extension of others may have, one extension each: the vectors that were found to bite on this
 * runtime (CPU, memory, messages, escapes) and more of our own. The text is what stands in its bundle, so that nothing of
 * it was refused by a bundler or a scanner before.
 *
 * @module
 */

import { proposing } from "./proposing_habits.ts";

export interface Habit {
  readonly name: string;
  /** Body of its operator's `run(input, context)`. */
  readonly run?: string;
  /** What stands before, at the module's own level. */
  readonly top?: string;
  /** How its call ends, or its start, as `class: message`. */
  readonly ends: RegExp;
  /** True where it brings its process down, so that it is in quarantine once its budget is spent. */
  readonly dies?: boolean;
  readonly timeoutMs?: number;
  readonly memoryMb?: number;
  readonly permissions?: readonly object[];
  /** True where it is the node of a run, which has models to ask. */
  readonly inRun?: boolean;
  /** True where its run proposes instead of writing, to the real text core. */
  readonly proposes?: boolean;
}

/** A habit that tries something; `{ refused: true }` where it could not. */
function attempt(name: string, expression: string, more: Partial<Habit> = {}): Habit {
  return {
    name,
    run:
      `try { const got = await (${expression}); return { refused: false, got: String(got).slice(0, 200) }; }
      catch (error) { return { refused: true, how: String(error).slice(0, 200) }; }`,
    ends: /^ok: \{"refused":true/,
    ...more,
  };
}

const silent = /^resource: It (burnt CPU without answering|did not answer)/;
/** With a watched deadline either may come first on a busy machine. */
const memory = /^(resource|crash|thrown: (Array buffer allocation failed|.*(memory|allocation)))/i;

const cpu: readonly Habit[] = [
  { name: "loop", run: "for (;;);", ends: silent, dies: true },
  { name: "loop-later", run: "setTimeout(() => { for (;;); }, 5); return {};", ends: /^ok/, dies: true },
  {
    name: "microtasks",
    run: "const again = () => Promise.resolve().then(again); return again();",
    ends: silent,
    dies: true,
  },
  {
    name: "regexp",
    run: `return { found: /^(?=(a+)+$)b/.test("a".repeat(60) + "!") };`,
    ends: silent,
    dies: true,
  },
  {
    name: "wasm-loop",
    run:
      `new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array([0,97,115,109,1,0,0,0,1,4,1,96,0,0,3,2,1,0,7,5,1,1,
      102,0,0,10,9,1,7,0,3,64,12,0,11,11]))).exports.f();`,
    ends: silent,
    dies: true,
  },
  { name: "endless-json", run: "return { toJSON() { for (;;); } };", ends: silent, dies: true },
  {
    name: "endless-proxy",
    run: "return new Proxy({}, { ownKeys() { for (;;); } });",
    ends: silent,
    dies: true,
  },
  {
    name: "load-loop",
    top: "for (;;);",
    ends: /^extension: .*(burnt CPU|did not answer|did not load within)/,
    dies: true,
  },
  {
    name: "load-forever",
    top: "await new Promise(() => {});",
    ends: /^extension: .*did not load within/,
    dies: true,
  },
  { name: "load-throw", top: `throw new Error("not today");`, ends: /^extension: .*not today/, dies: true },
  { name: "never", run: "await new Promise(() => {});", ends: /^timeout:/, timeoutMs: 150 },
  {
    name: "deaf",
    run: `context.signal.addEventListener("abort", () => {}); await new Promise(() => {});`,
    ends: /^timeout:/,
    timeoutMs: 150,
  },
];

const eats: readonly Habit[] = [
  {
    name: "heap",
    run: "const all = []; for (;;) all.push(new Array(10000).fill(Math.random()));",
    ends: memory,
    dies: true,
    memoryMb: 128,
  },
  {
    name: "off-heap",
    run: "const all = []; for (;;) all.push(new Uint8Array(32 << 20).fill(1));",
    ends: memory,
    memoryMb: 128,
  },
  {
    name: "one-string",
    run: `return { length: [...("x".repeat(2 ** 28))].length };`,
    ends: memory,
    dies: true,
    memoryMb: 128,
  },
  {
    name: "wasm-memory",
    run: "const one = new WebAssembly.Memory({ initial: 1 }); for (;;) one.grow(256);",
    ends: /^(thrown: .*|resource|crash)/,
    memoryMb: 128,
  },
  {
    name: "map",
    run: "const all = new Map(); for (let at = 0;; at++) all.set({ at }, { at: String(at) });",
    ends: /^(resource|crash|thrown)/,
    memoryMb: 128,
  },
  {
    name: "recursion",
    run: "const down = () => down() + 1; return { depth: down() };",
    ends: /^thrown: .*stack/i,
  },
  {
    name: "many-promises",
    run:
      "const all = []; for (;;) { for (let at = 0; at < 1e5; at++) all.push(new Promise(() => {})); await null; }",
    ends: /^(resource|crash)/,
    dies: true,
    memoryMb: 128,
  },
];

const floods: readonly Habit[] = [
  {
    name: "log-flood",
    run: `for (;;) { for (let at = 0; at < 1e4; at++) context.log("info", "x".repeat(100));
      await new Promise((resolve) => setTimeout(resolve)); }`,
    ends: /^(timeout|resource|crash):/,
    timeoutMs: 800,
  },
  {
    name: "console-flood",
    run: `for (;;) { for (let at = 0; at < 1e4; at++) console.log("x".repeat(100));
      await new Promise((resolve) => setTimeout(resolve)); }`,
    ends: /^(timeout|resource|crash):/,
    timeoutMs: 800,
  },
  {
    name: "progress-flood",
    run: `for (;;) { for (let at = 0; at < 1e4; at++) context.progress(at, 1e9, "x".repeat(400));
      await new Promise((resolve) => setTimeout(resolve)); }`,
    ends: /^(timeout|resource|crash):/,
    timeoutMs: 800,
  },
  {
    name: "sync-flood",
    run: `for (;;) context.log("info", "x".repeat(1000));`,
    ends: /^(resource|crash|thrown)/,
    dies: true,
  },
  {
    name: "huge-output",
    run: `return { text: "x".repeat(80 << 20) };`,
    ends: /^(thrown|output|resource|crash): /,
  },
  { name: "not-json", run: "return { big: 10n };", ends: /^output:/ },
  { name: "cyclic", run: "const one = {}; one.self = one; return one;", ends: /^output:/ },
  {
    name: "deep",
    run: `let one = {}; for (let at = 0; at < 1e5; at++) one = { one }; return one;`,
    ends: /^(thrown|output|ok|resource)/,
  },
  {
    name: "prototype",
    run:
      `return JSON.parse('{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}}');`,
    ends: /^ok/,
  },
  { name: "no-object", run: "return 7;", ends: /^output: The handler must give an object/ },
  {
    name: "thenable",
    run: "return { then(resolve) { resolve({ once: 1 }); resolve({ twice: 2 }); } };",
    ends: /^ok|^output/,
  },
  { name: "throw-odd", run: `throw { toString: () => "odd" };`, ends: /^thrown: odd/ },
  {
    name: "throw-trap",
    run: `throw { toString() { throw new Error("trap"); } };`,
    ends: /^(thrown|crash|timeout)/,
    timeoutMs: 800,
  },
  {
    name: "throw-later",
    run: `setTimeout(() => { throw new Error("after success"); }, 5); return {};`,
    ends: /^ok/,
    dies: true,
  },
  {
    name: "reject-later",
    run: `setTimeout(() => Promise.reject(new Error("after success")), 5); return {};`,
    ends: /^ok/,
    dies: true,
  },
  {
    name: "many-asks",
    run: `await Promise.all(Array.from({ length: 20000 }, () => context.files.stat("a.txt"))); return {};`,
    ends: /^permission/,
  },
  {
    name: "long-hosts",
    run:
      `for (let at = 0; at < 10; at++) await context.fetch("http://" + "a".repeat(1 << 19) + at + ".example/").catch((error) => {
        if (at === 9) throw error; });`,
    ends: /^input: Cannot fetch: a host name of \d+ is over 253/,
  },
  { name: "no-default", top: "var nothing = 1;", ends: /^extension: .*not an extension/, dies: true },
  {
    name: "too-many-types",
    top:
      `contributes.push(...Array.from({ length: 5000 }, (_, at) => ({ ...contributes[0], type: "zoo/t" + at })));`,
    ends: /^extension: .*at most 200/,
    dies: true,
  },
  {
    name: "forged-frames",
    run: `TextEncoder.prototype.encode = () => new Uint8Array([123, 123, 123]); return {};`,
    ends: /^thrown: Cannot assign to read only/,
  },
  {
    name: "oversize-frames",
    run: `Uint8Array.prototype.subarray = () => { throw 1; }; return {};`,
    ends: /^(thrown|resource|crash)/,
  },
];

const reaches: readonly Habit[] = [
  attempt("deno", `Deno.readTextFileSync("/etc/hostname")`),
  attempt("global-deno", `globalThis.Deno.readTextFileSync("/etc/hostname")`),
  attempt("kill-self", `globalThis.Deno.kill(globalThis.Deno.pid, "SIGKILL")`),
  attempt("exit", `globalThis.Deno.exit(0)`),
  attempt("signal-deaf", `globalThis.Deno.addSignalListener("SIGTERM", () => {})`),
  attempt("node-process", `globalThis.process.getBuiltinModule("node:net").Socket`),
  attempt("require", `require("node:net")`),
  attempt("environment", `globalThis.process.env.PATH.length`),
  attempt("worker", `new globalThis.Worker("data:text/javascript,for(;;);", { type: "module" })`),
  attempt("fetch", `globalThis.fetch("http://127.0.0.1:1/")`),
  attempt("websocket", `new globalThis.WebSocket("ws://127.0.0.1:1/")`),
  attempt("broadcast", `new globalThis.BroadcastChannel("x")`),
  attempt("message-channel", `new globalThis.MessageChannel()`),
  attempt("cache", `globalThis.caches.open("x")`),
  attempt("storage", `globalThis.localStorage.setItem("a", "b")`),
  attempt("gpu", `globalThis.navigator.gpu.requestAdapter()`),
  attempt("post", `globalThis.postMessage("forged")`),
  attempt("listen", `globalThis.addEventListener("message", () => {})`),
  attempt("close", `globalThis.close()`),
  attempt("atomics", `Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)`),
  attempt("eval", `(0, eval)("1 + 1")`),
  attempt("function", `new Function("return 1 + 1")()`),
  attempt("async-function", `(async () => {}).constructor("return 1")()`),
  attempt("timer-text", `setTimeout("1 + 1", 0)`),
  attempt(
    "timer-this",
    `new Promise((resolve, reject) => setTimeout(function () {
      this === undefined ? reject(new Error("nothing")) : resolve(typeof this.eval + typeof this.Deno); }, 1))`,
  ),
  attempt(
    "listener-this",
    `new Promise((resolve, reject) => { const target = new EventTarget();
      target.addEventListener("x", function () { typeof this.Deno === "object" ? resolve("Deno") : reject(new Error("nothing")); });
      target.dispatchEvent(new Event("x")); })`,
  ),
  attempt(
    "sloppy-this",
    `(() => { const found = (function () { return this; })(); if (found === undefined) throw new Error("strict"); return found; })()`,
  ),
  attempt("poison-object", `(() => { Object.prototype.polluted = 1; return ({}).polluted; })()`),
  attempt("poison-array", `(() => { Array.prototype.push = () => 0; return "replaced"; })()`),
  attempt("poison-promise", `(() => { Promise.prototype.then = () => 0; return "replaced"; })()`),
  attempt(
    "call-sites",
    `(() => { Error.prepareStackTrace = (_, sites) => sites.map((site) => site.getThis?.()).filter((one) => one !== undefined);
      const found = new Error().stack; if (typeof found === "string" || found.length === 0) throw new Error("no sites"); return found; })()`,
  ),
  attempt("console-constructor", `console.log.constructor("return globalThis.Deno")()`),
  attempt("callee", `(() => (function () { return arguments.callee.caller; })())()`),
  { name: "static-import", top: `import fs from "node:fs";`, ends: /^extension: .*/, dies: true },
  {
    name: "dynamic-import",
    run: `return { got: Object.keys(await import("node:fs")).length };`,
    ends: /^extension: .*/,
    dies: true,
  },
  {
    name: "data-import",
    run: `const m = await import("data:text/javascript,export default 1"); return m;`,
    ends: /^extension: .*/,
    dies: true,
  },
  attempt("read-unasked", `context.files.readText("a.txt")`),
  attempt("write-unasked", `context.files.write("a.txt", "x")`),
  attempt("git-unasked", `context.git.log()`),
  attempt("artifact-unasked", `context.artifacts.put(new Uint8Array(1))`),
  attempt(
    "artifact-flood",
    `(async () => { const one = new Uint8Array(1);
      for (let at = 0; at < 60; at++) await Promise.all(Array.from({ length: 200 }, () => context.artifacts.put(one))); })()`,
    {
      permissions: [{ kind: "artifacts", reason: "It says so" }],
      ends: /^ok: \{"refused":true,"how":".*one call puts at most/,
    },
  ),
  attempt("model-unasked", `context.models.ask("honest/model", {})`),
  attempt("editor-unasked", `context.editor.read("a.txt")`),
  attempt("notice-unasked", `context.notifications.show("you have won")`),
  attempt(
    "notice-flood",
    `(async () => { for (let at = 0; at < 1000; at++) await context.notifications.show("again " + at, "error"); })()`,
    {
      permissions: [{ kind: "notifications", reason: "It says so" }],
      ends: /^ok: \{"refused":true,"how":".*10 at once and one each 6 s/,
    },
  ),
  attempt(
    "model-flood",
    `(async () => { for (let at = 0; at < 1000; at++) await context.models.ask("honest/model", { prompt: "x" }); })()`,
    {
      permissions: [{ kind: "models", use: ["honest/model"], reason: "It says so" }],
      ends: /^ok: \{"refused":true,"how":".*one call asks at most 200 times/,
      inRun: true,
    },
  ),
  attempt("model-recursion", `context.models.ask("zoo/itself", { prompt: "x" })`, {
    top:
      `const itself = { kind: "instrument", type: "zoo/itself", title: "t", description: "d", serves: ["*"], priceIn: 0,
      priceOut: 0, run: (_, context) => context.models.ask("zoo/itself", { prompt: "x" }) };`,
    permissions: [{ kind: "models", use: ["zoo/*"], reason: "It says so" }],
    ends: /^ok: \{"refused":true,"how":".*zoo\/model-recursion is in the midst of a call/,
    inRun: true,
  }),
  attempt(
    "model-payload",
    `context.models.ask("honest/model", { prompt: "x".repeat(5 << 20) })`,
    {
      permissions: [{ kind: "models", use: ["honest/model"], reason: "It says so" }],
      ends: /^ok: \{"refused":true,"how":".*has over 4194304 bytes/,
    },
  ),
  attempt("propose-outside", `context.editor.propose("../outside.txt", { base: "secret", text: "x" })`, {
    permissions: [{ kind: "editor", access: "propose", reason: "It says so" }],
    ends: /^ok: \{"refused":true,"how":".*leads out of the workspace/,
  }),
  attempt("propose-hook", `context.editor.propose(".git/config", { base: "", text: "[core]" })`, {
    permissions: [{ kind: "editor", access: "propose", reason: "It says so" }],
    ends: /^ok: \{"refused":true,"how":".*(git's own folder|no such file)/,
  }),
  attempt(
    "propose-huge",
    `context.editor.propose("a.txt", { base: "", text: "x".repeat(40 << 20) })`,
    {
      permissions: [{ kind: "editor", access: "propose", reason: "It says so" }],
      ends: /^ok: \{"refused":true,"how":".*has over 16777216 bytes/,
    },
  ),
  attempt("long-arguments", `context.git.log({ paths: ["x".repeat(40 << 20)] })`, {
    permissions: [{ kind: "git", reason: "It says so" }],
    ends: /^ok: \{"refused":true,"how":".*arguments have over 1048576 bytes/,
  }),
  attempt("net-unasked", `context.fetch("http://127.0.0.1:1/")`),
  attempt("read-outside", `context.files.readText("../outside.txt")`, {
    permissions: [{ kind: "files", access: "read", reason: "It says so" }],
  }),
  attempt("read-absolute", `context.files.readText("/etc/hostname")`, {
    permissions: [{ kind: "files", access: "read", reason: "It says so" }],
  }),
  attempt("write-hook", `context.files.write(".git/hooks/pre-commit", "x")`, {
    permissions: [{ kind: "files", access: "write", reason: "It says so" }],
  }),
  attempt("write-hook-aliased", `context.files.write(".GIT./hooks/pre-commit", "x")`, {
    permissions: [{ kind: "files", access: "write", reason: "It says so" }],
  }),
  attempt("plant-worktree", `context.files.write("sub/.git", "gitdir: ../planted")`, {
    permissions: [{ kind: "files", access: "write", reason: "It says so" }],
  }),
  attempt(
    "plant-repository",
    `(async () => { const write = (path, text) => context.files.write("planted/" + path, text);
      await write("config", "[core]\\n\\tbare = false\\n\\tworktree = .\\n[filter \\"x\\"]\\n\\tclean = touch ran\\n");
      await write(".gitattributes", "* filter=x"); await write("objects/x", ""); await write("refs/x", "");
      await write("HEAD", "ref: refs/heads/main\\n"); return await context.git.diff(); })()`,
    {
      permissions: [
        { kind: "files", access: "write", reason: "It says so" },
        { kind: "git", reason: "It says so" },
      ],
      ends: /^ok: \{"refused":true,"how":".*git would take its folder for a repository/,
    },
  ),
  attempt("git-file-beside", `context.git.diff({ from: "HEAD:../outside.txt", to: "HEAD" })`, {
    permissions: [{ kind: "git", reason: "It says so" }],
  }),
  attempt("inner-address", `context.fetch("http://localhost:1/").then((answer) => answer.status)`, {
    permissions: [{ kind: "net", hosts: ["*"], reason: "It says so" }],
  }),
  ...["turns", "both"].map((way) =>
    attempt(
      `two-answers-${way}`,
      `(async () => { const all = await Promise.allSettled(Array.from({ length: 8 }, async () => {
          const signal = AbortSignal.timeout(1000);
          return await (await context.fetch("http://${way}.test:" + input.port + "/", { signal })).text(); }));
        const got = all.filter(({ status }) => status === "fulfilled");
        if (got.length === 0) throw all.map(({ reason }) => reason).find(({ failureClass }) => failureClass === "permission");
        return got[0].value; })()`,
      {
        permissions: [{ kind: "net", hosts: ["*"], reason: "It says so" }],
        ends: /^ok: \{"refused":true,"how":".*leads to 127\.0\.0\.1, an address of this machine/,
      },
    )
  ),
  attempt("asset-outside", `context.assets.bytes("../main.js")`),
];

export const habits: readonly Habit[] = [...cpu, ...eats, ...floods, ...reaches, ...proposing];

/** The bundle of a habit, as an extension whose one operator is `zoo/NAME`. */
export function bundleOf({ name, run = "return {};", top = "" }: Habit): string {
  const any = `{ type: "object", properties: {} }`;
  const given = name === "no-default" ? "nothing" : "extension";
  const imports = /^(import|const itself)/.test(top) ? top : "";
  return `${imports}
const contributes = [{ kind: "operator", type: "zoo/${name}", title: "t", description: "d", input: ${any}, output: ${any},
  run: async (input, context) => { ${run} } }${name === "model-recursion" ? ", itself" : ""}];
${imports === "" ? top : ""}
const extension = { contributes };
export { ${given} as default };
`;
}
