/**
 * The second origin: pages of extensions, which have no session, no network and no API. Nothing else is served there.
 *
 * @module
 */

import { refusalOf } from "./guard.ts";
import { frameHeaders, type Origins } from "./security_headers.ts";

/** Finds a page's file by extension and name; undefined where there is none. */
export type FrameFiles = (
  extension: string,
  name: string,
) => { readonly type: string; readonly bytes: Uint8Array<ArrayBuffer> } | undefined;

const noFiles: FrameFiles = () => undefined;

/** Answers a request at the frames' port: `/PUBLISHER/NAME/FILE`. */
export function frameResponse(
  request: Request,
  { port, framePort }: Origins,
  files: FrameFiles = noFiles,
): Response {
  const headers = frameHeaders(port);
  // A frame is navigated to by the page of another origin; that alone is let through here.
  const asked = new Headers(request.headers);
  const site = asked.get("sec-fetch-site");
  if (site === "same-site" && asked.get("sec-fetch-dest") === "iframe") asked.delete("sec-fetch-site");
  const refused = refusalOf({ method: request.method, url: request.url, headers: asked }, framePort);
  if (refused !== undefined) return new Response(refused.detail, { status: refused.status, headers });
  const [publisher = "", name = "", ...rest] = new URL(request.url).pathname.slice(1).split("/");
  const found = request.method === "GET" ? files(`${publisher}/${name}`, rest.join("/")) : undefined;
  if (found === undefined) return new Response("There is no such page", { status: 404, headers });
  return new Response(found.bytes, { headers: { ...headers, "content-type": found.type } });
}
