/**
 * The API's documentation: an OpenAPI 3.1 document made from the same schemas that requests are checked against, and a page
 * to browse it that needs nothing from elsewhere.
 *
 * @module
 */

import { isObject, type Json, type JsonObject, own } from "../../../core/json.ts";
import { API_BASE } from "../../api/api.ts";
import schemas from "../../api/schemas.json" with { type: "json" };
import { DOCS_PAGE, DOCS_SCRIPT, DOCS_STYLE } from "./docs_page.ts";

/** The page, its parts or the document; undefined for other paths. */
export function docsResponse(path: string, version: string): Promise<Response | undefined> {
  return Promise.resolve(partAt(path, version));
}

function partAt(path: string, version: string): Response | undefined {
  const part = (text: string, type: string) =>
    new Response(text, { headers: { "content-type": `${type}; charset=utf-8` } });
  switch (path) {
    case "/api":
      return part(DOCS_PAGE, "text/html");
    case "/api/docs.js":
      return part(DOCS_SCRIPT, "text/javascript");
    case "/api/docs.css":
      return part(DOCS_STYLE, "text/css");
    case "/api/openapi.json":
      return part(JSON.stringify(openApi(version), undefined, 1), "application/json");
    default:
      return undefined;
  }
}

/** The OpenAPI document. */
export function openApi(version: string): JsonObject {
  const { Api, TextCalls: _, ...definitions } = schemas as unknown as JsonObject;
  const paths: Record<string, Record<string, Json>> = {};
  for (const [route, schema] of Object.entries(own(Api, "properties") ?? {})) {
    const [method = "", path = ""] = route.split(" ");
    const full = `${API_BASE}${path}`;
    (paths[full] ??= {})[method.toLowerCase()] = operation(route, path, schema as Json);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Symphony",
      version,
      description:
        "The HTTP API of a Symphony server. Live events come over the WebSocket at /events, version 1.",
    },
    paths,
    components: {
      schemas: referring(definitions) as JsonObject,
      responses: {
        Problem: {
          description: "Refused: where, what was found, what would be right (RFC 9457)",
          content: { "application/problem+json": { schema: { type: "object" } } },
        },
      },
      securitySchemes: {
        session: { type: "apiKey", in: "cookie", name: "symphony-PORT" },
        token: { type: "http", scheme: "bearer" },
      },
    },
    security: [{ session: [] }, { token: [] }],
  };
}

function operation(route: string, path: string, schema: Json): JsonObject {
  const properties = own(schema, "properties");
  const [, tag = ""] = path.split("/");
  const description = own(schema, "description");
  const body = own(properties, "body");
  const answer = own(properties, "answer");
  const isRaw = own(answer, "const") === "raw";
  const content = isRaw
    ? { "application/octet-stream": {} }
    : { "application/json": { schema: referring(answer ?? {}) } };
  return {
    operationId: route.replaceAll(/[^\w]+/g, "_").replace(/_$/, "").toLowerCase(),
    tags: [tag.replace(/s$/, "")],
    summary: typeof description === "string" ? description.split("\n")[0] as string : route,
    ...typeof description === "string" ? { description } : {},
    parameters: [...pathParameters(path), ...queryParameters(own(properties, "query"))],
    ...body === undefined
      ? {}
      : { requestBody: { required: true, content: { "application/json": { schema: referring(body) } } } },
    responses: {
      "200": { description: "Done", content },
      default: { $ref: "#/components/responses/Problem" },
    },
  };
}

function pathParameters(path: string): Json[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
}

function queryParameters(query: Json | undefined): Json[] {
  const name = own(query, "$ref");
  const target = typeof name === "string"
    ? own(schemas as unknown as JsonObject, decodeURIComponent(name.replace("#/definitions/", "")))
    : query;
  const properties = own(target, "properties");
  if (!isObject(properties)) return [];
  const required = own(target, "required");
  return Object.entries(properties).map(([key, schema]) => {
    const description = own(schema, "description");
    return {
      name: key,
      in: "query",
      required: Array.isArray(required) && required.includes(key),
      schema: referring(schema),
      ...typeof description === "string" ? { description } : {},
    };
  });
}

/** References as OpenAPI has them. */
function referring(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(referring);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [
      key,
      key === "$ref" && typeof part === "string"
        ? decodeURIComponent(part).replace("#/definitions/", "#/components/schemas/")
        : referring(part),
    ]),
  );
}
