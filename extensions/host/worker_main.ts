/**
 * The root module of a worker for extensions that come with the product: a module of its own, loaded once, and no import
 * besides.
 *
 * @module
 */

import type { ExtensionDefinition } from "../sdk/define.ts";
import { denyModules, disarm, refuseCodeFromTexts } from "./worker_disarm.ts";
import { WorkerDoor, WorkerService } from "./worker_serve.ts";

const door = new WorkerDoor();
const toBase64 = btoa;
let allowed: string | undefined;

async function importModule(code: Uint8Array): Promise<ExtensionDefinition> {
  allowed = `data:text/javascript;base64,${base64(code)}`;
  try {
    const module = await import(allowed) as { default: ExtensionDefinition };
    return module.default;
  } finally {
    allowed = undefined;
  }
}

function base64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 32_766) {
    text += toBase64(String.fromCharCode(...bytes.subarray(at, at + 32_766)));
  }
  return text;
}

denyModules((specifier) => specifier === allowed);
disarm(door.log);
refuseCodeFromTexts();
door.open(new WorkerService(door.writer, importModule).take);
