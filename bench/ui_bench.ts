/**
 * Measures the page in a real browser: `bench/ui/page_bench.ts`, in a process of its own because its files know the browser's
 * types and the others must not.
 *
 * @module
 */

const file = new URL("./ui/page_bench.ts", import.meta.url).pathname;
const args = ["run", "-A", "-q", "--no-prompt", "--unstable-worker-options", file, ...Deno.args];
const { code } = await new Deno.Command(Deno.execPath(), {
  args,
  stdin: "null",
  stdout: "inherit",
  stderr: "inherit",
})
  .output();
Deno.exit(code);
