/**
 * A settings folder with some of the plugins in `tests/fixtures/plugins`.
 *
 * @module
 */

export interface PluginFolder extends AsyncDisposable {
  readonly dir: string;
  readonly configDir: string;
}

/** Makes one; it is gone when disposed. */
export async function pluginFolder(...names: readonly string[]): Promise<PluginFolder> {
  const dir = await Deno.makeTempDir();
  const configDir = `${dir}/config`;
  await Deno.mkdir(`${configDir}/plugins`, { recursive: true });
  for (const name of names) {
    const from = new URL(`../../fixtures/plugins/${name}`, import.meta.url).pathname;
    await Deno.symlink(from, `${configDir}/plugins/${name}`);
  }
  return { dir, configDir, [Symbol.asyncDispose]: () => Deno.remove(dir, { recursive: true }) };
}
