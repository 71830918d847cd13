/**
 * The second origin: pages of extensions, which have no session, no network and no API. Nothing else is served there.
 *
 * @module
 */

import { typeOf } from "../assets.ts";
import { refusalOf } from "./guard.ts";
import { frameHeaders, type Origins } from "./security_headers.ts";

/** Finds a page's file by extension and name; undefined where there is none. */
export type FrameFiles = (extension: string, name: string) => Promise<Uint8Array | undefined>;

/** Answers a request at the frames' port: `/PUBLISHER/NAME/FILE`. */
export async function frameResponse(
  request: Request,
  { port, framePort }: Origins,
  files: FrameFiles,
): Promise<Response> {
  const headers = frameHeaders(port);
  // A frame is navigated to by the page of another origin; that alone is let through here.
  const asked = new Headers(request.headers);
  const site = asked.get("sec-fetch-site");
  if (site === "same-site" && asked.get("sec-fetch-dest") === "iframe") asked.delete("sec-fetch-site");
  const refused = refusalOf({ method: request.method, url: request.url, headers: asked }, framePort);
  if (refused !== undefined) return new Response(refused.detail, { status: refused.status, headers });
  const [publisher = "", name = "", ...rest] = new URL(request.url).pathname.slice(1).split("/");
  const file = rest.join("/");
  const isAsked = request.method === "GET" && file !== "";
  // What cannot be read is not there: nothing of why is told to a stranger's page.
  const bytes = isAsked ? await files(`${publisher}/${name}`, file).catch(() => undefined) : undefined;
  if (bytes === undefined) return new Response("There is no such page", { status: 404, headers });
  return new Response(new Uint8Array(bytes), { headers: { ...headers, "content-type": typeOf(file) } });
}
