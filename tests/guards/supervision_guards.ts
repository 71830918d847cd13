/**
 * Guards that end what misbehaves, and those of the light tier and of resources.
 *
 * @module
 */

import type { Guard } from "./guard.ts";

const host = "extensions/host";
const zoo = "tests/extensions/zoo_test.ts";
const layers = "tests/extensions/host_layers_test.ts";
const forged = "tests/extensions/host_process_test.ts";
const light = "tests/extensions/light_test.ts";
const monitor = "tests/extensions/monitor/resource_monitor_test.ts";
const hostile = "tests/extensions/hostile_test.ts";

export const supervisionGuards: readonly Guard[] = [
  // Supervision.
  {
    name: "burnt CPU",
    file: "core/actor/liveness.ts",
    find: "if (silent > patience && burning)",
    replace: "if (silent > Infinity && burning)",
    test: "tests/core/actor/liveness_test.ts",
  },
  {
    name: "CPU counts where others leave little",
    file: "core/actor/liveness.ts",
    find: " || reading.cpuMs >= patience",
    replace: "",
    test: "tests/core/actor/liveness_test.ts",
  },
  {
    name: "the core's own stalls do not count",
    file: "core/actor/liveness.ts",
    find: "const silent = reading.silentMs - reading.lostMs;",
    replace: "const silent = reading.silentMs;",
    test: "tests/core/actor/liveness_test.ts",
  },
  {
    name: "silence",
    file: `${host}/host_channel.ts`,
    find: 'if (reason !== undefined) this.#host.kill({ class: "resource", reason });',
    replace: "",
    test: forged,
    only: "silence after it was ready",
  },
  {
    name: "deadline of loading",
    file: `${host}/host_channel.ts`,
    find: "const timer = setTimeout(late, loadingMs);",
    replace: "const timer = setTimeout(late, 60_000);",
    test: zoo,
    zoo: "load-forever",
  },
  {
    name: "quarantine",
    file: "core/actor/supervision.ts",
    find: "const spent = failures.length > policy.budget;",
    replace: "const spent = false;",
    test: hostile,
    only: "into quarantine",
  },
  {
    name: "a quarantined extension is not started",
    file: "extensions/placement.ts",
    find: "if (quarantine !== undefined) {",
    replace: "if (false) {",
    test: hostile,
    only: "into quarantine",
  },
  {
    name: "probation",
    file: "core/policy/health.ts",
    find: 'case "probation":\n      return quarantined(health, `it failed on probation: ${reason}`, atMs);',
    replace: 'case "probation":\n      return health;',
    test: "tests/core/policy/health_test.ts",
  },
  {
    name: "no effect twice",
    file: "extensions/rescue.ts",
    find: "if (fate.hadEffects || ",
    replace: "if (",
    test: hostile,
    only: "killed from outside",
  },
  {
    name: "the guilty one keeps its failure",
    file: "extensions/rescue.ts",
    find: " || fate.wasAlone && !fate.isInnocent",
    replace: "",
    test: "tests/extensions/rescue_test.ts",
  },
  // The light tier.
  {
    name: "deadline of a light call",
    file: `${host}/light_unit.ts`,
    find: "runtime.setInterruptHandler(() => Date.now() > this.#deadline);",
    replace: "",
    test: light,
    only: "begun anew",
  },
  {
    name: "memory of a light engine",
    file: `${host}/light_unit.ts`,
    find: "initial: LEAST_PAGES, maximum: this.#pages }",
    replace: "initial: LEAST_PAGES, maximum: 65_536 }",
    test: light,
    only: "memory of its own",
  },
  {
    name: "a bent engine is given up",
    file: `${host}/light_main.ts`,
    find: 'if (!isSound(answer.slice(1), answer.startsWith("r") ? undefined : "class")) {',
    replace: "if (false) {",
    test: light,
    only: "begun anew",
  },
  {
    name: "one publisher a process",
    file: "extensions/placement.ts",
    find: "publisher: publisherOf(actor.id),",
    replace: `publisher: "all",`,
    test: layers,
    only: "another publisher",
  },
  {
    name: "light means no permission",
    file: "extensions/manifest/read_manifest.ts",
    find: "if (asked !== undefined) {",
    replace: "if (false) {",
    test: "tests/extensions/manifest_test.ts",
  },
  // Resources.
  {
    name: "hard limits end",
    file: "extensions/monitor/resource_monitor.ts",
    find: "account.meter.end(verdict.reason);",
    replace: "",
    test: monitor,
    only: "hard one",
  },
  {
    name: "spent is spent",
    file: "extensions/placement.ts",
    find: "if (spent !== undefined) {",
    replace: "if (false) {",
    test: monitor,
    only: "not started again",
  },
];
