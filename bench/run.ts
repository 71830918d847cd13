/**
 * Every measurement of bench/README.md, one process after the other, so that none warms the next one's caches.
 * `deno task bench [NAME…]` runs some of them.
 *
 * @module
 */

const names = [
  "dag",
  "dag_peers",
  "dag_scale",
  "log",
  "throughput",
  "langgraph",
  "artifact",
  "search",
  "filing",
  "pool",
  "pool_peers",
  "eviction",
  "arbitration",
  "ipc",
  "ext_dev",
  "extensions",
  "startup",
  "lsp",
  "xi",
  "text",
  "text_rpc",
  "highlight",
  "conductor",
  "conductor_product",
  "prewarm",
  "users",
  "ui",
  "monitor",
  "pane",
] as const;

const chosen = Deno.args.length === 0 ? names : names.filter((name) => Deno.args.includes(name));
if (chosen.length === 0) {
  Deno.stderr.writeSync(new TextEncoder().encode(`No such measurement; there are: ${names.join(", ")}\n`));
  Deno.exit(2);
}
for (const name of chosen) {
  Deno.stdout.writeSync(new TextEncoder().encode(`\n## ${name}\n`));
  const file = new URL(`./${name}_bench.ts`, import.meta.url).pathname;
  const args = ["run", "-A", "-q", "--no-prompt", "--unstable-worker-options", file];
  const { success } = await new Deno.Command(Deno.execPath(), {
    args,
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
  })
    .output();
  if (!success) Deno.exit(1);
}
