/**
 * The second origin: pages of extensions, which have no session, no network and no API. Nothing else is served there.
 *
 * A page there has no origin, so what it loads (its script, its styles) comes to this server like a stranger's request. What
 * tells them apart is the secret in the path, which is made at every start and which only the program's own page is told.
 *
 * @module
 */

import { typeOf } from "../assets.ts";
import { isEqual } from "./equal.ts";
import { refusalOf } from "./guard.ts";
import { frameHeaders, type Origins } from "./security_headers.ts";

/** Finds a page's file by extension and name; undefined where there is none. */
export type FrameFiles = (extension: string, name: string) => Promise<Uint8Array | undefined>;

/** What a page may load; anything else that a browser asks for from elsewhere is refused. */
const parts = new Set(["iframe", "script", "style", "image", "font"]);

/** Answers a request at the frames' port: `/SECRET/PUBLISHER/NAME/FILE`. */
export async function frameResponse(
  request: Request,
  { port, framePort }: Origins,
  secret: string,
  files: FrameFiles,
): Promise<Response> {
  const headers = frameHeaders(port);
  const [said = "", publisher = "", name = "", ...rest] = new URL(request.url).pathname.slice(1).split("/");
  const asked = new Headers(request.headers);
  if (isEqual(said, secret) && parts.has(asked.get("sec-fetch-dest") ?? "")) {
    asked.delete("sec-fetch-site");
    if (asked.get("origin") === "null") asked.delete("origin");
  }
  const refused = refusalOf({ method: request.method, url: request.url, headers: asked }, framePort);
  if (refused !== undefined) return new Response(refused.detail, { status: refused.status, headers });
  const file = rest.join("/");
  const isAsked = request.method === "GET" && file !== "" && isEqual(said, secret);
  // What cannot be read is not there: nothing of why is told to a stranger's page.
  const bytes = isAsked ? await files(`${publisher}/${name}`, file).catch(() => undefined) : undefined;
  if (bytes === undefined) return new Response("There is no such page", { status: 404, headers });
  return new Response(new Uint8Array(bytes), { headers: { ...headers, "content-type": typeOf(file) } });
}
