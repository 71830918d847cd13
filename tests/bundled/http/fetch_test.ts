import assert from "node:assert/strict";
import { base64 } from "../../../extensions/bundled/http/body_bytes.ts";
import { fetchUrl } from "../../../extensions/bundled/http/fetch.ts";
import { retryAfterMs } from "../../../extensions/bundled/http/retry_after.ts";
import { ExtensionFailure } from "../../../extensions/sdk/failure.ts";
import { testOperator, type TestOptions } from "../../../extensions/sdk/testing.ts";

interface Answer {
  readonly status: number;
  readonly ok: boolean;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly json: unknown;
  readonly sizeBytes: number;
  readonly url: string;
}
type Given = Readonly<Record<string, unknown>>;

function failure(failureClass: string, text: string, retryAfter?: number) {
  return (error: unknown) => {
    assert.ok(error instanceof ExtensionFailure, String(error));
    assert.equal(error.failureClass, failureClass, error.message);
    assert.ok(error.message.includes(text), error.message);
    if (retryAfter !== undefined) assert.equal(error.retryAfterMs, retryAfter);
    return true;
  };
}

/** A real server for the time of one test. */
async function served(
  answer: (request: Request) => Response | Promise<Response>,
  act: (address: string) => Promise<void>,
): Promise<void> {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, answer);
  try {
    await act(`http://127.0.0.1:${server.addr.port}`);
  } finally {
    await server.shutdown();
  }
}

async function call(given: Given, options: TestOptions = {}): Promise<Answer> {
  return (await testOperator<Answer>(fetchUrl, given, options)).output;
}

Deno.test("http/fetch sends method, headers and JSON, and gives the parsed answer", async () => {
  const echo = async (request: Request) =>
    Response.json({
      method: request.method,
      type: request.headers.get("content-type"),
      mine: request.headers.get("x-mine"),
      body: await request.json(),
    }, { status: 201 });
  await served(echo, async (address) => {
    const given = {
      url: `${address}/a?b=c`,
      method: "POST",
      headers: { "X-Mine": "1" },
      body: { q: [1] },
      as: "json",
    };
    const answer = await call(given);
    assert.deepEqual([answer.status, answer.ok], [201, true]);
    assert.deepEqual(answer.json, { method: "POST", type: "application/json", mine: "1", body: { q: [1] } });
    assert.equal(answer.url, `${address}/a?b=c`);
    assert.equal(answer.headers["content-type"], "application/json");
  });
});

Deno.test("http/fetch gives bytes in base64 and text in the server's character set", async () => {
  const latin = () =>
    new Response(new Uint8Array([0xe4]), { headers: { "content-type": "text/plain; charset=latin1" } });
  await served(latin, async (url) => {
    assert.equal((await call({ url })).text, "ä");
    const bytes = await call({ url, as: "bytes" });
    assert.deepEqual([bytes.text, bytes.sizeBytes], ["5A==", 1]);
  });
});

Deno.test("http/fetch gives an error status as an answer, even where JSON was asked for", async () => {
  await served(() => new Response("<h1>no</h1>", { status: 404 }), async (url) => {
    const answer = await call({ url, as: "json" });
    assert.deepEqual([answer.status, answer.ok, answer.text, answer.json], [404, false, "<h1>no</h1>", null]);
  });
});

const statuses: readonly [
  status: number,
  headers: Record<string, string>,
  failureClass: string,
  wait?: number,
][] = [
  [429, { "retry-after": "7" }, "rate-limit", 7_000],
  [429, {}, "rate-limit"],
  [503, { "retry-after": "1.5" }, "rate-limit", 1_500],
  [503, {}, "connection"],
  [500, {}, "connection"],
  [401, {}, "auth"],
  [402, {}, "credit"],
  [403, {}, "permission"],
  [404, {}, "input"],
  [408, {}, "timeout"],
];
for (const [status, headers, failureClass, wait] of statuses) {
  const after = headers["retry-after"] === undefined ? "" : ` with Retry-After ${headers["retry-after"]}`;
  Deno.test(`http/fetch fails as ${failureClass} on status ${status}${after} where told to`, async () => {
    await served(() => new Response("why", { status, headers }), async (url) => {
      const run = call({ url, failOnStatus: true });
      await assert.rejects(run, failure(failureClass, `answered ${status}`, wait));
    });
  });
}

Deno.test("http/fetch refuses an answer over maxBytes, announced or not", async () => {
  await served(() => new Response("x".repeat(11)), async (url) => {
    await assert.rejects(call({ url, maxBytes: 10 }), failure("input", "at most 10"));
    assert.equal((await call({ url, maxBytes: 11 })).sizeBytes, 11);
  });
  const endless = () =>
    new Response(new ReadableStream({ pull: (stream) => stream.enqueue(new Uint8Array(1_000)) }));
  await served(endless, async (url) => {
    await assert.rejects(call({ url, maxBytes: 5_000 }), failure("input", "more than 5000 bytes"));
  });
});

Deno.test("http/fetch fails as timeout where the answer does not come", async () => {
  const late = Promise.withResolvers<Response>();
  await served(() => late.promise, async (url) => {
    await assert.rejects(call({ url, timeoutMs: 50 }), failure("timeout", "did not answer within 50 ms"));
    late.resolve(new Response());
  });
});

Deno.test("http/fetch fails as output where JSON was asked for and is none", async () => {
  await served(() => new Response("{"), async (url) => {
    await assert.rejects(call({ url, as: "json" }), failure("output", "is not JSON"));
  });
});

Deno.test("http/fetch fails as connection where nothing listens", async () => {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  await assert.rejects(call({ url: `http://127.0.0.1:${port}/` }), failure("connection", ""));
});

Deno.test("http/fetch fails as connection where the answer breaks off", async () => {
  using listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const { port } = listener.addr as Deno.NetAddr;
  const server = (async () => {
    using connection = await listener.accept();
    await connection.read(new Uint8Array(4_096));
    await connection.write(new TextEncoder().encode("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf"));
  })();
  await assert.rejects(call({ url: `http://127.0.0.1:${port}/` }), failure("connection", ""));
  await server;
});

Deno.test("http/fetch refuses a host that is not granted", async () => {
  const run = call({ url: "http://example.org/" }, { refuse: ["net:example.org:80"] });
  await assert.rejects(run, failure("permission", "example.org"));
});

Deno.test("http/fetch refuses to be redirected to a host that is not granted", async () => {
  const away = () => new Response(null, { status: 302, headers: { location: "http://example.org/" } });
  await served(away, async (url) => {
    const run = call({ url }, { refuse: ["net:example.org:80"] });
    await assert.rejects(run, failure("permission", "example.org"));
  });
});

const refused: readonly [what: string, given: Given, message: string][] = [
  ["what is no address", { url: "nonsense" }, "url"],
  ["a file address", { url: "file:///etc/passwd" }, "must be http or https"],
  ["a password in the address", { url: "http://u:p@127.0.0.1/" }, "holds a password"],
  ["a body on GET", { url: "http://127.0.0.1/", body: "x" }, "A GET request has no body"],
  ["a header with a line end", { url: "http://127.0.0.1/", headers: { a: "b\r\nc: d" } }, "Headers"],
  ["an unknown method", { url: "http://127.0.0.1/", method: "TRACE" }, "method"],
];
for (const [what, given, message] of refused) {
  Deno.test(`http/fetch refuses ${what}`, async () => {
    await assert.rejects(call(given), failure("input", message));
  });
}

Deno.test("retryAfterMs() reads seconds and dates and nothing else", () => {
  const now = Date.UTC(2026, 0, 1, 12, 0, 0);
  assert.equal(retryAfterMs("3", now), 3_000);
  assert.equal(retryAfterMs("Thu, 01 Jan 2026 12:00:09 GMT", now), 9_000);
  assert.equal(retryAfterMs("Thu, 01 Jan 2026 11:00:00 GMT", now), 0);
  assert.equal(retryAfterMs("99999999999", now), 24 * 60 * 60 * 1_000);
  for (const text of [null, "", "-5", "soon", "1e3"]) assert.equal(retryAfterMs(text, now), undefined);
});

Deno.test("base64() gives what the platform reads back, beyond one piece", () => {
  const bytes = Uint8Array.from({ length: 100_000 }, (_, at) => at % 251);
  assert.deepEqual(Uint8Array.from(atob(base64(bytes)), (char) => char.charCodeAt(0)), bytes);
});
