/**
 * From a staging folder to an executable with `deno compile`.
 *
 * DENO_COMPILE names the deno to compile with (else the one that runs this), DENORT_BIN the base runtime where it cannot be
 * downloaded; deno reads the latter itself.
 *
 * @module
 */

export interface CompileOptions {
  /** Holds `main.js` and everything that is embedded. */
  readonly stage: string;
  /** Files and folders of the stage that are embedded beside `main.js`. */
  readonly embed: readonly string[];
  readonly out: string;
}

/** Compiles. @throws Error with deno's own output */
export async function compileProgram({ stage, embed, out }: CompileOptions): Promise<void> {
  // A folder above with a deno.json would lend its settings and its node_modules, or claim this one for its workspace.
  await Deno.writeTextFile(
    `${stage}/deno.json`,
    `${JSON.stringify({ nodeModulesDir: "none", workspace: [] })}\n`,
  );
  const args = [
    "compile",
    "--quiet",
    "--no-check",
    "--no-prompt",
    "-A",
    "--unstable-worker-options",
    "--unstable-no-legacy-abort",
    // Compartments are made from texts; workers refuse code from texts to extensions themselves.
    "--v8-flags=--enable-experimental-regexp-engine-on-excessive-backtracks",
    ...embed.flatMap((path) => ["--include", path]),
    "--output",
    out,
    "main.js",
  ];
  const deno = Deno.env.get("DENO_COMPILE") ?? Deno.execPath();
  const { success, stderr } = await new Deno.Command(deno, { args, cwd: stage, stdin: "null" }).output();
  if (!success) {
    throw new Error(`Cannot compile ${stage}/main.js with ${deno}:\n${new TextDecoder().decode(stderr)}`);
  }
}
