/**
 * The HTTP API on Hono: one route for each handler, its input checked against the contract's schemas, its answer as JSON.
 * Loaded with the first request of the API.
 *
 * @module
 */

import type { Context } from "hono";
import { Hono } from "hono/quick";
import type { Json } from "../../../core/json.ts";
import { API_BASE, type Route } from "../../api/api.ts";
import { MAX_BODY_BYTES } from "./guard.ts";
import { type Call, type Handler, type Handlers, Reply } from "./handlers.ts";
import { problemFrom, problemOf, Refusal } from "./problems.ts";
import { checkBody, checkQuery, schemaOf } from "./request_check.ts";

const JSON_TYPE = "application/json";
export const PROBLEM_TYPE = "application/problem+json";

/** The API's routes; `onBug` hears of what nobody expected. */
export function apiApp(handlers: Handlers, onBug: (error: unknown) => void): Hono {
  const app = new Hono();
  for (const [route, handler] of Object.entries(handlers)) {
    const [method = "", path = ""] = route.split(" ");
    const pattern = `${API_BASE}${path.replaceAll(/\{(\w+)\}/g, ":$1")}`;
    app.on(method, pattern, (context) => answer(context, route as Route, handler as Handler<Route>));
  }
  app.notFound(({ req }) => {
    const path = new URL(req.url).pathname;
    return problemResponse(
      problemOf(404, "not-found", `Cannot ${req.method} ${path}: there is no such route`, {
        hint: "All routes are at /api",
      }),
    );
  });
  app.onError((error) => {
    const problem = problemFrom(error);
    if (problem.code === "bug") onBug(error);
    return problemResponse(problem);
  });
  return app;
}

/** A problem as an answer. */
export function problemResponse(problem: ReturnType<typeof problemOf>): Response {
  return new Response(JSON.stringify(problem), {
    status: problem.status,
    headers: { "content-type": PROBLEM_TYPE },
  });
}

async function answer(context: Context, route: Route, handler: Handler<Route>): Promise<Response> {
  const request = context.req.raw;
  const query = checkQuery(route, new URL(request.url).searchParams);
  const body = schemaOf(route, "body") === undefined ? undefined : await bodyOf(request);
  checkBody(route, body);
  // What the schemas have accepted is what the contract's types say.
  const call = {
    params: context.req.param(),
    query,
    body,
    headers: request.headers,
    signal: () => request.signal,
  };
  const answered: unknown = await handler(call as unknown as Call<Route>);
  const reply = answered instanceof Reply ? answered : new Reply({ answer: answered });
  if (reply.body !== undefined) {
    return new Response(reply.body, { status: reply.status, headers: reply.headers });
  }
  return new Response(JSON.stringify(reply.answer ?? null), {
    status: reply.status,
    headers: { "content-type": JSON_TYPE, ...reply.headers },
  });
}

/** The body as JSON, read no further than the limit. @throws Refusal 400 | 413 */
async function bodyOf(request: Request): Promise<Json | undefined> {
  if (request.body === null) return undefined;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) {
      throw new Refusal(413, "bad-input", `Cannot take a body of more than ${MAX_BODY_BYTES} bytes`);
    }
    chunks.push(chunk);
  }
  if (size === 0) return undefined;
  const text = new TextDecoder().decode(await new Blob(chunks as BlobPart[]).bytes());
  try {
    return JSON.parse(text) as Json;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Refusal(400, "bad-input", `Cannot read the body: ${why}`, {
      faults: [{ place: "body", found: text.slice(0, 60), right: "JSON" }],
    });
  }
}
