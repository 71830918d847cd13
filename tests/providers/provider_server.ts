/**
 * A real HTTP server on this machine that answers like a model provider, by a script: one behaviour for each request,
 * the last one for all that follow. It keeps what it was sent, so that a test sees which headers and bodies arrived.
 *
 * @module
 */

/** What the server does with one request to the model. */
export type Behaviour =
  /** Streams the pieces of text, then ends as `finish` says. */
  | { readonly kind: "answer"; readonly pieces: readonly string[]; readonly finish?: string }
  /** The model declines, in the provider's own way. */
  | { readonly kind: "refusal"; readonly text: string }
  /** A status and a body of the provider's form, before anything is streamed. */
  | {
    readonly kind: "error";
    readonly status: number;
    readonly type: string;
    readonly message: string;
    readonly headers?: Readonly<Record<string, string>>;
  }
  /** Some text, then an error event in the stream. */
  | {
    readonly kind: "error-in-stream";
    readonly piece: string;
    readonly type: string;
    readonly message: string;
  }
  /** Some text, then the connection breaks. */
  | { readonly kind: "disconnect"; readonly piece: string }
  /** Some text, then the stream ends without saying so. */
  | { readonly kind: "ends-early"; readonly piece: string }
  /** Some text, then an event that is no JSON. */
  | { readonly kind: "malformed"; readonly piece: string }
  /** Some text, then nothing until the client goes away. */
  | { readonly kind: "hangs"; readonly piece: string }
  /** HTML from a proxy instead of the protocol. */
  | { readonly kind: "proxy-page"; readonly status: number };

export interface Received {
  readonly path: string;
  readonly headers: Headers;
  /** As sent, for looking for what must not be there. */
  readonly text: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** How one provider writes what the behaviours say. */
export interface Protocol {
  /** Path of the request that asks the model. */
  readonly path: string;
  /** The header that must hold the key, and its value for `key`. */
  readonly credential: (key: string) => readonly [header: string, value: string];
  readonly error: (type: string, message: string) => unknown;
  /** Server-sent events, ready to be written: before the text, for a piece, and at the end. */
  readonly opening: (model: string) => string;
  readonly piece: (text: string, model: string) => string;
  readonly ending: (finish: string, model: string) => string;
  readonly refusal: (text: string, model: string) => string;
  readonly errorEvent: (type: string, message: string) => string;
}

export interface ServerOptions {
  /** Without it, no key is asked for. */
  readonly key?: string;
  readonly models?: readonly string[];
}

/** Tokens that every server reports. */
export const TOKENS_IN = 1_000;
export const TOKENS_OUT = 200;

const TEXT = new TextEncoder();

export class ProviderServer implements AsyncDisposable {
  readonly received: Received[] = [];
  readonly baseUrl: string;
  /** Resolves when a client went away from a stream that hangs. */
  readonly left: Promise<void>;
  readonly #protocol: Protocol;
  readonly #script: Behaviour[];
  readonly #options: ServerOptions;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #noteLeft: () => void;

  constructor(protocol: Protocol, script: readonly Behaviour[], options: ServerOptions = {}) {
    this.#protocol = protocol;
    this.#script = [...script];
    this.#options = options;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.left = promise;
    this.#noteLeft = resolve;
    this.#server = Deno.serve(
      {
        hostname: "127.0.0.1",
        port: 0,
        onListen: () => {},
        onError: () => new Response(null, { status: 500 }),
      },
      (request) => this.#answer(request),
    );
    this.baseUrl = `http://127.0.0.1:${this.#server.addr.port}/v1`;
  }

  /** Requests to the model, without those for the list of models. */
  get asked(): readonly Received[] {
    return this.received.filter(({ path }) => path.endsWith(this.#protocol.path));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }

  async #answer(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    const text = await request.text();
    const body = text === "" ? {} : JSON.parse(text) as Record<string, unknown>;
    this.received.push({ path: pathname, headers: request.headers, text, body });
    if (!this.#isLetIn(request.headers)) {
      return Response.json(
        this.#protocol.error("authentication_error", "invalid x-api-key: sk-secret-12345678"),
        {
          status: 401,
        },
      );
    }
    if (pathname === "/v1/models") {
      return Response.json({ object: "list", data: (this.#options.models ?? []).map((id) => ({ id })) });
    }
    if (!pathname.endsWith(this.#protocol.path)) return new Response("no such page", { status: 404 });
    const behaviour = this.#script.length > 1 ? this.#script.shift() : this.#script[0];
    return this.#perform(behaviour as Behaviour, String(body["model"]));
  }

  #isLetIn(headers: Headers): boolean {
    if (this.#options.key === undefined) return true;
    const [header, value] = this.#protocol.credential(this.#options.key);
    return headers.get(header) === value;
  }

  #perform(behaviour: Behaviour, model: string): Response {
    const { opening, piece, ending, refusal, errorEvent, error } = this.#protocol;
    const start = (text: string) => opening(model) + piece(text, model);
    switch (behaviour.kind) {
      case "answer":
        return events([
          opening(model),
          ...behaviour.pieces.map((text) => piece(text, model)),
          ending(behaviour.finish ?? "stop", model),
        ]);
      case "refusal":
        return events([opening(model), refusal(behaviour.text, model)]);
      case "error":
        return Response.json(error(behaviour.type, behaviour.message), {
          status: behaviour.status,
          headers: behaviour.headers ?? {},
        });
      case "error-in-stream":
        return events([start(behaviour.piece), errorEvent(behaviour.type, behaviour.message)]);
      case "disconnect":
        return events([start(behaviour.piece)], "break");
      case "ends-early":
        return events([start(behaviour.piece)]);
      case "malformed":
        return events([start(behaviour.piece), "data: {not json\n\n", ending("stop", model)]);
      case "hangs":
        return events([start(behaviour.piece)], "hang", this.#noteLeft);
      case "proxy-page":
        return new Response("<html><body>Bad gateway</body></html>", {
          status: behaviour.status,
          headers: { "content-type": "text/html" },
        });
    }
  }
}

/** One network write for each event. */
function events(
  parts: readonly string[],
  end: "close" | "break" | "hang" = "close",
  left: () => void = () => {},
): Response {
  const rest = [...parts];
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      const next = rest.shift();
      if (next !== undefined) controller.enqueue(TEXT.encode(next));
      else if (end === "close") controller.close();
      else if (end === "break") controller.error(new Error("the server breaks the connection"));
      else return new Promise(() => {});
    },
    cancel: left,
  });
  return new Response(stream, { headers: { "content-type": "text/event-stream" } });
}
