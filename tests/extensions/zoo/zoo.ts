/**
 * The zoo: every hostile extension in a process of its own, beside honest ones that are called all the time.
 *
 * @module
 */

import { noUi } from "../../../core/motif/contributions.ts";
import type { LivenessLimits } from "../../../core/actor/liveness.ts";
import { messageOf, SymphonyError } from "../../../core/errors.ts";
import { extensionId, type InstanceId, nodeTypeId, type RunId, runId } from "../../../core/ids.ts";
import type { Permission } from "../../../core/policy/permission.ts";
import { AroundExtensions } from "../../../core/orchestration/around_extensions.ts";
import type { CallOptions, CallRequest, CallResult } from "../../../core/ports/extension.ts";
import type { Catalog, NodeType } from "../../../core/workflow/catalog.ts";
import { HeldArtifacts } from "../../../extensions/capabilities/held_artifacts.ts";
import { readAudit } from "../../../extensions/audit_log.ts";
import { Grants } from "../../../extensions/grants.ts";
import type { HostCommand } from "../../../extensions/host/host_command.ts";
import { HostExtensions } from "../../../extensions/host_extensions.ts";
import type { ExtensionSource, Installed } from "../../../extensions/installed.ts";
import { ExtensionLoader } from "../../../extensions/loader/loader.ts";
import { defaultResources, type Tier } from "../../../extensions/manifest/manifest.ts";
import { proposedPlaces } from "../../../extensions/capabilities/proposed_place.ts";
import { type OpenTexts, openTexts } from "../../../main_texts.ts";
import { StateFolder } from "../../../ui/server/state_folder.ts";
import { FileProposals } from "../../../ui/server/texts/file_proposals.ts";
import { request } from "../../contracts/extension_contract.ts";
import { runToEnd, workflowText } from "../../core/orchestration/run_rig.ts";
import { bundleOf, type Habit } from "./habits.ts";
import { HeldBeside, HeldHere, type HeldTime } from "./held_time.ts";

export interface ZooOptions {
  readonly command: HostCommand;
  readonly habits: readonly Habit[];
  readonly liveness: LivenessLimits;
  /** Hostile ones at work at the same time. */
  readonly atOnce: number;
}

export interface HabitEnd {
  readonly habit: Habit;
  /** How its call or its start ended, as `class: message`. */
  readonly end: string;
  /** Why it is in quarantine, as its next start says. */
  readonly quarantine: string | undefined;
  /** Decisions of the audit log about it. */
  readonly audited: ReadonlySet<string>;
}

export interface ZooReport {
  readonly ends: readonly HabitEnd[];
  readonly honestCalls: number;
  /** What honest calls ended with besides their answer. */
  readonly lost: readonly string[];
  /** Round trips of honest calls, in milliseconds. */
  readonly roundTrips: readonly number[];
  /** How the core was held up. */
  readonly held: HeldTime;
  /** The same of a process beside it that does nothing. */
  readonly heldBeside: HeldTime;
}

const never = new AbortController().signal;
const cache = `${Deno.env.get("TMPDIR") ?? "/tmp"}/symphony-test-bundles`;
const any = `{ type: "object", properties: {} }`;
const honestCode = (name: string) =>
  `const extension = { contributes: [{ kind: "operator", type: "honest/${name}", title: "t", description: "d", input: ${any},
    output: ${any}, run: ({ n }) => ({ n: n + 1 }) }] };\nexport { extension as default };\n`;

const modelCode =
  `const extension = { contributes: [{ kind: "instrument", type: "honest/model", title: "t", description: "d",
  serves: [], priceIn: 0, priceOut: 0, run: async () => ({ text: "hello", model: "m", finish: "stop" }) }] };
export { extension as default };
`;

/** An extension that is nothing but its text. */
export function installedOf(
  id: string,
  code: string,
  more: { readonly memoryMb?: number; readonly permissions?: readonly object[]; readonly tier?: Tier } = {},
): Installed {
  const { memoryMb = 256, permissions = [], tier = "full" } = more;
  return {
    manifest: {
      id: extensionId(id),
      name: id,
      version: "1.0.0",
      kind: "operator",
      description: id,
      entry: "main.js",
      dependencies: {},
      activation: [],
      contributes: noUi,
      assets: [],
      permissions: permissions as readonly Permission[],
      tier,
      resources: { ...defaultResources, memoryMb, concurrency: 8 },
      config: { type: "object", properties: {} },
    },
    origin: "third-party",
    codeHash: "0".repeat(64),
    contributes: undefined,
    code: () => Promise.resolve(new TextEncoder().encode(code)),
    asset: () => Promise.resolve(undefined),
    remember: () => Promise.resolve(),
  };
}

/** A source of such extensions, with the product's own worker roots. */
export function sourceOf(installed: readonly Installed[]): ExtensionSource {
  const loader = new ExtensionLoader({ cache });
  return {
    load: () => Promise.resolve({ installed, problems: [] }),
    workerRoot: (kind) => loader.workerRoot(kind),
    lightEngine: () => loader.lightEngine(),
  };
}

export function told(result: CallResult): string {
  return result.ok
    ? `ok: ${JSON.stringify(result.output)}`
    : `${result.failure.class}: ${result.failure.message}`;
}

/** Lets every habit loose and gives what came of it. */
export async function runZoo(options: ZooOptions): Promise<ZooReport> {
  const data = await Deno.makeTempDir({ prefix: "symphony-zoo-" });
  // Removed last of all: the editor may write in it until it has ended.
  await using _folder = { [Symbol.asyncDispose]: () => Deno.remove(data, { recursive: true }) };
  const hostile = options.habits.map((habit) => {
    const { name, memoryMb, permissions } = habit;
    return installedOf(`zoo/${name}`, bundleOf(habit), {
      ...(memoryMb === undefined ? {} : { memoryMb }),
      ...(permissions === undefined ? {} : { permissions }),
    });
  });
  const honest = [
    installedOf("honest/full", honestCode("full")),
    installedOf("honest/model", modelCode),
    installedOf("honest/light", honestCode("light"), { tier: "light", memoryMb: 16 }),
  ];
  const grants = await Grants.open(data);
  for (const { manifest: { id, permissions } } of hostile) {
    for (const permission of permissions) {
      if (permission.kind === "files") grants.addForSession(`${id}=files:${permission.access}`);
      if (["git", "artifacts", "notifications"].includes(permission.kind)) {
        grants.addForSession(`${id}=${permission.kind}`);
      }
      if (permission.kind === "editor") grants.addForSession(`${id}=editor:${permission.access}`);
      if (permission.kind === "models") grants.addForSession(`${id}=models:*`);
      if (permission.kind === "net") grants.addForSession(`${id}=net:*`);
    }
  }
  const workspace = `${data}/workspace`;
  await layOut(data, workspace);
  let opened: Promise<OpenTexts> | undefined;
  await using _texts = { [Symbol.asyncDispose]: async () => await (await opened)?.[Symbol.asyncDispose]() };
  const proposals = new FileProposals({
    state: new StateFolder(data),
    texts: () => opened ??= openTexts(data),
    root: workspace,
    places: proposedPlaces,
    nameOf: (file) => file,
    onChanged: () => {},
    onError: () => {},
  });
  const extensions = new HostExtensions({
    proposals,
    source: sourceOf([...hostile, ...honest]),
    command: options.command,
    grants,
    artifacts: new HeldArtifacts(),
    restarts: { budget: 1, windowMs: 600_000, firstDelayMs: 0, longestDelayMs: 0 },
    liveness: options.liveness,
    loadingMs: 3_000,
    resolve: twoAnswers,
    texts: () => Promise.reject(new Error("no hostile extension comes so far")),
  });
  /** What only this machine may reach. */
  await using inner = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    () => new Response("inner secret"),
  );
  const witness = new Witness(extensions);
  try {
    await witness.begin();
    const ends = await inTurns(
      options.habits,
      options.atOnce,
      (habit) => letLoose(extensions, habit, workspace, inner.addr.port),
    );
    const { held, heldBeside } = await witness.end();
    await grants.flush();
    const audited = await auditOf(data);
    return {
      ends: ends.map((end) => ({ ...end, audited: audited.get(`zoo/${end.habit.name}`) ?? new Set() })),
      honestCalls: witness.roundTrips.length,
      lost: witness.lost,
      roundTrips: witness.roundTrips.toSorted((a, b) => a - b),
      held,
      heldBeside,
    };
  } finally {
    await extensions.close();
  }
}

/** A run of its own, so that what one has proposed is not in the way of another. */
function runOf({ name }: Habit): RunId {
  return runId(`r${name.replace(/[^a-z0-9]/g, "").padEnd(15, "0").slice(0, 15)}`);
}

/** A workspace with what hostile ones try to use, and a secret beside it. */
async function layOut(data: string, workspace: string): Promise<void> {
  await Deno.mkdir(`${workspace}/.git`, { recursive: true });
  await Deno.writeTextFile(`${workspace}/.git/config`, "[core]\n");
  await Deno.symlink(".git/config", `${workspace}/cfg`);
  await Deno.symlink(data, `${workspace}/out`);
  await Deno.writeTextFile(`${data}/outside.txt`, "secret");
  using large = await Deno.create(`${workspace}/large`);
  await large.truncate(100 << 20);
  await new Deno.Command("mkfifo", { args: [`${workspace}/pipe`] }).output();
}

const asked = new Map<string, number>();

/** A public address at first, then one of this machine, in turns: what a name may do whose server is the attacker's. */
function twoAnswers(host: string): Promise<readonly { readonly address: string }[]> {
  const count = asked.get(host) ?? 0;
  asked.set(host, count + 1);
  if (/^both\./.test(host)) return Promise.resolve([{ address: "203.0.113.1" }, { address: "127.0.0.1" }]);
  return Promise.resolve([{ address: count % 2 === 0 ? "203.0.113.1" : "127.0.0.1" }]);
}

/** Habits without a deadline of their own are ended by the watchdog, which counts processor time: a busy machine gives them little. */
const PATIENCE_MS = 120_000;

/** Starts and calls one until it has shown what it does, and until it is in quarantine where it brings itself down. */
async function letLoose(
  extensions: HostExtensions,
  habit: Habit,
  workspace: string,
  port: number,
): Promise<Omit<HabitEnd, "audited">> {
  const id = extensionId(`zoo/${habit.name}`);
  if (habit.inRun === true) return { habit, end: await inRun(extensions, habit), quarantine: undefined };
  let end: string | undefined;
  for (let round = 0; round < 6; round++) {
    try {
      const instance = await extensions.activate(id);
      const result = await extensions.call(
        instance,
        request(`zoo/${habit.name}`, { port }, {
          workspace,
          ...(habit.proposes === true
            ? { mayWrite: false, proposes: true, run: runOf(habit) }
            : { mayWrite: true }),
        }),
        { signal: never, timeoutMs: habit.timeoutMs ?? PATIENCE_MS },
      );
      end ??= told(result);
      if (habit.dies !== true) {
        await extensions.deactivate(instance);
        return { habit, end, quarantine: undefined };
      }
      for (let waits = 0; extensions.isAlive(instance) && waits < 400; waits++) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      await extensions.deactivate(instance);
    } catch (error) {
      const text = `${error instanceof SymphonyError ? error.code : "error"}: ${messageOf(error)}`;
      if (/is in quarantine/.test(text)) return { habit, end: end ?? text, quarantine: text };
      end ??= text;
    }
  }
  return { habit, end: end ?? "nothing", quarantine: undefined };
}

/** As the one node of a run. */
async function inRun(extensions: HostExtensions, { name }: Habit): Promise<string> {
  const around = new NamedTypes(extensions, [
    { type: `zoo/${name}`, extension: `zoo/${name}` },
    { type: "zoo/itself", extension: `zoo/${name}`, isInstrument: true },
    { type: "honest/model", extension: "honest/model", isInstrument: true },
  ]);
  const text = workflowText({ n: { use: `zoo/${name}` } }, { outputs: { out: "n" } });
  const { outcome } = await runToEnd(text, around);
  return outcome.state === "completed"
    ? `ok: ${JSON.stringify(outcome.outputs["out"])}`
    : `${outcome.failure?.class}: ${outcome.failure?.message}`;
}

/** Hosts whose catalogue is what is said here: to describe all is to start every hostile one. */
class NamedTypes extends AroundExtensions {
  readonly #catalog: Catalog;

  constructor(
    inner: HostExtensions,
    types: readonly {
      readonly type: string;
      readonly extension: string;
      readonly isInstrument?: boolean;
    }[],
  ) {
    super(inner);
    const object = { type: "object", properties: {} };
    const nodes = types.map(({ type, extension, isInstrument = false }): NodeType => ({
      type: nodeTypeId(type),
      kind: isInstrument ? "instrument" : "operator",
      extension: extensionId(extension),
      version: "1.0.0",
      title: type,
      description: type,
      input: object,
      output: object,
      effect: "network",
      codeHash: "0".repeat(64),
      ...(isInstrument ? { instrument: { serves: [], priceIn: 0, priceOut: 0 } } : {}),
    }));
    this.#catalog = {
      nodes: new Map(nodes.map((node) => [node.type, node])),
      tasks: new Map(),
      problems: [],
      limits: new Map(nodes.map(({ extension }) => [extension, { instances: 2, concurrency: 8 }])),
    };
  }

  override describe(): Promise<Catalog> {
    return Promise.resolve(this.#catalog);
  }

  override call(
    instance: InstanceId,
    request: CallRequest,
    options: CallOptions,
  ): CallResult | Promise<CallResult> {
    return this.inner.call(instance, request, options);
  }
}

async function auditOf(data: string): Promise<Map<string, Set<string>>> {
  const found = new Map<string, Set<string>>();
  for await (const { extension, decision } of readAudit(data)) {
    const decisions = found.get(extension) ?? new Set();
    found.set(extension, decisions.add(decision));
  }
  return found;
}

async function inTurns<T, R>(all: readonly T[], atOnce: number, act: (one: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const take = async () => {
    while (next < all.length) {
      const at = next++;
      results[at] = await act(all[at] as T);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, take));
  return results;
}

/** Calls honest extensions all the time and watches whether the core keeps time. */
class Witness {
  readonly #extensions: HostExtensions;
  readonly lost: string[] = [];
  readonly roundTrips: number[] = [];
  #over = false;
  #asking: Promise<unknown> = Promise.resolve();
  #held: HeldHere | undefined;
  #heldBeside: HeldBeside | undefined;

  constructor(extensions: HostExtensions) {
    this.#extensions = extensions;
  }

  async begin(): Promise<void> {
    const kinds = ["full", "light"] as const;
    const instances = await Promise.all(
      kinds.map((kind) => this.#extensions.activate(extensionId(`honest/${kind}`))),
    );
    this.#held = new HeldHere();
    this.#heldBeside = new HeldBeside();
    this.#asking = Promise.all(kinds.map((kind, at) => this.#ask(kind, instances[at] as never)));
  }

  async end(): Promise<{ readonly held: HeldTime; readonly heldBeside: HeldTime }> {
    this.#over = true;
    await this.#asking;
    const nothing = { stalls: [], overMs: 1 };
    return { held: this.#held?.end() ?? nothing, heldBeside: await this.#heldBeside?.end() ?? nothing };
  }

  async #ask(kind: string, instance: Parameters<HostExtensions["call"]>[0]): Promise<void> {
    for (let n = 0; !this.#over; n++) {
      const began = performance.now();
      const result = await this.#extensions.call(instance, request(`honest/${kind}`, { n }), {
        signal: never,
        timeoutMs: 30_000,
      });
      this.roundTrips.push(performance.now() - began);
      if (!result.ok || result.output["n"] !== n + 1) this.lost.push(`${kind} ${n}: ${told(result)}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}
