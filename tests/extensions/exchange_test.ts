import assert from "node:assert/strict";
import type { SecretPermission } from "../../core/policy/permission.ts";
import { checkedAddresses, isInner } from "../../extensions/capabilities/address.ts";
import { openCapabilities } from "./capability_rig.ts";

const permission = { failureClass: "permission" };

interface TestServer extends AsyncDisposable {
  readonly port: number;
  readonly requests: Request[];
  /** Resolves when a client went away from a stream. */
  readonly left: Promise<void>;
  readonly sent: () => number;
}

function serve(): TestServer {
  const requests: Request[] = [];
  const { promise: left, resolve: leave } = Promise.withResolvers<void>();
  let sent = 0;
  const endless = () =>
    new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 65_536;
        controller.enqueue(new Uint8Array(65_536));
      },
      cancel: () => leave(),
    });
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, (request) => {
    requests.push(request);
    const { pathname, searchParams } = new URL(request.url);
    switch (pathname) {
      case "/endless":
        return new Response(endless());
      case "/empty":
        return new Response(null, { status: 204 });
      case "/to":
        return new Response(null, {
          status: Number(searchParams.get("status") ?? 302),
          headers: { location: searchParams.get("url") ?? "/" },
        });
      case "/echo":
        return new Response(request.body, { headers: { "x-method": request.method } });
      case "/error":
        return new Response("no", { status: 429, headers: { "retry-after": "7" } });
      default:
        return Response.json(Object.fromEntries(request.headers));
    }
  });
  return {
    port: server.addr.port,
    requests,
    left,
    sent: () => sent,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

const secret: SecretPermission = {
  kind: "secret",
  name: "key",
  hosts: ["127.0.0.1"],
  header: "authorization",
  prefix: "Bearer ",
  reason: "test",
};

Deno.test("fetch() gives status, headers and body as the platform does", async () => {
  await using server = serve();
  await using rig = await openCapabilities({ hosts: ["127.0.0.1"] });
  const base = `http://127.0.0.1:${server.port}`;
  const echoed = await rig.context.fetch(`${base}/echo`, { method: "POST", body: "hello" });
  assert.equal(echoed.headers.get("x-method"), "POST");
  assert.equal(await echoed.text(), "hello");
  const refused = await rig.context.fetch(new URL(`${base}/error`));
  assert.deepEqual([refused.status, refused.headers.get("retry-after")], [429, "7"]);
  assert.equal(refused.url, `${base}/error`);
  const empty = await rig.context.fetch(new Request(`${base}/empty`));
  assert.deepEqual([empty.status, empty.body], [204, null]);
  await refused.body?.cancel();
});

Deno.test("fetch() reads a body no faster than it is taken, and closes the connection on cancel", async () => {
  await using server = serve();
  await using rig = await openCapabilities({ hosts: ["127.0.0.1"] });
  const response = await rig.context.fetch(`http://127.0.0.1:${server.port}/endless`);
  const reader = response.body!.getReader();
  for (let got = 0; got < 1 << 20;) got += (await reader.read()).value?.length ?? 0;
  assert.ok(server.sent() < 64 << 20, `${server.sent()} bytes were sent`);
  await reader.cancel();
  await server.left;
});

Deno.test("fetch() closes the connection when its own signal, or the call's, fires", async () => {
  await using server = serve();
  const url = `http://127.0.0.1:${server.port}/endless`;
  await using own = await openCapabilities({ hosts: ["127.0.0.1"] });
  const stop = new AbortController();
  const response = await own.context.fetch(url, { signal: stop.signal });
  const body = response.arrayBuffer();
  stop.abort();
  await assert.rejects(body, { name: "AbortError" });
  await server.left;
  await using call = await openCapabilities({ hosts: ["127.0.0.1"] });
  const second = (await call.context.fetch(url)).arrayBuffer();
  call.abort.abort();
  await assert.rejects(second);
  await assert.rejects(call.context.fetch(url), { name: "AbortError" });
});

Deno.test("fetch() closes the connection when its signal fires before the server has answered", async () => {
  using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await using server = serve();
  await using rig = await openCapabilities({ hosts: ["127.0.0.1"] });
  const stop = new AbortController();
  const response = rig.context.fetch(`http://127.0.0.1:${silent.addr.port}/`, { signal: stop.signal });
  response.catch(() => {});
  using connection = await silent.accept();
  const bytes = new Uint8Array(4096);
  assert.ok((await connection.read(bytes))! > 0);
  stop.abort();
  await assert.rejects(response, { name: "AbortError" });
  assert.equal(await connection.read(bytes).catch(() => null), null, "the connection is closed");
  const other = await rig.context.fetch(`http://127.0.0.1:${server.port}/`);
  assert.equal(other.status, 200);
  await other.body?.cancel();
});

Deno.test("fetch() refuses hosts, ports and schemes that are not granted", async () => {
  await using server = serve();
  await using rig = await openCapabilities({ hosts: [`127.0.0.1:${server.port}`, "file.example"] });
  const { fetch } = rig.context;
  await assert.rejects(fetch(`http://127.0.0.1:1/`), permission);
  await assert.rejects(fetch(`http://localhost:${server.port}/`), permission);
  await assert.rejects(fetch("http://example.com/"), permission);
  await assert.rejects(fetch("file:///etc/hostname"), { failureClass: "input" });
  await assert.rejects(fetch("data:text/plain,x"), { failureClass: "input" });
  assert.equal(server.requests.length, 0);
});

Deno.test("fetch() normalises spellings of an address before it asks", async () => {
  await using server = serve();
  await using rig = await openCapabilities({ hosts: ["example.com"] });
  for (const host of ["127.1", "2130706433", "0x7f.1", "0177.0.0.1", "[::ffff:127.0.0.1]", "[::1]"]) {
    await assert.rejects(rig.context.fetch(`http://${host}:${server.port}/`), permission, host);
  }
  assert.equal(server.requests.length, 0);
});

Deno.test("checkedAddresses() refuses what leads to this machine unless it was granted by that very name", async () => {
  const granted = (...names: string[]) => ({ namesOutright: (host: string) => names.includes(host) });
  await assert.rejects(checkedAddresses("127.0.0.1", 80, granted()), permission);
  await assert.rejects(checkedAddresses("localhost", 80, granted()), permission);
  await assert.rejects(checkedAddresses("[::1]", 80, granted()), permission);
  await checkedAddresses("127.0.0.1", 80, granted("127.0.0.1"));
  await checkedAddresses("localhost", 80, granted("localhost"));
  await checkedAddresses("1.1.1.1", 80, granted());
});

Deno.test("fetch() asks again for where it is redirected to", async () => {
  await using server = serve();
  await using other = serve();
  await using rig = await openCapabilities({ hosts: [`127.0.0.1:${server.port}`] });
  const base = `http://127.0.0.1:${server.port}`;
  const there = encodeURIComponent(`http://127.0.0.1:${other.port}/`);
  await assert.rejects(rig.context.fetch(`${base}/to?url=${there}`), permission);
  assert.equal(other.requests.length, 0);
  await assert.rejects(rig.context.fetch(`${base}/to?url=${encodeURIComponent("file:///etc/hostname")}`));
  const inside = await rig.context.fetch(`${base}/to?url=/echo&status=303`, { method: "POST", body: "x" });
  assert.deepEqual([inside.redirected, inside.headers.get("x-method")], [true, "GET"]);
  await inside.body?.cancel();
  const kept = await rig.context.fetch(`${base}/to?url=/echo&status=307`, { method: "POST", body: "x" });
  assert.equal(await kept.text(), "x");
  await assert.rejects(rig.context.fetch(`${base}/to?url=/to`, { redirect: "error" }));
  const manual = await rig.context.fetch(`${base}/to?url=/echo`, { redirect: "manual" });
  assert.equal(manual.status, 302);
});

Deno.test("fetch() adds a granted secret for its hosts, over what the extension set", async () => {
  await using server = serve();
  await using rig = await openCapabilities({ hosts: ["127.0.0.1"], secrets: [secret], secret: "s3cret" });
  const response = await rig.context.fetch(`http://127.0.0.1:${server.port}/`, {
    headers: { authorization: "Bearer dummy", host: "elsewhere.example", "x-own": "1" },
  });
  const seen = await response.json() as Record<string, string>;
  assert.equal(seen["authorization"], "Bearer s3cret");
  assert.equal(seen["x-own"], "1");
  assert.match(seen["host"] ?? "", /^127\.0\.0\.1/);
});

Deno.test("fetch() sends no header of a secret's name where the secret is not granted", async () => {
  await using server = serve();
  await using rig = await openCapabilities({ hosts: ["127.0.0.1"], secrets: [secret] });
  const response = await rig.context.fetch(`http://127.0.0.1:${server.port}/`, {
    headers: { authorization: "Bearer dummy" },
  });
  assert.equal((await response.json() as Record<string, string>)["authorization"], undefined);
});

Deno.test("fetch() keeps a secret from other hosts, redirects included", async () => {
  await using server = serve();
  const elsewhere = { ...secret, hosts: ["127.0.0.1:1"] };
  await using rig = await openCapabilities({ hosts: ["127.0.0.1"], secrets: [elsewhere], secret: "s3cret" });
  const response = await rig.context.fetch(`http://127.0.0.1:${server.port}/`);
  assert.ok(!JSON.stringify(await response.json()).includes("s3cret"));
});

Deno.test("fetch() fails as the platform does where nobody listens", async () => {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  await using rig = await openCapabilities({ hosts: ["127.0.0.1"] });
  await assert.rejects(rig.context.fetch(`http://127.0.0.1:${port}/`), TypeError);
});

Deno.test("isInner() knows loopback, private, link-local and reserved addresses from public ones", () => {
  const inner =
    "127.0.0.1 127.9.9.9 10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0" +
    " 224.0.0.1 255.255.255.255 ::1 :: fe80::1 fc00::1 fd12::1 ff02::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 localhost";
  const outer = "1.1.1.1 8.8.8.8 172.15.0.1 172.32.0.1 100.63.0.1 100.128.0.1 192.169.0.1 2606:4700::1111";
  for (const address of inner.split(" ")) assert.ok(isInner(address), address);
  for (const address of outer.split(" ")) assert.ok(!isInner(address), address);
});

Deno.test("fetch() refuses an address of this machine under a wildcard, by number and by name", async () => {
  await using server = serve();
  await using rig = await openCapabilities({ hosts: ["*"] });
  for (const host of ["127.0.0.1", "localhost", "[::1]", "127.1"]) {
    await assert.rejects(rig.context.fetch(`http://${host}:${server.port}/`), permission, host);
  }
  assert.equal(server.requests.length, 0);
});

Deno.test("fetch() sends no secret without TLS, but to this machine", async () => {
  const secret: SecretPermission = {
    kind: "secret",
    name: "key",
    hosts: ["192.0.2.7"],
    header: "x-key",
    prefix: "",
    reason: "test",
  };
  await using rig = await openCapabilities({
    hosts: ["192.0.2.7"],
    secrets: [secret],
    secret: "very-secret",
  });
  await assert.rejects(
    rig.context.fetch("http://192.0.2.7/", { signal: AbortSignal.timeout(3_000) }),
    /not sent to 192.0.2.7 without TLS/,
  );
});
