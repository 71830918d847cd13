/**
 * Run as a program of its own: calls one definition of a bundled extension in a worker without any permission, with
 * code generation from strings off, and prints the outcome as JSON. The worker's fetch is carried out here.
 *
 * Arguments: the bundle's path, the definition's type, and as JSON the request and the settings.
 *
 * @module
 */

const HARNESS = `
import extension from "BUNDLE";
const waiting = new Map();
let next = 1;
const fetchOutside = (input, init) => {
  const id = next++;
  const headers = [...new Headers(init?.headers)];
  postMessage({ id, url: String(input), method: init?.method ?? "GET", headers, body: init?.body });
  return new Promise((resolve) => waiting.set(id, resolve));
};
onmessage = async ({ data }) => {
  if (data.id !== undefined) {
    waiting.get(data.id)(new Response(data.body, { status: data.status, headers: data.headers }));
    return;
  }
  let codeFromStrings = "refused";
  try { new Function("return 1")(); codeFromStrings = "allowed"; } catch {}
  const tokens = [];
  const context = {
    signal: new AbortController().signal, attempt: 1, idempotencyKey: "k", config: data.config,
    fetch: fetchOutside, progress() {}, log() {}, token: (text) => tokens.push(text),
  };
  const definition = extension.contributes.find(({ type }) => type === data.type);
  const request = { system: "", prompt: "", input: {}, ...data.request };
  try {
    postMessage({ outcome: { reply: await definition.run(request, context), tokens, codeFromStrings } });
  } catch (error) {
    postMessage({ outcome: { failure: error.failureClass ?? error.name, message: error.message, codeFromStrings } });
  }
};
postMessage({ ready: true });
`;

interface FromWorker {
  readonly ready?: true;
  readonly outcome?: unknown;
  readonly id?: number;
  readonly url?: string;
  readonly method?: string;
  readonly headers?: [string, string][];
  readonly body?: string;
}

async function carryOut({ id, url, method, headers, body }: FromWorker): Promise<object> {
  const response = await fetch(url ?? "", {
    method: method ?? "GET",
    headers: headers ?? [],
    ...(body === undefined ? {} : { body }),
  });
  return { id, status: response.status, headers: [...response.headers], body: await response.text() };
}

function moduleOf(code: string): string {
  return `data:application/javascript;charset=utf-8,${encodeURIComponent(code)}`;
}

async function run(bundle: string, type: string, request: string, config: string): Promise<unknown> {
  const code = HARNESS.replace("BUNDLE", () => moduleOf(Deno.readTextFileSync(bundle)));
  const worker = new Worker(moduleOf(code), { type: "module", deno: { permissions: "none" } });
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  worker.onerror = (event) => reject(new Error(event.message));
  worker.onmessage = async ({ data }: MessageEvent<FromWorker>) => {
    if (data.ready) worker.postMessage({ type, request: JSON.parse(request), config: JSON.parse(config) });
    else if (data.id !== undefined) worker.postMessage(await carryOut(data));
    else resolve(data.outcome);
  };
  return await promise.finally(() => worker.terminate());
}

if (import.meta.main) {
  const [bundle, type, request, config] = Deno.args as [string, string, string, string];
  const outcome = await run(bundle, type, request, config);
  await Deno.stdout.write(new TextEncoder().encode(JSON.stringify(outcome)));
  Deno.exit(0);
}
