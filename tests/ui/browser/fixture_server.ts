/**
 * A small server for tests of the page alone: the built application, a folder of workflow files in memory, the real
 * catalogue, checking by core, and a socket that welcomes. It carries out no runs; tests of those use the program itself.
 *
 * @module
 */

import { isObject } from "../../../core/json.ts";
import { mergeTexts } from "../../../core/merge/text_merge.ts";
import { withConflictMarkers } from "../../../core/merge/conflict_markers.ts";
import type { Catalog } from "../../../core/workflow/catalog.ts";
import { checkWorkflow } from "../../../core/workflow/check.ts";
import type { CatalogInfo } from "../../../ui/api/catalog.ts";
import type { ServerFrame, StreamEvent } from "../../../ui/api/frames.ts";
import type { FilesEvent, Topic } from "../../../ui/api/topics.ts";
import type { WorkflowVersion } from "../../../ui/api/workflows.ts";
import { templateLine } from "../../../ui/server/workflows/template_line.ts";
import { readTemplates } from "../../../system/template_folder.ts";

interface Kept {
  text: string;
  hash: string;
  modifiedAt: number;
  versions: (WorkflowVersion & { readonly text: string })[];
}

const templatesFolder = new URL("../../../templates", import.meta.url).pathname;
const types: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
};
/** The policy that the program's own server sends, so that what it forbids fails here too. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; worker-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export class FixtureServer implements AsyncDisposable {
  readonly #files = new Map<string, Kept>();
  readonly #sockets = new Set<WebSocket>();
  readonly #topics = new Map<WebSocket, Set<Topic>>();
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #page: string;
  readonly #catalog: Catalog;
  #frame = 0;
  #seq = 0;
  /** Refuses the socket and every request, as a server that is gone would. */
  isDown = false;

  private constructor(page: string, catalog: Catalog, port: number) {
    this.#page = page;
    this.#catalog = catalog;
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port, onListen: () => undefined },
      (request) => this.#answer(request),
    );
  }

  /** Starts at a free port. `page` is the folder of the built application. */
  static start(page: string, catalog: Catalog, port = 0): FixtureServer {
    return new FixtureServer(page, catalog, port);
  }

  get address(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  text(file: string): string | undefined {
    return this.#files.get(file)?.text;
  }

  /** Writes a file as another program would; open pages are told. */
  async write(file: string, text: string, by = "outside"): Promise<void> {
    const hash = await hashOf(text);
    const before = this.#files.get(file);
    const version = { hash, savedAt: Date.now(), by, message: "", sizeBytes: text.length, text };
    this.#files.set(file, {
      text,
      hash,
      modifiedAt: Date.now(),
      versions: [version, ...before?.versions ?? []],
    });
    const change: FilesEvent = {
      kind: "changed",
      path: file,
      change: before === undefined ? "made" : "changed",
      hash,
    };
    this.publish("files", change);
  }

  /** Sends an event to every page that has subscribed to the topic. */
  publish(topic: Topic, data: StreamEvent["data"]): void {
    const event: StreamEvent = { topic, seq: this.#seq++, at: Date.now(), data };
    for (const socket of this.#sockets) {
      if (this.#topics.get(socket)?.has(topic) === true) {
        send(socket, { type: "events", frame: ++this.#frame, events: [event] });
      }
    }
  }

  /** Ends every connection, as a restart would. */
  drop(): void {
    for (const socket of this.#sockets) socket.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.drop();
    await this.#server.shutdown();
  }

  async #answer(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    if (this.isDown) return new Response("gone", { status: 503 });
    if (pathname === "/events") return this.#upgrade(request);
    if (pathname.startsWith("/api/v1")) {
      const body: unknown = request.method === "GET" || request.method === "DELETE"
        ? undefined
        : await request.json().catch(() => undefined);
      return await this.#api(request, pathname.slice("/api/v1".length), searchParams, body);
    }
    return await this.#asset(pathname === "/" ? "/index.html" : pathname);
  }

  async #asset(path: string): Promise<Response> {
    if (path.includes("..")) return new Response("", { status: 404 });
    try {
      const bytes = await Deno.readFile(`${this.#page}${path}`);
      const type = types[path.split(".").at(-1) ?? ""] ?? "application/octet-stream";
      return new Response(bytes, { headers: { "content-type": type, "content-security-policy": policy } });
    } catch {
      return new Response("", { status: 404 });
    }
  }

  #upgrade(request: Request): Response {
    const { socket, response } = Deno.upgradeWebSocket(request, { protocol: "symphony.v1" });
    socket.onopen = () => {
      this.#sockets.add(socket);
      this.#topics.set(socket, new Set());
      send(socket, {
        type: "welcome",
        version: 1,
        epoch: "e1",
        now: Date.now(),
        window: 64,
        heartbeatMs: 15_000,
      });
    };
    socket.onmessage = ({ data }) => {
      const frame = JSON.parse(String(data)) as { type: string; topic: Topic };
      if (frame.type === "subscribe") {
        this.#topics.get(socket)?.add(frame.topic);
        send(socket, { type: "subscribed", topic: frame.topic, how: "snapshot", seq: -1 });
      } else if (frame.type === "unsubscribe") this.#topics.get(socket)?.delete(frame.topic);
    };
    socket.onclose = () => {
      this.#sockets.delete(socket);
      this.#topics.delete(socket);
    };
    return response;
  }

  async #api(request: Request, path: string, query: URLSearchParams, body: unknown): Promise<Response> {
    const file = query.get("file") ?? "";
    const key = `${request.method} ${path}`;
    switch (key) {
      case "GET /session":
      case "POST /session":
        return json({ expiresAt: Date.now() + 1e9 });
      case "GET /catalog":
        return json(this.#catalogInfo());
      case "POST /workflows/forecast":
        return json({});
      case "GET /failures":
      case "GET /motifs":
      case "GET /secrets":
        return json([]);
      case "GET /templates":
        return json(readTemplates(templatesFolder).map(templateLine));
      case "GET /workflows":
        return json(
          [...this.#files].map(([name, { text, hash, modifiedAt }]) =>
            this.#line(name, text, hash, modifiedAt)
          ),
        );
      case "GET /workflow":
        return this.#file(file, query.get("textOnly") === "true" ? { problems: [] } : {});
      case "PUT /workflow":
        return await this.#save(request, file, body);
      case "GET /workflow/versions":
        return json((this.#files.get(file)?.versions ?? []).map(({ text: _text, ...version }) => version));
      case "GET /preferences":
        return json({});
      case "GET /runs":
        return json({ runs: [] });
    }
    const template = /^GET \/templates\/([\w-]+)$/.exec(key)?.[1];
    const found = readTemplates(templatesFolder).find(({ id }) => id === template);
    if (found !== undefined) {
      return json({ ...templateLine(found), text: found.text });
    }
    const version = /^GET \/workflow\/versions\/(\w+)$/.exec(key)?.[1];
    const kept = this.#files.get(file)?.versions.find(({ hash }) => hash === version);
    if (kept !== undefined) return json(kept);
    return problem(404, "not-found", `There is no ${path}`);
  }

  #line(file: string, text: string, hash: string, modifiedAt: number) {
    const { definition, problems } = checkWorkflow(text, file, this.#catalog);
    const { id = "", name = "", description = "", version = "" } = definition ?? {};
    const errors = problems.filter(({ severity }) => severity === "error").length;
    return {
      file,
      id,
      name,
      description,
      version,
      hash,
      modifiedAt,
      nodes: definition?.nodes.size ?? 0,
      errors,
    };
  }

  #file(file: string, more: object = {}): Response {
    const kept = this.#files.get(file);
    if (kept === undefined) return problem(404, "not-found", `Cannot read ${file}: there is no such file`);
    const { text, hash, modifiedAt } = kept;
    const problems = "problems" in more ? [] : checkWorkflow(text, file, this.#catalog).problems;
    return json({ file, text, hash, modifiedAt, isWritable: true, problems, ...more });
  }

  async #save(request: Request, file: string, body: unknown): Promise<Response> {
    const text = isObject(body) ? String(body["text"]) : "";
    const seen = request.headers.get("if-match")?.replaceAll('"', "");
    const current = this.#files.get(file);
    if (seen === undefined || current === undefined || current.hash === seen) {
      if (seen === undefined && current !== undefined) {
        return problem(412, "changed", `Cannot make ${file}: it exists`);
      }
      await this.write(file, text, "board");
      return this.#file(file, { isMerged: false });
    }
    const base = current.versions.find(({ hash }) => hash === seen)?.text ?? "";
    const merge = mergeTexts(base, text, current.text);
    if (merge.conflicts.length === 0) {
      await this.write(file, merge.text, "board");
      return this.#file(file, { isMerged: true });
    }
    const merged = withConflictMarkers(merge, text, {
      ours: "this board",
      base: "before",
      theirs: "the file",
    });
    return problem(412, "changed", `${file} was changed elsewhere`, {
      conflict: { current: { file, text: current.text, hash: current.hash }, base, merged },
    });
  }

  #catalogInfo(): Omit<CatalogInfo, "components"> & { components: [] } {
    return {
      nodes: [...this.#catalog.nodes.values()],
      tasks: [...this.#catalog.tasks.values()],
      components: [],
      problems: this.#catalog.problems,
      limits: Object.fromEntries(this.#catalog.limits),
    };
  }
}

function send(socket: WebSocket, frame: ServerFrame): void {
  if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(frame));
}

function json(value: unknown): Response {
  return new Response(JSON.stringify(value), { headers: { "content-type": "application/json" } });
}

function problem(status: number, code: string, detail: string, more: object = {}): Response {
  const body = { type: "about:blank", title: code, status, code, detail, ...more };
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/problem+json" },
  });
}

async function hashOf(text: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
