/**
 * A folder for one test, removed after it.
 *
 * @module
 */

export interface TemporaryFolder extends AsyncDisposable {
  /** Its absolute path, links followed. */
  readonly path: string;
}

/** Makes it. */
export async function temporaryFolder(): Promise<TemporaryFolder> {
  const path = await Deno.realPath(await Deno.makeTempDir({ prefix: "symphony-editor-" }));
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** The same on a disk of its own of `megabytes`; undefined where this user may not mount one. */
export async function temporaryDisk(megabytes: number): Promise<TemporaryFolder | undefined> {
  const folder = await temporaryFolder();
  const run = async (command: string, ...args: string[]) =>
    await new Deno.Command(command, { args, stdout: "null", stderr: "null" }).output().catch(() => undefined);
  const mounted = await run("mount", "-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", folder.path);
  if (mounted?.success !== true) {
    await folder[Symbol.asyncDispose]();
    return undefined;
  }
  return {
    path: folder.path,
    async [Symbol.asyncDispose]() {
      await run("umount", folder.path);
      await folder[Symbol.asyncDispose]();
    },
  };
}
