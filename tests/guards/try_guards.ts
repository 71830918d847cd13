/**
 * Takes each guard away in a copy of the tree and runs its test, which must fail. Not part of the tests: it takes minutes.
 *
 * `deno run -A tests/guards/try_guards.ts [PART OF A NAME…]`; exit code 1 where a test stays green. With `--for SECONDS` it
 * tries as many as fit, beginning with another one for each commit; the one that is under way at the end is finished.
 *
 * @module
 */

import { dirname } from "node:path";
import { type Guard, guards } from "./guards.ts";

const root = new URL("../../", import.meta.url).pathname.replace(/\/$/, "");
const decoder = new TextDecoder();

async function copyTree(): Promise<string> {
  const copy = await Deno.makeTempDir({ prefix: "symphony-guards-" });
  const { stdout } = await new Deno.Command("git", { args: ["ls-files"], cwd: root }).output();
  for (const path of decoder.decode(stdout).split("\n").filter((one) => one !== "")) {
    await Deno.mkdir(`${copy}/${dirname(path)}`, { recursive: true });
    await Deno.copyFile(`${root}/${path}`, `${copy}/${path}`).catch(() => {});
  }
  await Deno.symlink(`${root}/node_modules`, `${copy}/node_modules`);
  return copy;
}

/** True where the test fails without the guard; `how` is its last words. */
async function holds(copy: string, guard: Guard): Promise<{ readonly isRed: boolean; readonly how: string }> {
  const file = `${copy}/${guard.file}`;
  const before = await Deno.readTextFile(file);
  await Deno.writeTextFile(file, before.replace(guard.find, () => guard.replace));
  try {
    const args = [
      "test",
      "-A",
      "-q",
      "--no-check",
      "--v8-flags=--enable-experimental-regexp-engine-on-excessive-backtracks",
      ...(guard.only === undefined ? [] : ["--filter", guard.only]),
      guard.test,
    ];
    const env = guard.zoo === undefined ? {} : { SYMPHONY_ZOO: guard.zoo };
    const child = new Deno.Command(Deno.execPath(), {
      args,
      cwd: copy,
      env,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    })
      .spawn();
    const timer = setTimeout(() => child.kill("SIGKILL"), 90_000);
    const { success, stdout, signal } = await child.output();
    clearTimeout(timer);
    const text = decoder.decode(stdout);
    if (/ 0 passed[^|]*\| 0 failed/.test(text)) return { isRed: false, how: "no test of that name" };
    // A test that hangs without the guard is red as well: a runner has a deadline.
    const how = signal === "SIGKILL" ? "hung" : /\| (\d+) failed/.exec(text)?.[0] ?? "failed";
    return { isRed: !success, how };
  } finally {
    await Deno.writeTextFile(file, before);
  }
}

/** The list, begun elsewhere at each commit, so that in time all of them are tried. */
async function turned(): Promise<readonly Guard[]> {
  const { stdout } = await new Deno.Command("git", { args: ["rev-parse", "HEAD"], cwd: root }).output();
  const at = Number.parseInt(decoder.decode(stdout).slice(0, 8), 16) % guards.length;
  return [...guards.slice(at), ...guards.slice(0, at)];
}

const isTimed = Deno.args[0] === "--for";
const untilMs = isTimed ? performance.now() + Number(Deno.args[1]) * 1000 : Infinity;
const chosen = isTimed
  ? await turned()
  : guards.filter(({ name }) => Deno.args.length === 0 || Deno.args.some((part) => name.includes(part)));
const copy = await copyTree();
let [green, tried] = [0, 0];
try {
  for (const guard of chosen) {
    const began = performance.now();
    if (began >= untilMs) break;
    tried++;
    const { isRed, how } = await holds(copy, guard);
    if (!isRed) green++;
    const seconds = ((performance.now() - began) / 1000).toFixed(0);
    const line = `${isRed ? "red  " : "GREEN"} ${guard.name} (${guard.test}: ${how}, ${seconds} s)\n`;
    Deno.stdout.writeSync(new TextEncoder().encode(line));
  }
} finally {
  await Deno.remove(copy, { recursive: true });
}
Deno.stdout.writeSync(
  new TextEncoder().encode(`${tried - green} of ${tried} guards are tested\n`),
);
Deno.exit(green === 0 && tried > 0 ? 0 : 1);
