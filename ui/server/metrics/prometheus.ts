/** Figures in the text format of Prometheus (version 0.0.4). @module */

import type { CounterName, GaugeName, MetricsNow } from "../../api/metrics.ts";
import type { Measured } from "./figures.ts";

/** Upper bounds of the histogram's buckets, in seconds. */
const bounds = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300] as const;

const gaugeNames: Readonly<Record<GaugeName, readonly [string, string]>> = {
  "runs.active": ["symphony_runs_active", "Runs that this server carries out"],
  "nodes.running": ["symphony_nodes_running", "Nodes and items under way"],
  "nodes.queued": ["symphony_nodes_queued", "Nodes that wait for resources"],
  "nodes.retrying": ["symphony_nodes_retrying", "Nodes that wait for another attempt"],
  "nodes.waiting": ["symphony_nodes_waiting", "Nodes that wait for a person, a signal or a time"],
  "pool.hot": ["symphony_pool_hot", "Instances that take calls"],
  "pool.warming": ["symphony_pool_warming", "Instances being started"],
  "pool.cooling": ["symphony_pool_cooling", "Instances being ended"],
  "pool.failed": ["symphony_pool_failed", "Instances that failed"],
  "pool.busy": ["symphony_pool_busy", "Calls on instances"],
  clients: ["symphony_clients", "Connections of the event stream"],
  "process.cpu": ["symphony_process_cpu", "Processors used by the server"],
  "process.rss": ["symphony_process_resident_bytes", "Resident memory of the server"],
  "process.heap": ["symphony_process_heap_bytes", "Heap of the server"],
  "hosts.cpu": ["symphony_hosts_cpu", "Processors used by extension hosts"],
  "hosts.rss": ["symphony_hosts_resident_bytes", "Resident memory of extension hosts"],
  "loop.delay": ["symphony_loop_delay_milliseconds", "How late the server's timer fired"],
};

const counterNames: Readonly<Record<CounterName, readonly [string, string]>> = {
  "runs.started": ["symphony_runs_started_total", "Runs started"],
  "runs.completed": ["symphony_runs_completed_total", "Runs completed"],
  "runs.failed": ["symphony_runs_failed_total", "Runs failed"],
  "runs.cancelled": ["symphony_runs_cancelled_total", "Runs cancelled"],
  "nodes.completed": ["symphony_nodes_completed_total", "Nodes and items completed"],
  "nodes.failed": ["symphony_nodes_failed_total", "Nodes and items failed"],
  "nodes.retried": ["symphony_nodes_retried_total", "Attempts after which another followed"],
  fallbacks: ["symphony_fallbacks_total", "Attempts after which another instrument was asked"],
  "tokens.in": ["symphony_tokens_in_total", "Tokens given to instruments"],
  "tokens.out": ["symphony_tokens_out_total", "Tokens that instruments gave"],
  "cost.usd": ["symphony_cost_usd_total", "US dollars spent on instruments"],
  "events.sent": ["symphony_events_sent_total", "Events sent to clients"],
  "events.coalesced": ["symphony_events_coalesced_total", "Events folded for slow clients"],
};

/** The exposition of everything. */
export function prometheusText(
  now: MetricsNow,
  nodeTypes: ReadonlyMap<string, Measured>,
  instruments: ReadonlyMap<string, Measured>,
): string {
  const lines: string[] = [];
  const declare = (name: string, type: string, help: string) => {
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
  };
  for (const [key, [name, help]] of Object.entries(gaugeNames)) {
    declare(name, "gauge", help);
    lines.push(`${name} ${now.gauges[key as GaugeName]}`);
  }
  for (const [key, [name, help]] of Object.entries(counterNames)) {
    declare(name, "counter", help);
    lines.push(`${name} ${now.counters[key as CounterName]}`);
  }
  const families = [["symphony_node_seconds", "node_type", nodeTypes], [
    "symphony_instrument_seconds",
    "instrument",
    instruments,
  ]] as const;
  for (const [name, label, all] of families) {
    declare(name, "histogram", `How long attempts took, by ${label.replace("_", " ")}`);
    for (const [key, { total: { latency: total } }] of all) {
      const tag = `${label}="${escaped(key)}"`;
      for (const bound of bounds) {
        lines.push(`${name}_bucket{${tag},le="${bound}"} ${total.countUpTo(bound * 1000)}`);
      }
      lines.push(`${name}_bucket{${tag},le="+Inf"} ${total.count}`);
      lines.push(`${name}_sum{${tag}} ${total.sum / 1000}`, `${name}_count{${tag}} ${total.count}`);
    }
  }
  declare("symphony_node_reused_total", "counter", "Results taken over instead of being made, by node type");
  for (const [key, { total }] of nodeTypes) {
    lines.push(`symphony_node_reused_total{node_type="${escaped(key)}"} ${total.reused}`);
  }
  declare("symphony_node_held_seconds_total", "counter", "How long calls were held for leave, by node type");
  for (const [key, { total }] of nodeTypes) {
    lines.push(`symphony_node_held_seconds_total{node_type="${escaped(key)}"} ${total.waitedMs / 1000}`);
  }
  declare("symphony_extension_resident_bytes", "gauge", "Resident memory of an extension's hosts");
  for (const { extension, memoryBytes } of now.extensions) {
    lines.push(`symphony_extension_resident_bytes{extension="${escaped(extension)}"} ${memoryBytes}`);
  }
  declare("symphony_extension_cpu", "gauge", "Processors used by an extension's hosts");
  for (const { extension, cpu } of now.extensions) {
    lines.push(`symphony_extension_cpu{extension="${escaped(extension)}"} ${cpu}`);
  }
  return `${lines.join("\n")}\n`;
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
