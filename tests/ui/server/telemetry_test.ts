import assert from "node:assert/strict";
import type { Json } from "../../../core/json.ts";
import { own } from "../../../core/json.ts";
import { call, Program, sessionAt } from "./program.ts";
import { until } from "./ui_rig.ts";

/** A receiver of OTLP over HTTP as JSON: keeps what comes by signal. */
class Receiver implements AsyncDisposable {
  readonly got: Record<string, Json[]> = { traces: [], metrics: [], logs: [] };
  readonly #server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const signal = new URL(request.url).pathname.replace("/v1/", "");
    this.got[signal]?.push(await request.json() as Json);
    return Response.json({});
  });

  get endpoint(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  /** Every object of the name in what came of a signal. */
  all(signal: string, name: string): Json[] {
    const found: Json[] = [];
    const look = (value: Json | undefined): void => {
      if (Array.isArray(value)) { for (const one of value as readonly Json[]) look(one); }
      else if (typeof value === "object" && value !== null) {
        for (const [key, part] of Object.entries(value)) {
          if (key === name && Array.isArray(part)) found.push(...part as Json[]);
          look(part as Json);
        }
      }
    };
    look(this.got[signal] as Json);
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

function attribute(of: Json, name: string): Json | undefined {
  const list = own(of, "attributes");
  const entry = Array.isArray(list)
    ? (list as readonly Json[]).find((one) => own(one, "key") === name)
    : undefined;
  const value = own(entry, "value");
  return typeof value === "object" && value !== null ? Object.values(value)[0] as Json : undefined;
}

Deno.test("Tracing gives a span for each run and below it for each attempt, metrics, and what failed, to an OTLP receiver", async () => {
  await using receiver = new Receiver();
  const data = await Deno.makeTempDir({ prefix: "symphony-ui-otel-" });
  try {
    await using server = new Program(["serve", "--data", data, "--workspace", data], {
      OTEL_DENO: "true",
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
      OTEL_METRIC_EXPORT_INTERVAL: "300",
      OTEL_BSP_SCHEDULE_DELAY: "100",
      OTEL_SERVICE_NAME: "symphony",
    });
    const session = await sessionAt(await server.line());
    const { run } = await call(session, "POST /runs", {
      workflow: {
        text: JSON.stringify({
          schema: 1,
          id: "traced",
          version: "1.0.0",
          nodes: {
            scan: { use: "files/scan" },
            read: { use: "files/read", with: { path: "not-there.txt" }, after: "scan", retry: { max: 0 } },
          },
        }),
      },
    });
    assert.ok(run !== undefined);
    const spans = () => receiver.all("traces", "spans");
    const named = (name: string) => spans().find((span) => own(span, "name") === name);
    await until(() => named("run traced") !== undefined, 30_000);
    await until(
      () => receiver.all("metrics", "metrics").some((one) => own(one, "name") === "symphony.node.duration"),
      30_000,
    );
    const root = named("run traced") as Json;
    assert.equal(attribute(root, "symphony.run"), run);
    assert.equal(attribute(root, "symphony.state"), "failed");
    const scan = named("scan") as Json;
    assert.equal(own(scan, "parentSpanId"), own(root, "spanId"));
    assert.equal(own(scan, "traceId"), own(root, "traceId"));
    assert.equal(attribute(scan, "symphony.node_type"), "files/scan");
    const read = named("read") as Json;
    assert.equal(own(own(read, "status"), "code"), 2);
    assert.ok(attribute(read, "error.type") !== undefined);
  } finally {
    await Deno.remove(data, { recursive: true });
  }
});
