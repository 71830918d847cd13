import assert from "node:assert/strict";
import { extensionId, instanceId } from "../../../core/ids.ts";
import type { InstanceHealth } from "../../../core/ports/extension.ts";
import { extensionLines } from "../../../ui/server/extension_view.ts";
import { Prober } from "../../../ui/server/metrics/prober.ts";
import type { Backend, InstalledExtension } from "../../../ui/server/services.ts";

const installed: InstalledExtension = {
  id: "acme/lint",
  name: "Lint",
  version: "1.0.0",
  kind: "operator",
  origin: "bundled",
  folder: "/x",
  permissions: [],
};

/** What a pool and its hosts say of one extension. */
function backend(
  { instances, window, busy }: {
    readonly instances: readonly InstanceHealth[];
    readonly window: { readonly calls: number; readonly failures: number };
    readonly busy: number;
  },
): Backend {
  const kind = { extension: "acme/lint", state: "unknown", reason: "it has not been called yet", ...window };
  const pool = {
    readings: () => [{ extension: "acme/lint", state: "hot", busy, leases: 0, reason: "" }],
    moves: () => [],
    counters: () => ({}),
    health: () => [kind],
  };
  return { pit: { pool }, extensions: { health: () => instances } } as unknown as Backend;
}

Deno.test("extensionLines() counts calls on instances that have ended, and never fewer than the pool's health tells of", () => {
  const prober = new Prober();
  const seen = (id: string, calls: number, failures: number): InstanceHealth => ({
    instance: instanceId(id),
    extension: extensionId("acme/lint"),
    alive: true,
    calls,
    failures,
    restarts: 0,
  });
  prober.probeExtensions([seen("acme/lint#1", 9, 1)]);
  prober.probeExtensions([]);
  const ofEnded = extensionLines(
    [installed],
    backend({ instances: [], window: { calls: 4, failures: 0 }, busy: 0 }),
    prober,
  );
  assert.deepEqual(ofEnded.map(({ calls, failures }) => [calls, failures]), [[9, 1]]);
  const again = backend({
    instances: [seen("acme/lint#2", 2, 0)],
    window: { calls: 14, failures: 2 },
    busy: 0,
  });
  assert.deepEqual(
    extensionLines([installed], again, prober).map(({ calls, failures }) => [calls, failures]),
    [[14, 2]],
  );
});

Deno.test("extensionLines() says that the first call is under way instead of that there was none", () => {
  const first = backend({ instances: [], window: { calls: 0, failures: 0 }, busy: 1 });
  assert.equal(extensionLines([installed], first, new Prober())[0]?.reason, "its first call is under way");
});
