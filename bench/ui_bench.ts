/**
 * Measures the page in a real browser: `bench/ui/page_bench.ts`, or with `acts` as the first argument `bench/ui/acts_bench.ts`, in a
 * process of its own because its files know the browser's types and the others must not.
 *
 * @module
 */

const [first, ...rest] = Deno.args;
const [name, given] = first === "acts" ? ["acts", rest] : ["page", Deno.args];
const file = new URL(`./ui/${name}_bench.ts`, import.meta.url).pathname;
const args = ["run", "-A", "-q", "--no-prompt", "--unstable-worker-options", file, ...given];
const { code } = await new Deno.Command(Deno.execPath(), {
  args,
  stdin: "null",
  stdout: "inherit",
  stderr: "inherit",
})
  .output();
Deno.exit(code);
