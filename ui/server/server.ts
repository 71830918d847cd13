/**
 * Starts the server: two listeners on the loopback, the door, and behind it everything else on demand.
 *
 * Invariants:
 * S1. Nothing listens on anything but 127.0.0.1 and ::1.
 * S2. The first page needs neither the data folder's database nor an extension host.
 * S3. A server on the same data folder is not started twice: the one that runs gives another address.
 *
 * @module
 */

import { messageOf, SymphonyError } from "../../core/errors.ts";
import type { RunId } from "../../core/ids.ts";
import { own } from "../../core/json.ts";
import type { StartRequest } from "../../core/orchestration/run_handle.ts";
import { Assets } from "./assets.ts";
import type { OpenedBehind } from "./behind.ts";
import { frameResponse } from "./http/frame_pages.ts";
import { Front } from "./http/front.ts";
import { secret, Sessions } from "./http/sessions.ts";
import { RunningServer, serverLock } from "./running_server.ts";
import type { UiServices, UiShell } from "./services.ts";
import { StateFolder } from "./state_folder.ts";

export interface ServeOptions {
  /** 0 for any; without it the one that was used last, so that open pages find their way back. */
  readonly port?: number;
  /** Words about what went wrong and concerns no request. */
  onError(line: string): void;
}

export interface UiServer extends AsyncDisposable {
  readonly port: number;
  /** A new address; each opens one session, and the view that `place` names. */
  address(place?: string): string;
  /** Starts a run here. */
  start(request: StartRequest): Promise<RunId>;
  /** Resolves when the server has ended. */
  readonly finished: Promise<void>;
}

const LOOPBACK = "127.0.0.1";
/** After this the rest is opened although nobody has asked for a page. */
const OPEN_AFTER_MS = 400;

/**
 * `load` is called after the first page, or with the first request of the API.
 * @throws SymphonyError `busy` where the port is taken, RunningServer where this data folder has a server already
 */
export async function startServer(
  shell: UiShell,
  load: () => Promise<UiServices>,
  options: ServeOptions,
): Promise<UiServer> {
  const state = new StateFolder(shell.data);
  const lock = await serverLock(state);
  if (lock === undefined) throw new RunningServer(state);
  const epoch = crypto.randomUUID().slice(0, 8);
  const startedAt = shell.clock.now();
  const sessions = new Sessions(shell.clock, {
    read: () => state.read("sessions.json"),
    write: (value) => state.write("sessions.json", value),
  });
  const ports = { port: 0, framePort: 0 };
  const frameSecret = secret();
  const onError = (what: string, error: unknown) => options.onError(`Cannot ${what}: ${messageOf(error)}`);
  const inner = new Inner(async () => {
    // Named by a choice, so that Deno does not read it before the first page; the bundler follows both.
    const isChosen = true;
    const behind: Promise<typeof import("./behind.ts")> = import(isChosen ? "./behind.ts" : "./behind.ts");
    const [{ makeBehind }, services] = await Promise.all([behind, load()]);
    return await makeBehind({
      services,
      state,
      epoch,
      startedAt,
      framesAt: `http://${LOOPBACK}:${ports.framePort}/${frameSecret}`,
      onError,
    });
  });
  const bearer = bearerIn(state);
  const address = (place = "") => `http://${LOOPBACK}:${ports.port}/#t=${sessions.newKey()}${place}`;
  const front = new Front({
    address,
    origins: () => ports,
    assets: new Assets(shell.assets),
    sessions,
    bearer,
    behind: () => inner.get(),
    served: () => inner.warm(onError),
  });
  const last = own(state.read("server.json"), "port");
  const server = listen(
    options.port,
    typeof last === "number" ? last : 0,
    (request) => front.handle(request),
  );
  ports.port = server.addr.port;
  const frames = Deno.serve(
    { hostname: LOOPBACK, port: 0, onListen() {} },
    (request) =>
      frameResponse(
        request,
        ports,
        frameSecret,
        async (extension, name) => await (await inner.get()).frameFile(extension, name),
      ),
  );
  ports.framePort = frames.addr.port;
  const second = listenToo(ports.port, (request) => front.handle(request));
  state.write("server.json", { pid: Deno.pid, port: ports.port, startedAt });
  const timer = setTimeout(() => inner.warm(onError), OPEN_AFTER_MS);
  return {
    port: ports.port,
    address,
    start: async (request) => await (await inner.get()).start(request),
    finished: server.finished,
    async [Symbol.asyncDispose]() {
      clearTimeout(timer);
      await inner[Symbol.asyncDispose]();
      await Promise.all([server.shutdown(), frames.shutdown(), second?.shutdown()]);
      lock.release();
    },
  };
}

/** What lies behind the door, made once. */
class Inner implements AsyncDisposable {
  readonly #make: () => Promise<OpenedBehind>;
  #made: ReturnType<Inner["get"]> | undefined;
  #isWarm = false;

  constructor(make: () => Promise<OpenedBehind>) {
    this.#make = make;
  }

  get(): Promise<OpenedBehind> {
    return this.#made ??= this.#make();
  }

  /** Opens everything that the next requests will want. */
  warm(onError: (what: string, error: unknown) => void): void {
    if (this.#isWarm) return;
    this.#isWarm = true;
    // The page that has just gone out comes first.
    setTimeout(
      () =>
        void this.get().then((made) => made.open()).catch((error) => onError("open the data folder", error)),
      5,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#made?.catch(() => undefined))?.[Symbol.asyncDispose]();
  }
}

type Handle = (request: Request) => Promise<Response>;

function listen(asked: number | undefined, last: number, handle: Handle): Deno.HttpServer<Deno.NetAddr> {
  const serve = (port: number) => Deno.serve({ hostname: LOOPBACK, port, onListen() {} }, handle);
  try {
    return serve(asked ?? last);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.AddrInUse) && !(cause instanceof Deno.errors.PermissionDenied)) {
      throw cause;
    }
    // Nobody has asked for this very port.
    if (asked === undefined) return serve(0);
    throw new SymphonyError("busy", `Cannot listen on port ${asked}: it is taken`, {
      cause,
      hint: "Give another with --port, or none for any",
    });
  }
}

/** The same on the other loopback, where there is one. */
function listenToo(port: number, handle: Handle): Deno.HttpServer<Deno.NetAddr> | undefined {
  try {
    return Deno.serve({ hostname: "::1", port, onListen() {} }, handle);
  } catch {
    return undefined;
  }
}

/** The token for programs, kept so that a scraper's settings stay right. */
function bearerIn(state: StateFolder): string {
  const kept = own(state.read("token.json"), "token");
  if (typeof kept === "string" && kept.length >= 43) return kept;
  const token = secret();
  state.write("token.json", { token });
  return token;
}
