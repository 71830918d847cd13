/**
 * An MCP server's tools as node types. A tool T of the server S is `mcp-S/T`; its input ports are the tool's own
 * parameters; its output ports are `text`, `content` and `data`.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { type ExtensionId, extensionId, type NodeTypeId, nodeTypeId } from "../../core/ids.ts";
import { canonicalJson, isObject, type Json, type JsonObject, own } from "../../core/json.ts";
import type { Effect, NodeType } from "../../core/workflow/catalog.ts";
import { schemaFault } from "../../core/workflow/json_schema.ts";
import type { ServerConfig, ServerTool } from "./server_config.ts";

export const MCP_PUBLISHER = "mcp";

/** A tool with the node type it is. */
export interface ToolNode {
  readonly tool: ServerTool;
  readonly node: NodeType;
}

export function serverExtension(name: string): ExtensionId {
  return extensionId(`${MCP_PUBLISHER}/${name}`);
}

/** The nodes of a server's tools. Names that become equal are numbered, in the server's order. */
export function toolNodes(server: ServerConfig): ReadonlyMap<NodeTypeId, ToolNode> {
  const nodes = new Map<NodeTypeId, ToolNode>();
  const extension = serverExtension(server.name);
  const codeHash = createHash("sha256").update(canonicalJson(server as unknown as Json)).digest("hex");
  for (const tool of server.tools) {
    const base = `mcp-${server.name}/${slug(tool.name)}`;
    let type = nodeTypeId(base);
    for (let next = 2; nodes.has(type); next++) type = nodeTypeId(`${base.slice(0, 120)}-${next}`);
    const title = tool.title ?? String(own(tool.annotations ?? {}, "title") ?? tool.name);
    const node: NodeType = {
      type,
      kind: "operator",
      extension,
      version: server.version,
      title: title.slice(0, 200),
      description: (tool.description ?? title).slice(0, 4_000),
      input: inputSchema(tool.inputSchema),
      output: outputSchema(tool),
      effect: effectOf(server, tool),
      codeHash,
    };
    nodes.set(type, { tool, node });
  }
  return nodes;
}

function slug(name: string): string {
  const text = name.replace(/([a-z0-9])([A-Z])/g, "$1-$2").toLowerCase().replace(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+|-+$/g, "").slice(0, 60).replace(/-+$/, "");
  return text === "" ? "tool" : text;
}

/** The tool's own schema; one that cannot be used takes anything, and the server says what is wrong. */
function inputSchema(schema: JsonObject): JsonObject {
  const isUsable = isObject(schema) && schema["type"] === "object" && schemaFault(schema) === undefined;
  const properties = isUsable && isObject(schema["properties"]) ? schema["properties"] : {};
  // The dialect is the check's own affair.
  const { $schema: _, ...plain } = isUsable ? schema : { type: "object" };
  return { ...plain, properties };
}

function outputSchema({ outputSchema }: ServerTool): JsonObject {
  const isUsable = outputSchema !== undefined && schemaFault(outputSchema) === undefined;
  const { $schema: _, ...plain } = isUsable ? outputSchema : { type: "object" };
  return {
    type: "object",
    properties: {
      text: { type: "string", description: "All text of the answer" },
      content: {
        type: "array",
        items: { type: "object" },
        description: "The answer's parts; bytes are in the artifact store, under `artifact`",
      },
      data: { ...plain, description: "The structured answer, where the tool gives one" },
    },
    required: isUsable ? ["text", "content", "data"] : ["text", "content"],
  };
}

/**
 * What a call may change. The annotations are the server's own word: only "read-only" is believed, because it takes a
 * gate away; where nothing is said the protocol's default is that a tool may destroy.
 */
function effectOf(server: ServerConfig, tool: ServerTool): Effect {
  if (server.effect !== undefined) return server.effect;
  return own(tool.annotations ?? {}, "readOnlyHint") === true ? "network" : "write";
}
