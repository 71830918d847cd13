/**
 * A workbench and folders of extensions for tests. Modules of the hosts are bundled once for all tests.
 *
 * @module
 */

import { dirname, join } from "node:path";
import { Workbench } from "../../../extensions/dev/workbench.ts";
import { denoHostCommand } from "../../../extensions/host/host_command.ts";
import { ExtensionLoader, toolchainOf } from "../../../extensions/loader/loader.ts";

const cache = `${Deno.env.get("TMPDIR") ?? "/tmp"}/symphony-test-bundles`;

export const bench: Workbench = new Workbench({
  ...toolchainOf(),
  command: denoHostCommand(),
  host: new ExtensionLoader({ cache }),
});

/** Ends the bundler's program, which would outlive the test. */
export async function endBundler(): Promise<void> {
  await (await bench.tools.openEngine()).stop();
}

/** A folder with files, for the time of `body`. */
export async function inFolder<T>(
  files: Readonly<Record<string, string>>,
  body: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "symphony-dev-" }));
  try {
    await put(folder, files);
    return await body(folder);
  } finally {
    await endBundler();
    await Deno.remove(folder, { recursive: true });
  }
}

/** Writes files below a folder. */
export async function put(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await Deno.mkdir(dirname(join(folder, path)), { recursive: true });
    await Deno.writeTextFile(join(folder, path), text);
  }
}

/** A manifest's text. */
export function manifestText(more: object = {}): string {
  return JSON.stringify({
    id: "acme/tool",
    name: "Tool",
    version: "1.0.0",
    kind: "operator",
    description: "For a test",
    entry: "main.ts",
    ...more,
  });
}

/** An operator's module; `body` is that of `run`. */
export function operatorText(body: string, before = "", type = "acme/tool"): string {
  return `import { defineExtension, defineOperator, Type } from "symphony/sdk";
${before}
const tool = defineOperator({
  type: "${type}",
  title: "Tool",
  description: "For a test",
  input: Type.Object({ text: Type.String({ default: "", description: "The text" }) }),
  output: Type.Object({ text: Type.String({ description: "The same" }) }),
  run(input, context) {
${body}
  },
});
export default defineExtension({ contributes: [tool] });
`;
}

/** The names in a folder, sorted. */
export async function namesIn(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).sort();
}

/** Replaces a file in one step, as careful editors do: who watches sees it once. */
export async function replaceFile(folder: string, name: string, text: string): Promise<void> {
  await Deno.writeTextFile(join(folder, `.${name}.new`), text);
  await Deno.rename(join(folder, `.${name}.new`), join(folder, name));
}
