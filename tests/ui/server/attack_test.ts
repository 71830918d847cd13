import assert from "node:assert/strict";
import { Hono } from "hono";
import { cors } from "hono/cors";
import { UiRig } from "./ui_rig.ts";

/** What a server said to bytes over a bare socket. */
interface Said {
  readonly status: number;
  readonly text: string;
}

const KEY = "dGhlIHNhbXBsZSBub25jZQ==";

/** A server that is attacked: where it listens, and what opens it. */
interface Target {
  readonly port: number;
  readonly cookie: string;
}

async function raw(port: number, request: string | Uint8Array, waitMs = 1500): Promise<Said> {
  const socket = await Deno.connect({ hostname: "127.0.0.1", port });
  try {
    const bytes = typeof request === "string"
      ? new TextEncoder().encode(request.replaceAll("\n", "\r\n"))
      : request;
    try {
      for (let at = 0; at < bytes.length;) at += await socket.write(bytes.subarray(at));
    } catch {
      // It has hung up before it heard everything.
    }
    const buffer = new Uint8Array(8192);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<number>((resolve) => timer = setTimeout(() => resolve(-1), waitMs));
    const read = await Promise.race([socket.read(buffer).catch(() => null), late]);
    clearTimeout(timer);
    if (read === null || read === -1) return { status: 0, text: "" };
    const text = new TextDecoder().decode(buffer.subarray(0, read));
    return { status: Number(/^HTTP\/1\.[01] (\d+)/.exec(text)?.[1] ?? 0), text };
  } finally {
    socket.close();
  }
}

/** Attacks by name; each is a request as it goes over the wire. */
function attacks({ port, cookie }: Target): Readonly<Record<string, string | Uint8Array>> {
  const host = `Host: 127.0.0.1:${port}`;
  const body = (type: string, more: string) =>
    `POST /api/v1/workflows/check HTTP/1.1\n${host}\n${more}${type}Content-Length: 11\n\n{"text":""}`;
  const json = "Content-Type: application/json\n";
  const upgrade =
    `Upgrade: websocket\nConnection: Upgrade\nSec-WebSocket-Version: 13\nSec-WebSocket-Key: ${KEY}\n` +
    `Sec-WebSocket-Protocol: symphony.v1\n`;
  const known = `Cookie: ${cookie}\n`;
  return {
    "DNS rebinding": `GET /api/v1/server HTTP/1.1\nHost: evil.example:${port}\n${known}\n`,
    "HTTP/1.0 without Host": `GET /api/v1/server HTTP/1.0\n${known}\n`,
    "two Host headers": `GET /api/v1/server HTTP/1.1\n${host}\nHost: evil.example\n${known}\n`,
    "absolute-form target of another host":
      `GET http://evil.example/api/v1/server HTTP/1.1\n${host}\n${known}\n`,
    "cross-site text/plain POST": body("Content-Type: text/plain\n", `Origin: http://evil.example\n${known}`),
    "cross-site POST without a type": body("", `Origin: http://evil.example\n${known}`),
    "cross-site JSON POST": body(json, `Origin: http://evil.example\n${known}`),
    "preflight of another site":
      `OPTIONS /api/v1/workflows/check HTTP/1.1\n${host}\nOrigin: http://evil.example\nAccess-Control-Request-Method: POST\nAccess-Control-Request-Headers: content-type\n\n`,
    "Origin null": body(json, `Origin: null\n${known}`),
    "cross-site WebSocket":
      `GET /events HTTP/1.1\n${host}\nOrigin: http://evil.example\n${known}${upgrade}\n`,
    "WebSocket without a session":
      `GET /events HTTP/1.1\n${host}\nOrigin: http://127.0.0.1:${port}\n${upgrade}\n`,
    "page of another local port": body(
      json,
      `Origin: http://localhost:3000\nSec-Fetch-Site: same-site\n${known}`,
    ),
    "local process without a session": `GET /api/v1/server HTTP/1.1\n${host}\n\n`,
    "session of another server": `GET /api/v1/server HTTP/1.1\n${host}\nCookie: symphony-${port}=${
      "A".repeat(43)
    }\n\n`,
    "traversal /../": `GET /../data/ui/token.json HTTP/1.1\n${host}\n\n`,
    "traversal %2e%2e%2f": `GET /%2e%2e%2fdata%2fui%2ftoken.json HTTP/1.1\n${host}\n\n`,
    "traversal ..%255c": `GET /..%255c..%255cdata%255cui%255ctoken.json HTTP/1.1\n${host}\n\n`,
    "traversal //": `GET //..//..//etc/passwd HTTP/1.1\n${host}\n\n`,
    "CL.TE smuggling":
      `POST /api/v1/workflows/check HTTP/1.1\n${host}\nContent-Length: 4\nTransfer-Encoding: chunked\n\n0\n\nX`,
    "header of 64 KB": `GET /api/v1/server HTTP/1.1\n${host}\nX-A: ${"a".repeat(65_536)}\n\n`,
    "header of 1 MB": `GET /api/v1/server HTTP/1.1\n${host}\nX-A: ${"a".repeat(1 << 20)}\n\n`,
    "announced body of 4 GB":
      `POST /api/v1/workflows/check HTTP/1.1\n${host}\nOrigin: http://127.0.0.1:${port}\n${known}${json}Content-Length: 4294967296\n\nx`,
    "half a request": "GET /api/v1/server HT",
    "garbage": new Uint8Array([0, 1, 2, 3, 13, 10, 13, 10]),
  };
}

Deno.test("the guard refuses 24 attacks over raw sockets and lets its own page in", async () => {
  await using rig = await UiRig.start();
  const { port, cookie } = rig;
  const all = attacks({ port, cookie });
  assert.equal(Object.keys(all).length, 24);
  for (const [name, request] of Object.entries(all)) {
    const { status, text } = await raw(port, request, name === "half a request" ? 200 : 1500);
    assert.ok(status === 0 || status >= 400, `${name}: ${text.slice(0, 200)}`);
    assert.ok(!/access-control-allow/i.test(text), `${name} got a CORS header`);
  }
  const own =
    `Host: 127.0.0.1:${port}\nOrigin: http://127.0.0.1:${port}\nSec-Fetch-Site: same-origin\nCookie: ${cookie}\n`;
  const page = await raw(
    port,
    `POST /api/v1/workflows/check HTTP/1.1\n${own}Content-Type: application/json\nContent-Length: 11\n\n{"text":""}`,
  );
  assert.equal(page.status, 200, page.text);
  const socket = await raw(
    port,
    `GET /events HTTP/1.1\n${own}Upgrade: websocket\nConnection: Upgrade\nSec-WebSocket-Version: 13\nSec-WebSocket-Key: ${KEY}\nSec-WebSocket-Protocol: symphony.v1\n\n`,
  );
  assert.equal(socket.status, 101, socket.text);
});

Deno.test("the 24 attacks are real: a server with open CORS and no guard lets most of them in", async () => {
  const app = new Hono();
  app.use(cors());
  app.all(
    "*",
    ({ req }) =>
      req.header("upgrade") === "websocket"
        ? Deno.upgradeWebSocket(req.raw).response
        : new Response("let in"),
  );
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, app.fetch);
  const { port } = server.addr;
  const letIn: string[] = [];
  for (const [name, request] of Object.entries(attacks({ port, cookie: "symphony=x" }))) {
    const { status } = await raw(port, request, name === "half a request" ? 200 : 1500);
    if (status >= 100 && status < 400) letIn.push(name);
  }
  await server.shutdown();
  assert.ok(letIn.length >= 12, letIn.join(", "));
});

Deno.test("the server answers others while 500 half requests are held open", async () => {
  await using rig = await UiRig.start();
  const held = await Promise.all(
    Array.from({ length: 500 }, async () => {
      const socket = await Deno.connect({ hostname: "127.0.0.1", port: rig.port });
      await socket.write(new TextEncoder().encode("GET / HT"));
      return socket;
    }),
  );
  const { status } = await rig.call("GET /server");
  assert.equal(status, 200);
  for (const socket of held) socket.close();
});

Deno.test("every answer bears the security headers, refusals and files too", async () => {
  await using rig = await UiRig.start();
  for (const path of ["/", "/nothing", "/api/v1/server", "/api/v1/nothing", "/plain_page.js"]) {
    const response = await fetch(`${rig.origin}${path}`, { headers: { cookie: rig.cookie } });
    await response.body?.cancel();
    const csp = response.headers.get("content-security-policy") ?? "";
    assert.match(csp, /default-src 'none'/, path);
    assert.match(csp, /frame-ancestors 'none'/, path);
    assert.ok(!/unsafe-inline|unsafe-eval|\*/.test(csp), csp);
    assert.equal(response.headers.get("x-content-type-options"), "nosniff", path);
    assert.equal(response.headers.get("referrer-policy"), "no-referrer", path);
    assert.equal(response.headers.get("cross-origin-opener-policy"), "same-origin", path);
    assert.equal(response.headers.get("access-control-allow-origin"), null, path);
  }
});

Deno.test("Sessions opens one session for a key and none for a used, wrong or guessed one", async () => {
  await using rig = await UiRig.start();
  const key = rig.address().split("#t=")[1] ?? "";
  const open = (given: string) =>
    rig.call("POST /session", { body: { key: given }, headers: { cookie: "" } });
  const first = await open(key);
  assert.equal(first.status, 200);
  const cookie = first.headers.get("set-cookie") ?? "";
  assert.match(cookie, /; HttpOnly; SameSite=Strict; /);
  assert.equal((await open(key)).status, 401);
  const guesses = await Promise.all(Array.from({ length: 30 }, (_, at) => open(`guess ${at}`)));
  assert.deepEqual(new Set(guesses.map(({ status }) => status)), new Set([401, 429]));
  // Even the right key is not looked at while guesses come.
  assert.equal((await open(rig.address().split("#t=")[1] ?? "")).status, 429);
});

Deno.test("a bearer token opens the API for programs, a wrong one does not", async () => {
  await using rig = await UiRig.start();
  const { token } = JSON.parse(await Deno.readTextFile(`${rig.data}/ui/token.json`)) as {
    readonly token: string;
  };
  const ask = async (authorization: string, path: string) => {
    const response = await fetch(`${rig.origin}${path}`, { headers: { authorization } });
    const text = await response.text();
    return { status: response.status, text };
  };
  assert.equal((await ask(`Bearer ${token}`, "/api/v1/server")).status, 200);
  assert.match((await ask(`Bearer ${token}`, "/metrics")).text, /^symphony_runs_active 0$/m);
  assert.equal(
    (await ask(`Bearer ${token.replace(/.$/, (last) => last === "A" ? "B" : "A")}`, "/metrics")).status,
    401,
  );
  assert.equal(
    await fetch(`${rig.origin}/metrics`).then(async (response) => {
      await response.body?.cancel();
      return response.status;
    }),
    401,
  );
  if (Deno.build.os !== "windows") {
    assert.equal((await Deno.stat(`${rig.data}/ui/token.json`)).mode! & 0o777, 0o600);
    assert.equal((await Deno.stat(`${rig.data}/ui/sessions.json`)).mode! & 0o777, 0o600);
  }
});

Deno.test("pages of extensions have an origin of their own, without API, network or session", async () => {
  await using rig = await UiRig.start();
  const { value } = await rig.call("GET /server");
  assert.notEqual(new URL(value.frames).port, String(rig.port));
  const response = await fetch(`${value.frames}/api/v1/server`, { headers: { cookie: rig.cookie } });
  await response.body?.cancel();
  assert.equal(response.status, 404);
  const csp = response.headers.get("content-security-policy") ?? "";
  assert.match(csp, /^sandbox allow-scripts; default-src 'none'; .*connect-src 'none'/);
  assert.ok(!csp.includes("allow-same-origin"));
});
