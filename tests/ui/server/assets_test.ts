/** The page's files as they go out: packed for whoever takes that, with what caches must know, and no file that was not meant. */

import assert from "node:assert/strict";
import { get, type IncomingMessage } from "node:http";
import { gunzipSync, gzipSync } from "node:zlib";
import { takesGzip } from "../../../ui/server/assets.ts";
import { UiRig } from "./ui_rig.ts";

const script = "export const text = 'the same and the same again';\n".repeat(50);

/** As it comes over the wire: `fetch` would unpack it. */
async function raw(address: string, accepted?: string) {
  const headers = accepted === undefined ? {} : { "accept-encoding": accepted };
  const response = await new Promise<IncomingMessage>((resolve, reject) =>
    get(address, { headers }, resolve).on("error", reject)
  );
  const chunks: Uint8Array[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return {
    status: response.statusCode,
    headers: response.headers,
    bytes: new Uint8Array(await new Blob(chunks as BlobPart[]).arrayBuffer()),
  };
}

Deno.test("the page's files go out packed where that is taken and there, and plain to all others", async () => {
  const assets = await Deno.makeTempDir({ prefix: "assets-" });
  try {
    await Deno.mkdir(`${assets}/assets`);
    await Deno.writeTextFile(`${assets}/index.html`, "<!doctype html><title>Page</title>");
    await Deno.writeTextFile(`${assets}/assets/main-AB12CD34.js`, script);
    await Deno.writeFile(`${assets}/assets/main-AB12CD34.js.gz`, gzipSync(script));
    await Deno.writeTextFile(`${assets}/assets/tiny-AB12CD34.js`, "1;\n");
    await using rig = await UiRig.start({ assets });
    const at = (path: string, accepted?: string) => raw(`${rig.origin}${path}`, accepted);
    const packed = await at("/assets/main-AB12CD34.js", "gzip, deflate, br, zstd");
    assert.equal(packed.headers["content-encoding"], "gzip");
    assert.equal(packed.headers["vary"], "accept-encoding");
    assert.match(packed.headers["content-type"] ?? "", /^text\/javascript/);
    assert.match(packed.headers["cache-control"] ?? "", /immutable/);
    assert.ok(packed.bytes.length < script.length / 3);
    assert.equal(new TextDecoder().decode(gunzipSync(packed.bytes)), script);
    for (const accepted of [undefined, "identity", "gzip;q=0", "br"]) {
      const plain = await at("/assets/main-AB12CD34.js", accepted);
      assert.equal(plain.headers["content-encoding"], undefined, accepted);
      assert.equal(plain.headers["vary"], "accept-encoding");
      assert.equal(new TextDecoder().decode(plain.bytes), script);
    }
    const tiny = await at("/assets/tiny-AB12CD34.js", "gzip");
    assert.deepEqual([tiny.headers["content-encoding"], tiny.headers["vary"]], [undefined, undefined]);
    // The packed file is no page of its own.
    assert.equal((await at("/assets/main-AB12CD34.js.gz", "gzip")).status, 404);
    const page = await at("/", "gzip");
    assert.equal(page.headers["content-encoding"], undefined);
    assert.match(new TextDecoder().decode(page.bytes), /<title>Page/);
  } finally {
    await Deno.remove(assets, { recursive: true });
  }
});

Deno.test("takesGzip() reads Accept-Encoding with its weights", () => {
  for (const yes of ["gzip", "GZIP", "x-gzip", "br, gzip;q=0.1", "*", "identity;q=0.5, *;q=0.1"]) {
    assert.equal(takesGzip(yes), true, yes);
  }
  for (const no of [null, "", "br", "gzip;q=0", "gzip; q=0.000", "*;q=0", "gzip;q=0, *"]) {
    assert.equal(takesGzip(no), false, String(no));
  }
});
