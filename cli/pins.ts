/**
 * `--pin NODE=ARTIFACT|FILE`: a node's output given by hand, checked as if the node had made it.
 *
 * @module
 */

import { SymphonyError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import { isObject } from "../core/json.ts";
import type { Pin } from "../core/orchestration/reuse.ts";
import type { ArtifactPort } from "../core/ports/artifact.ts";
import type { Catalog } from "../core/workflow/catalog.ts";
import type { NodeDefinition, WorkflowDefinition } from "../core/workflow/definition.ts";
import { validate } from "../core/workflow/json_schema.ts";
import { findArtifact } from "./prefix.ts";
import { knownNode } from "./runs_rerun_command.ts";
import type { CliServices } from "./services.ts";
import { cleanLine } from "./text.ts";

/** Reads and stores the pins. @throws SymphonyError `bad-input` naming the pin and what was expected */
export async function readPins(
  services: CliServices,
  artifacts: ArtifactPort,
  pairs: readonly string[],
  of: { readonly definition: WorkflowDefinition; readonly catalog: Catalog },
): Promise<readonly Pin[]> {
  const pins: Pin[] = [];
  for (const pair of pairs) {
    const equals = pair.indexOf("=");
    if (equals <= 0) {
      const message = `Cannot read --pin "${
        cleanLine(pair)
      }": expected --pin NODE=ARTIFACT or --pin NODE=FILE`;
      throw new SymphonyError("bad-input", message);
    }
    const node = knownNode(pair.slice(0, equals), of.definition, "--pin");
    if (pins.some((pin) => pin.node === node)) {
      throw new SymphonyError("bad-input", `Cannot pin "${node}" twice: expected it once`);
    }
    const from = pair.slice(equals + 1);
    const bytes = await bytesOf(services, artifacts, from);
    checkOutput(of.definition.nodes.get(node) as NodeDefinition, parsed(bytes, from), of.catalog, from);
    const artifact = await artifacts.put(bytes, { type: "application/json" });
    pins.push({ node, artifact, sizeBytes: bytes.length, from: cleanLine(from) });
  }
  return pins;
}

async function bytesOf(services: CliServices, artifacts: ArtifactPort, from: string): Promise<Uint8Array> {
  if (!/^[0-9a-f]{4,64}$/.test(from)) return services.readFile(services.absolute(from));
  const { id } = await findArtifact(artifacts, from);
  const bytes = await artifacts.get(id);
  if (bytes !== undefined) return bytes;
  throw new SymphonyError("not-found", `Cannot read artifact ${id}: it is not in the store`);
}

function parsed(bytes: Uint8Array, from: string): Json {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) as Json;
  } catch (cause) {
    const message = `Cannot pin "${cleanLine(from)}": it is not JSON`;
    throw new SymphonyError("bad-input", message, {
      cause,
      hint: 'A node\'s output is an object with one member a port, for example { "text": "…" }',
    });
  }
}

function checkOutput(node: NodeDefinition, value: Json, catalog: Catalog, from: string): void {
  const cannot = `Cannot pin "${cleanLine(from)}" to ${node.id}`;
  if (node.kind !== "call") {
    throw new SymphonyError("bad-input", `${cannot}: it is a ${node.kind}, only what calls can be pinned`);
  }
  if (node.each !== undefined) {
    throw new SymphonyError("bad-input", `${cannot}: it runs over many items, pin what it runs over instead`);
  }
  if (!isObject(value)) {
    throw new SymphonyError(
      "bad-input",
      `${cannot}: found ${kindOf(value)}, expected an object of its ports`,
    );
  }
  const schema = (catalog.nodes.get(node.use) ?? catalog.tasks.get(node.use))?.output;
  const [fault] = schema === undefined ? [] : validate(schema, value);
  if (fault === undefined) return;
  const place = fault.path === "" ? "it" : `"${fault.path}"`;
  throw new SymphonyError("bad-input", `${cannot}: ${place} does not fit ${node.use}: ${fault.message}`);
}

function kindOf(value: Json): string {
  return Array.isArray(value) ? "an array" : value === null ? "null" : `a ${typeof value}`;
}
