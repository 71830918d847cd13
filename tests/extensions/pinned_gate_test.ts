import assert from "node:assert/strict";
import { PinnedGate } from "../../extensions/capabilities/pinned_gate.ts";
import { openCapabilities } from "./capability_rig.ts";

const permission = { failureClass: "permission" };
const ours = ["127.0.0.1"];

function serve(handler: (request: Request) => Response, more: object = {}) {
  return Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {}, ...more }, handler);
}

Deno.test("fetch() connects to the address that was checked, and resolves its name but once", async () => {
  await using server = serve(({ url, headers }) => new Response(`${url} for ${headers.get("host")}`));
  let asked = 0;
  await using rig = await openCapabilities({
    hosts: ["name.test", ...ours],
    // The second answer, of which `fetch` must not hear, would lead elsewhere.
    resolve: () => Promise.resolve([{ address: asked++ === 0 ? "127.0.0.1" : "169.254.169.254" }]),
  });
  const { port } = server.addr;
  const response = await rig.context.fetch(`http://name.test:${port}/a?b`);
  assert.equal(await response.text(), `http://name.test:${port}/a?b for name.test:${port}`);
  assert.equal(asked, 1);
  await assert.rejects(
    rig.context.fetch(`http://name.test:${port}/`),
    permission,
    "it is checked anew each time",
  );
});

Deno.test("fetch() refuses a name where one of its addresses is an inner one", async () => {
  await using server = serve(() => new Response("reached"));
  await using rig = await openCapabilities({
    hosts: ["*"],
    resolve: () => Promise.resolve([{ address: "192.0.2.1" }, { address: "127.0.0.1" }]),
  });
  await assert.rejects(rig.context.fetch(`http://name.test:${server.addr.port}/`), permission);
});

Deno.test("fetch() pins each address of a redirect", async () => {
  await using target = serve(() => new Response("arrived"));
  await using server = serve(() => Response.redirect(`http://second.test:${target.addr.port}/`));
  const names: string[] = [];
  let to = "127.0.0.1";
  await using rig = await openCapabilities({
    hosts: ["first.test", "second.test", ...ours],
    resolve: (host) => {
      names.push(host);
      return Promise.resolve([{ address: host === "second.test" ? to : "127.0.0.1" }]);
    },
  });
  const first = `http://first.test:${server.addr.port}/`;
  assert.equal(await (await rig.context.fetch(first)).text(), "arrived");
  assert.deepEqual(names, ["first.test", "second.test"]);
  to = "10.0.0.1";
  await assert.rejects(rig.context.fetch(first), permission);
});

Deno.test("fetch() tries a name's next address, and says why none was reached", async () => {
  await using server = serve(() => new Response("arrived"));
  const hosts = ["name.test", "127.0.0.1", "127.0.0.2"];
  const resolve = () => Promise.resolve([{ address: "127.0.0.2" }, { address: "127.0.0.1" }]);
  await using rig = await openCapabilities({ hosts, resolve });
  assert.equal(await (await rig.context.fetch(`http://name.test:${server.addr.port}/`)).text(), "arrived");
  const closed = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const { port } = closed.addr;
  closed.close();
  const refusal = rig.context.fetch(`http://name.test:${port}/`);
  await assert.rejects(refusal, (error: Error) => {
    assert.match(`${error.message} ${error.cause}`, /name\.test:\d+: 127\.0\.0\.[12]: .*refused/i);
    return true;
  });
});

Deno.test("fetch() reads a body of a name no faster than it is taken, and closes the connection on cancel", async () => {
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
  await using server = serve(() => new Response(endless()));
  const resolve = () => Promise.resolve([{ address: "127.0.0.1" }]);
  await using rig = await openCapabilities({ hosts: ["name.test", ...ours], resolve });
  const response = await rig.context.fetch(`http://name.test:${server.addr.port}/`);
  const reader = response.body?.getReader();
  await reader?.read();
  await new Promise((done) => setTimeout(done, 300));
  assert.ok(sent < 64 << 20, `${sent} bytes were sent for one that was read`);
  await reader?.cancel();
  await left;
});

Deno.test("PinnedGate lets nobody through who holds no ticket, nor to another port", async () => {
  await using server = serve(() => new Response("reached"));
  using gate = new PinnedGate();
  using _way = gate.open(ours, server.addr.port);
  const url = `socks5h://127.0.0.1:${gate.port}`;
  const address = `http://name.test:${server.addr.port}/`;
  for (const basicAuth of [undefined, { username: "symphony", password: crypto.randomUUID() }]) {
    const proxy = basicAuth === undefined ? { url } : { url, basicAuth };
    using client = Deno.createHttpClient({ proxy });
    await assert.rejects(fetch(address, { client }), TypeError);
  }
  using way = gate.open(ours, 1);
  await assert.rejects(fetch(address, { client: way.client }), TypeError);
  await using raw = await Deno.connect({ port: gate.port });
  await raw.write(new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n".padEnd(2_000)));
  let answer = "";
  for await (const bytes of raw.readable) answer += new TextDecoder().decode(bytes);
  assert.ok(!answer.includes("reached"));
});

async function openssl(folder: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("openssl", { args, cwd: folder }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
}

const hasOpenssl = await new Deno.Command("openssl", { args: ["version"], stdout: "null" }).output()
  .then(({ success }) => success, () => false);

Deno.test({
  name: "PinnedGate leaves TLS between fetch and the server, whose name is verified",
  ignore: !hasOpenssl,
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "symphony-tls-" });
    const key = ["-newkey", "rsa:2048", "-nodes"];
    await openssl(folder, "req", "-x509", ...key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=ca");
    await openssl(folder, "req", ...key, "-keyout", "key.pem", "-out", "request", "-subj", "/CN=right.test");
    await Deno.writeTextFile(`${folder}/more`, "subjectAltName=DNS:right.test\nbasicConstraints=CA:FALSE");
    const signed = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "more"];
    await openssl(folder, "x509", "-req", "-in", "request", ...signed, "-out", "cert.pem");
    const [cert, keyText] = await Promise.all(
      ["cert.pem", "key.pem"].map((name) => Deno.readTextFile(`${folder}/${name}`)),
    );
    await using server = serve(() => new Response("over TLS"), { cert, key: keyText });
    const program = `import { PinnedGate } from ${
      JSON.stringify(new URL("../../extensions/capabilities/pinned_gate.ts", import.meta.url).href)
    };
      using gate = new PinnedGate();
      for (const name of ["right.test", "wrong.test"]) {
        using way = gate.open(["127.0.0.1"], ${server.addr.port});
        console.log(await fetch("https://" + name + ":${server.addr.port}/", { client: way.client })
          .then((response) => response.text(), (error) => String(error.message) + String(error.cause)));
      }
      Deno.exit();`;
    await Deno.writeTextFile(`${folder}/program.ts`, program);
    const run = async (env: Record<string, string>) => {
      const args = ["run", "-A", "--no-check", "--no-lock", `${folder}/program.ts`];
      const { stdout } = await new Deno.Command(Deno.execPath(), { args, env, stderr: "null" }).output();
      return new TextDecoder().decode(stdout).trim().split("\n");
    };
    const [right, wrong] = await run({ DENO_CERT: `${folder}/ca.pem` });
    assert.equal(right, "over TLS");
    assert.match(wrong ?? "", /not valid for name/);
    assert.match((await run({}))[0] ?? "", /invalid peer certificate/);
    await Deno.remove(folder, { recursive: true });
  },
});
