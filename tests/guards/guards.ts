/**
 * The guards: what stands between a stranger's code and the person's machine, each with the line that makes it, what that
 * line becomes when the guard is taken away, and the test that turns red then. `try_guards.ts` really does that;
 * `extensions/GUARDS.md` is the list in words.
 *
 * @module
 */

import { grantGuards } from "./grant_guards.ts";

export interface Guard {
  /** As GUARDS.md names it. */
  readonly name: string;
  readonly file: string;
  /** Stands exactly once in the file. */
  readonly find: string;
  readonly replace: string;
  /** The test file that must fail. */
  readonly test: string;
  /** The test's name, or a part of it. */
  readonly only?: string;
  /** Habits of the zoo to try. */
  readonly zoo?: string;
}

const host = "extensions/host";
const zoo = "tests/extensions/zoo_test.ts";
const layers = "tests/extensions/host_layers_test.ts";
const forged = "tests/extensions/host_process_test.ts";
const permissions = "tests/extensions/permissions_test.ts";
const policy = "tests/core/policy/permission_policy_test.ts";
const light = "tests/extensions/light_test.ts";
const monitor = "tests/extensions/monitor/resource_monitor_test.ts";
const hostile = "tests/extensions/hostile_test.ts";
const files = "tests/extensions/files_test.ts";
const exchange = "tests/extensions/exchange_test.ts";

export const guards: readonly Guard[] = [
  // The process and its worker.
  {
    name: "worker permissions",
    file: `${host}/host_main.ts`,
    find: `{ type: "module", deno: { permissions } }`,
    replace: `{ type: "module" }`,
    test: layers,
    only: "a worker may do nothing",
  },
  {
    name: "revoked permissions",
    file: `${host}/host_main.ts`,
    find: `for (const name of RIGHTS) await Deno.permissions.revoke({ name });`,
    replace: "",
    test: layers,
    only: "gives up every permission",
  },
  {
    name: "memory fence at the start",
    file: `${host}/host_command.ts`,
    find: "? `ulimit -d ${(MEMORY_FLOOR_MB + memoryMb) * 1024}; `",
    replace: `? ""`,
    test: layers,
    only: "limits of the system",
  },
  {
    name: "memory fence of a spare",
    file: `${host}/host_process.ts`,
    find: `if (this.#options.memoryMb === undefined) await fence(this.pid, owner.memoryMb);`,
    replace: "",
    test: layers,
    only: "limits of the system",
  },
  {
    name: "no core dumps",
    file: `${host}/host_command.ts`,
    find: "ulimit -c 0; ",
    replace: "",
    test: layers,
    only: "limits of the system",
  },
  {
    name: "low priority",
    file: `${host}/host_command.ts`,
    find: "exec nice -n 10",
    replace: "exec",
    test: layers,
    only: "limits of the system",
  },
  {
    name: "no standard input",
    file: `${host}/host_process.ts`,
    find: `stdin: "null",`,
    replace: `stdin: "piped",`,
    test: layers,
    only: "limits of the system",
  },
  {
    name: "no environment",
    file: `${host}/host_process.ts`,
    find: "clearEnv: true,",
    replace: "",
    test: layers,
    only: "limits of the system",
  },
  {
    name: "errors of a worker end it alone",
    file: `${host}/host_main.ts`,
    find: "event.preventDefault();",
    replace: "return;",
    test: hostile,
    only: "worker dies under it",
  },
  {
    name: "no names that lead out",
    file: `${host}/worker_disarm.ts`,
    find: "for (const name of TAKEN) {",
    replace: "for (const name of [] as string[]) {",
    test: layers,
    only: "no name that leads out",
  },
  {
    name: "no waiting on shared memory",
    file: `${host}/worker_disarm.ts`,
    find: `Reflect.deleteProperty(Atomics, "wait");`,
    replace: "",
    test: layers,
    only: "no name that leads out",
  },
  {
    name: "no code from texts (own)",
    file: `${host}/worker_main.ts`,
    find: "refuseCodeFromTexts();",
    replace: "",
    test: layers,
    only: "no name that leads out",
  },
  {
    name: "no modules at run time (own)",
    file: `${host}/worker_main.ts`,
    find: "denyModules((specifier) => specifier === allowed);",
    replace: "",
    test: layers,
    only: "loads nothing but its one module",
  },
  {
    name: "timers keep the global object to themselves",
    file: `${host}/worker_disarm.ts`,
    find: "return schedule(() => act(...args), delay);",
    replace: "return schedule(act as () => void, delay);",
    test: zoo,
    zoo: "timer-this",
  },
  // Hardened JavaScript.
  {
    name: "lockdown",
    file: `${host}/sealed_main.ts`,
    find: "lockdown({\n",
    replace: "((_: object) => {})({\n",
    test: zoo,
    zoo: "poison-object,poison-array,poison-promise",
  },
  {
    name: "no code from texts (others)",
    file: `${host}/sealed_main.ts`,
    find: `[["eval", refuse], ["Function", refusing], ["self", inner]] as const`,
    replace: `[["self", inner]] as const`,
    test: zoo,
    zoo: "eval,function",
  },
  {
    name: "compartment",
    file: `${host}/sealed_main.ts`,
    find: "return await compartment.evaluate(scriptOf(new TextDecoder().decode(code), names));",
    replace:
      "return (await import(`data:text/javascript,${encodeURIComponent(new TextDecoder().decode(code))}`)).default;",
    test: zoo,
    zoo: "polite,call-sites,static-import",
  },
  // Frames.
  {
    name: "frame cap",
    file: `${host}/frames.ts`,
    find: "if (length < HEADER - 4 || length > MOST_FRAME_BYTES) {",
    replace: "if (length < HEADER - 4) {",
    test: forged,
    only: "a frame over 1 MiB",
  },
  {
    name: "frame floor",
    file: `${host}/frames.ts`,
    find: "if (length < HEADER - 4 || length > MOST_FRAME_BYTES) {",
    replace: "if (length > MOST_FRAME_BYTES) {",
    test: forged,
    only: "a frame shorter than its head",
  },
  {
    name: "value cap",
    file: `${host}/frames.ts`,
    find: "if (partial.length > MOST_VALUE_BYTES || this.#partialBytes > MOST_PARTIAL_BYTES) {",
    replace: "if (partial.length > Infinity) {",
    test: forged,
    only: "a value that never ends",
  },
  {
    name: "unknown kinds",
    file: `${host}/host_channel.ts`,
    find: 'throw new SymphonyError("protocol", `A frame is of the unknown kind ${kind}`);',
    replace: "return;",
    test: forged,
    only: "unknown kind",
  },
  {
    name: "shape of a result",
    file: `${host}/frame_shapes.ts`,
    find: `return objectOf(decodeJson(body), "result");`,
    replace: "return decodeJson(body) as JsonObject;",
    test: forged,
    only: "a result that is no object",
  },
  {
    name: "shape of a failure",
    file: `${host}/frame_shapes.ts`,
    find: `throw misshapen("failure");`,
    replace: "return failure;",
    test: forged,
    only: "a failure without a class",
  },
  {
    name: "shape of an event",
    file: `${host}/frame_shapes.ts`,
    find: `if (!eventKinds.has(event["kind"])) throw misshapen("event");`,
    replace: "",
    test: forged,
    only: "an event of no kind",
  },
  {
    name: "shape of a request",
    file: `${host}/frame_shapes.ts`,
    find: `throw misshapen("request");`,
    replace: 'return { call: 0, operation: "", args: {}, bytes };',
    test: forged,
    only: "a request without a call",
  },
  {
    name: "one token",
    file: `${host}/host_process.ts`,
    find: "if (kind !== Kind.token || !sameText(new TextDecoder().decode(body), token)) {",
    replace: "if (kind !== Kind.token) {",
    test: forged,
    only: "who does not hold the token",
  },
  {
    name: "nothing from a spare",
    file: `${host}/host_process.ts`,
    find: 'throw new SymphonyError("protocol", `A frame of kind ${kind} came unasked`);',
    replace: "return;",
    test: forged,
    only: "nobody owns",
  },
  {
    name: "budget on the reader",
    file: `${host}/host_process.ts`,
    find: "if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));",
    replace: "",
    test: forged,
    only: "no faster than its budget",
  },
  {
    name: "no prototype in JSON",
    file: `${host}/frames.ts`,
    find: `return text.includes("__proto__") ? JSON.parse(text, withoutProto) : JSON.parse(text);`,
    replace: "return JSON.parse(text);",
    test: "tests/extensions/frames_test.ts",
  },
  {
    name: "dispatch without prototype",
    file: "extensions/capabilities/broker.ts",
    find: "const table: Record<string, Operation> = Object.create(null);",
    replace: "const table: Record<string, Operation> = {};",
    test: "tests/extensions/broker_test.ts",
  },
  {
    name: "capabilities end with the call",
    file: "extensions/capabilities/broker.ts",
    find: "if (this.#closed) {",
    replace: "if (false) {",
    test: "tests/extensions/broker_test.ts",
  },
  {
    name: "capabilities in flight",
    file: "extensions/capabilities/broker.ts",
    find: "if (this.#inFlight >= MOST_IN_FLIGHT) {",
    replace: "if (false) {",
    test: "tests/extensions/broker_test.ts",
  },
  // Supervision.
  {
    name: "burnt CPU",
    file: "core/actor/liveness.ts",
    find: "if (silent > patience && burning)",
    replace: "if (silent > Infinity && burning)",
    test: "tests/core/actor/liveness_test.ts",
  },
  {
    name: "CPU counts where others leave little",
    file: "core/actor/liveness.ts",
    find: " || reading.cpuMs >= patience",
    replace: "",
    test: "tests/core/actor/liveness_test.ts",
  },
  {
    name: "the core's own stalls do not count",
    file: "core/actor/liveness.ts",
    find: "const silent = reading.silentMs - reading.lostMs;",
    replace: "const silent = reading.silentMs;",
    test: "tests/core/actor/liveness_test.ts",
  },
  {
    name: "silence",
    file: `${host}/host_channel.ts`,
    find: 'if (reason !== undefined) this.#host.kill({ class: "resource", reason });',
    replace: "",
    test: forged,
    only: "silence after it was ready",
  },
  {
    name: "deadline of loading",
    file: `${host}/host_channel.ts`,
    find: "const timer = setTimeout(late, loadingMs);",
    replace: "const timer = setTimeout(late, 60_000);",
    test: zoo,
    zoo: "load-forever",
  },
  {
    name: "quarantine",
    file: "core/actor/supervision.ts",
    find: "const spent = failures.length > policy.budget;",
    replace: "const spent = false;",
    test: hostile,
    only: "into quarantine",
  },
  {
    name: "a quarantined extension is not started",
    file: "extensions/placement.ts",
    find: "if (quarantine !== undefined) {",
    replace: "if (false) {",
    test: hostile,
    only: "into quarantine",
  },
  {
    name: "probation",
    file: "core/policy/health.ts",
    find: 'case "probation":\n      return quarantined(health, `it failed on probation: ${reason}`, atMs);',
    replace: 'case "probation":\n      return health;',
    test: "tests/core/policy/health_test.ts",
  },
  {
    name: "no effect twice",
    file: "extensions/rescue.ts",
    find: "if (fate.hadEffects || ",
    replace: "if (",
    test: hostile,
    only: "killed from outside",
  },
  {
    name: "the guilty one keeps its failure",
    file: "extensions/rescue.ts",
    find: " || fate.wasAlone && !fate.isInnocent",
    replace: "",
    test: "tests/extensions/rescue_test.ts",
  },
  // The light tier.
  {
    name: "deadline of a light call",
    file: `${host}/light_unit.ts`,
    find: "runtime.setInterruptHandler(() => Date.now() > this.#deadline);",
    replace: "",
    test: light,
    only: "begun anew",
  },
  {
    name: "memory of a light engine",
    file: `${host}/light_unit.ts`,
    find: "initial: LEAST_PAGES, maximum: this.#pages }",
    replace: "initial: LEAST_PAGES, maximum: 65_536 }",
    test: light,
    only: "memory of its own",
  },
  {
    name: "a bent engine is given up",
    file: `${host}/light_main.ts`,
    find: 'if (!isSound(answer.slice(1), answer.startsWith("r") ? undefined : "class")) {',
    replace: "if (false) {",
    test: light,
    only: "begun anew",
  },
  {
    name: "one publisher a process",
    file: "extensions/placement.ts",
    find: "publisher: publisherOf(actor.id),",
    replace: `publisher: "all",`,
    test: layers,
    only: "another publisher",
  },
  {
    name: "light means no permission",
    file: "extensions/manifest/read_manifest.ts",
    find: "if (asked !== undefined) {",
    replace: "if (false) {",
    test: "tests/extensions/manifest_test.ts",
  },
  // Permissions.
  {
    name: "the manifest is the most",
    file: "core/policy/permission.ts",
    find:
      'if (asked === undefined) return { verdict: "denied", reason: `its manifest does not ask for ${key}` };',
    replace: 'if (asked === undefined) return { verdict: "allowed", reason: "" };',
    test: policy,
  },
  {
    name: "a refusal stands",
    file: "core/policy/permission.ts",
    find: `if (inForce.some((grant) => grant.verdict === "deny")) {`,
    replace: "if (false) {",
    test: permissions,
    only: "a refusal holds",
  },
  {
    name: "restricted folders",
    file: "core/policy/permission.ts",
    find: `if (folder === "restricted" && isOfFolder(asker, key)) {`,
    replace: "if (false) {",
    test: policy,
  },
  {
    name: "no policy for secrets and unnamed hosts",
    file: "core/policy/permission_policy.ts",
    find: `return isKept && found.decision === "allow" ? { ...found, decision: "ask" } : found;`,
    replace: "return found;",
    test: policy,
  },
  {
    name: "a grant ends in time",
    file: "core/policy/permission.ts",
    find: `return grant.scope.kind !== "until" || nowMs < grant.scope.atMs;`,
    replace: "return true;",
    test: permissions,
    only: "until a time ends then",
  },
  {
    name: "a remembered verdict ends in time",
    file: "extensions/verdict_cache.ts",
    find: "return found !== undefined && Date.now() < found.untilMs ? found : undefined;",
    replace: "return found;",
    test: permissions,
    only: "until a time ends then",
  },
  {
    name: "once is once",
    file: "extensions/grants.ts",
    find: `case "once":
        return this.#noteGrant(grant);`,
    replace: `case "once":`,
    test: permissions,
    only: "holds for the call that asked",
  },
  {
    name: "updates that ask for more",
    file: "extensions/placement.ts",
    find: "if (more !== undefined) {",
    replace: "if (false) {",
    test: "tests/extensions/placement_test.ts",
  },
  {
    name: "approval of what asked for nothing",
    file: "extensions/policy_book.ts",
    find: "const approved = this.#approvals.get(asker.extension);",
    replace:
      "const approved = this.#approvals.get(asker.extension)?.length ? this.#approvals.get(asker.extension) : undefined;",
    test: permissions,
    only: "asks for more",
  },
  {
    name: "a withdrawal ends processes",
    file: "extensions/host_extensions.ts",
    find: "this.#unlisten = options.grants.onRevoked((extension) => void this.#renew(extension));",
    replace: "this.#unlisten = () => {};",
    test: permissions,
    only: "taken back",
  },
  {
    name: "a withdrawal elsewhere is seen",
    file: "extensions/grants_file.ts",
    find: "return markOf(this.#file) !== this.#mark;",
    replace: "return false;",
    test: permissions,
    only: "taken back",
  },
  {
    name: "every check is audited",
    file: "extensions/audit_log.ts",
    find: "pending.count++;",
    replace: "",
    test: permissions,
    only: "audit log",
  },
  // Resources.
  {
    name: "hard limits end",
    file: "extensions/monitor/resource_monitor.ts",
    find: "account.meter.end(verdict.reason);",
    replace: "",
    test: monitor,
    only: "hard one",
  },
  {
    name: "spent is spent",
    file: "extensions/placement.ts",
    find: "if (spent !== undefined) {",
    replace: "if (false) {",
    test: monitor,
    only: "not started again",
  },
  // Files and network.
  {
    name: "paths below the workspace",
    file: "extensions/capabilities/workspace_path.ts",
    find: "if (isWithin(root, absolute)) return absolute;",
    replace: "return absolute;",
    test: files,
  },
  {
    name: "links out of the workspace",
    file: "extensions/capabilities/workspace_path.ts",
    find: "if (!isWithin(root, real)) throw outside(path);",
    replace: "",
    test: files,
  },
  {
    name: "a swapped link",
    file: "extensions/capabilities/workspace_path.ts",
    find: "if (!isStillThere(root, path, info)) throw outside(path);",
    replace: "void isStillThere(root, path, info);",
    test: files,
  },
  {
    name: "git's own folder",
    file: "extensions/capabilities/files.ts",
    find: `if (relative(root, absolute).split(sep).some((step) => step.toLowerCase() === ".git")) {`,
    replace: "if (false) {",
    test: files,
  },
  {
    name: "quota of writes",
    file: "extensions/capabilities/files.ts",
    find: "if (this.#writes > this.#limits.writes || this.#writtenBytes > this.#limits.writeBytes) {",
    replace: "if (false) {",
    test: files,
  },
  {
    name: "inner addresses",
    file: "extensions/capabilities/exchange.ts",
    find: "await refuseInnerAddress(url.hostname, port, this.#scope.authority);",
    replace: "",
    test: exchange,
  },
  {
    name: "each address of a redirect",
    file: "extensions/capabilities/exchange.ts",
    find: "await demand(this.#scope, `net:${url.hostname}:${port}`);",
    replace: "",
    test: exchange,
  },
  {
    name: "secrets only over TLS",
    file: "extensions/capabilities/exchange.ts",
    find: `if (url.protocol !== "https:" && !isThisMachine(url.hostname)) {`,
    replace: "if (false) {",
    test: exchange,
  },
  {
    name: "secrets are cut out of what is said",
    file: "extensions/secrets.ts",
    find: `for (const value of this.#seen) clean = clean.replaceAll(value, "[secret]");`,
    replace: "",
    test: "tests/extensions/grants_test.ts",
  },
  {
    name: "no terminal codes in logs",
    file: `${host}/log_drain.ts`,
    find: "return text.replace(/",
    replace: "return text.replace(/(?!)",
    test: "tests/extensions/grants_test.ts",
  },
  ...grantGuards,
];
