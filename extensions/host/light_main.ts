/**
 * The root module of a worker for light extensions: pure operators, each in an engine of its own (light_unit.ts), called one
 * after the other. The worker has no permission and runs no code of an extension itself.
 *
 * @module
 */

import { messageOf } from "../../core/errors.ts";
import { decodeBoth, decodeJson, encodeJson, Kind } from "./frames.ts";
import { LightFault, type LightModule, LightUnit } from "./light_unit.ts";
import { denyModules, disarm } from "./worker_disarm.ts";
import { WorkerDoor } from "./worker_serve.ts";

interface LoadOptions {
  readonly config: unknown;
  readonly memoryMb: number;
}

interface LightCall {
  readonly unit: number;
  readonly budgetMs: number;
}

const door = new WorkerDoor();
const { writer } = door;
const units = new Map<number, LightUnit>();
/** What was said to be spent, by unit. */
const told = new Map<number, number>();
const queued = new Set<number>();
let heardAt = 0;
const decoder = new TextDecoder();
const encoder = new TextEncoder();
let shared: Promise<LightModule> | undefined;
/** Everything waits for what came before: an engine must not be entered twice. */
let last: Promise<void> = Promise.resolve();

function take(kind: number, id: number, body: Uint8Array<ArrayBuffer>): void {
  switch (kind) {
    case Kind.ping:
      tellSpent();
      return writer.send(Kind.pong, id, new Uint8Array(0));
    case Kind.engine: {
      const { value, bytes } = decodeBoth(body);
      shared = WebAssembly.compile(bytes ?? new Uint8Array(0)).then((wasm) => ({
        wasm,
        guest: (value as { guest: string }).guest,
      }));
      return;
    }
    case Kind.load: {
      const kept = body.slice();
      return next(() => load(id, kept));
    }
    case Kind.unload:
      return next(() => {
        units.get(id)?.close();
        units.delete(id);
      });
    case Kind.call: {
      const kept = body.slice();
      queued.add(id);
      return next(() => call(id, kept));
    }
    case Kind.cancel:
      // One that runs is over before this could be heard.
      queued.delete(id);
      return;
  }
}

/** Says of each engine that was used since it was last said what it has spent. */
function tellSpent(): void {
  const spent: [number, number, number][] = [];
  for (const [number, unit] of units) {
    if (told.get(number) === unit.spentMs) continue;
    told.set(number, unit.spentMs);
    spent.push([number, Math.round(unit.spentMs * 100) / 100, unit.memoryBytes]);
  }
  if (spent.length > 0) writer.send(Kind.spent, 0, encodeJson(spent));
}

function next(act: () => void | Promise<void>): void {
  last = last.then(act).catch((error) => door.log("error", messageOf(error)));
}

async function load(id: number, body: Uint8Array<ArrayBuffer>): Promise<void> {
  try {
    if (shared === undefined) throw new Error("The engine was not given");
    const { value, bytes } = decodeBoth(body);
    const { config, memoryMb } = value as LoadOptions;
    const unit = await LightUnit.open(await shared, decoder.decode(bytes), JSON.stringify(config), memoryMb);
    units.set(id, unit);
    writer.send(Kind.loaded, id, encoder.encode(unit.contributes));
  } catch (error) {
    writer.send(
      Kind.unloadable,
      id,
      encodeJson({ class: "thrown", message: messageOf(error).slice(0, 2000) }),
    );
  }
}

async function call(id: number, body: Uint8Array<ArrayBuffer>): Promise<void> {
  if (!queued.delete(id)) {
    return writer.send(
      Kind.failure,
      id,
      encodeJson({ class: "cancelled", message: "The call was cancelled" }),
    );
  }
  const text = decoder.decode(body);
  const { unit, budgetMs } = decodeJson(body) as LightCall;
  try {
    const found = units.get(unit);
    if (found === undefined) throw new LightFault("It is not loaded");
    const answer = await found.call(text, budgetMs, (event) => {
      if (isSound(event, "kind")) writer.send(Kind.event, id, encoder.encode(event));
    });
    if (!isSound(answer.slice(1), answer.startsWith("r") ? undefined : "class")) {
      found.close();
      throw new LightFault("It bent the language it runs in: its answer is not JSON");
    }
    writer.send(answer.startsWith("r") ? Kind.result : Kind.failure, id, encoder.encode(answer.slice(1)));
  } catch (error) {
    writer.send(
      Kind.failure,
      id,
      encodeJson({ class: "resource", message: messageOf(error).slice(0, 2000) }),
    );
  }
  // Pings and cancellations are heard now and then between two calls.
  const now = performance.now();
  if (now - heardAt < 20) return;
  await new Promise((resolve) => setTimeout(resolve));
  heardAt = performance.now();
}

/** What an engine gives is only forwarded where it is what the core expects: the extension can bend its own JSON. */
function isSound(text: string, key: string | undefined): boolean {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
    const { [key ?? ""]: found, message } = value as Record<string, unknown>;
    if (key === "kind") return found === "progress" || found === "log" || found === "token";
    return key === undefined || typeof found === "string" && typeof message === "string";
  } catch {
    return false;
  }
}

denyModules(() => false);
disarm(door.log);
door.open(take);
