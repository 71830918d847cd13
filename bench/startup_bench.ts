/**
 * From process start: to the end of `--version`, of `templates list`, of `check`, and to the first node started of a run,
 * with extensions that were prepared before and with none, from source and, where `dist/symphony` was built, compiled.
 * Beside them the floor: a process that does nothing.
 *
 * @module
 */

import { fileURLToPath } from "node:url";

const ROUNDS = 15;
/** Starts that find no bundles kept from before. */
const FRESH_ROUNDS = 5;
const root = fileURLToPath(new URL("..", import.meta.url));
const source = ["run", "-A", "-q", "--no-prompt", "--unstable-worker-options", `${root}main.ts`];

interface Program {
  readonly name: string;
  readonly exec: string;
  readonly args: readonly string[];
}

/** Prints milliseconds, median and slowest, for each way to start. */
export async function startup(): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "symphony-bench-" });
  try {
    const empty = `${folder}/empty.js`;
    await Deno.writeTextFile(empty, "");
    await Deno.writeTextFile(`${folder}/some.ts`, "export const some = 1;\n");
    say(
      `Start-up (ms, median and slowest of ${ROUNDS}, of the very first ${FRESH_ROUNDS}; after one start to warm the disk)`,
    );
    await report(
      "floor: deno run of an empty file",
      () => wholeMs({ name: "", exec: Deno.execPath(), args: ["run", empty] }, []),
    );
    for (const program of await programs()) {
      const of = (what: string) => `${program.name}: ${what}`;
      await report(of("--version"), () => wholeMs(program, ["--version"]));
      await report(of("templates list"), () => wholeMs(program, ["templates", "list"]));
      const common = ["--data", `${folder}/data`];
      await report(of("check code-review"), () => wholeMs(program, ["check", "code-review", ...common]));
      const serve = ["serve", "--port", "0", "--workspace", folder, ...common];
      await report(
        of("serve, to the address printed"),
        async () => (await firstPageMs(program, serve)).address,
      );
      await report(
        of("serve, to the first page in full"),
        async () => (await firstPageMs(program, serve)).page,
      );
      const run = ["run", "repo-map", "--json", "--workspace", folder];
      await report(of("run, to the first node started"), () => firstNodeMs(program, [...run, ...common]));
      await report(of("the very first run, to the first node started"), async () => {
        const data = await Deno.makeTempDir({ dir: folder });
        return await firstNodeMs(program, [...run, "--data", data]);
      }, FRESH_ROUNDS);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function programs(): Promise<readonly Program[]> {
  const fromSource = { name: "deno run", exec: Deno.execPath(), args: source };
  const compiled = `${root}dist/symphony`;
  const isBuilt = await Deno.stat(compiled).then(() => true, () => false);
  return isBuilt ? [fromSource, { name: "compiled", exec: compiled, args: [] }] : [fromSource];
}

async function report(name: string, measure: () => Promise<number>, rounds = ROUNDS): Promise<void> {
  await measure();
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) times.push(await measure());
  times.sort((a, b) => a - b);
  const [median, slowest] = [times[times.length >> 1] ?? 0, times.at(-1) ?? 0];
  say(`  ${name.padEnd(60)} ${median.toFixed(0).padStart(6)} ${slowest.toFixed(0).padStart(6)}`);
}

async function wholeMs({ exec, args }: Program, words: readonly string[]): Promise<number> {
  const began = performance.now();
  const { success, stderr } = await new Deno.Command(exec, { args: [...args, ...words], stdin: "null" })
    .output();
  const took = performance.now() - began;
  if (!success) throw new Error(`${exec} ${words.join(" ")} failed: ${new TextDecoder().decode(stderr)}`);
  return took;
}

/** To the line with the address, and to the last byte of the page. */
async function firstPageMs(
  { exec, args }: Program,
  words: readonly string[],
): Promise<{ readonly address: number; readonly page: number }> {
  const began = performance.now();
  const child = new Deno.Command(exec, {
    args: [...args, ...words],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  })
    .spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  try {
    const { value = "" } = await lines.read();
    const address = performance.now() - began;
    const response = await fetch(new URL("/", value.trim()));
    await response.text();
    return { address, page: performance.now() - began };
  } finally {
    child.kill("SIGKILL");
    await lines.cancel();
    await child.status;
  }
}

async function firstNodeMs({ exec, args }: Program, words: readonly string[]): Promise<number> {
  const began = performance.now();
  const child = new Deno.Command(exec, {
    args: [...args, ...words],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  let took: number | undefined;
  let text = "";
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    if (took !== undefined) continue;
    text += chunk;
    if (text.includes(`"type":"node.started"`)) took = performance.now() - began;
  }
  await child.status;
  if (took === undefined) {
    throw new Error(`No node started in ${exec} ${words.join(" ")}: ${text.slice(0, 500)}`);
  }
  return took;
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(line + "\n"));
}

if (import.meta.main) await startup();
