/**
 * Where symphony-editor keeps its journals when nobody says where.
 *
 * @module
 */

/**
 * `SYMPHONY_EDITOR_DATA`, else `editor` in `SYMPHONY_DATA`, else the platform's place; undefined where none is known.
 * @param env reads the environment
 */
export function editorDataFolder(
  env: (name: string) => string | undefined,
  os: typeof Deno.build.os = Deno.build.os,
): string | undefined {
  const set = (name: string) => env(name) || undefined;
  const own = set("SYMPHONY_EDITOR_DATA");
  if (own !== undefined) return own;
  const shared = set("SYMPHONY_DATA");
  if (shared !== undefined) return `${shared}/editor`;
  if (os === "windows") return below(set("LOCALAPPDATA"), "Symphony/editor");
  if (os === "darwin") return below(set("HOME"), "Library/Application Support/Symphony/editor");
  // The convention says that a relative path there is to be ignored.
  const xdg = set("XDG_DATA_HOME");
  return xdg?.startsWith("/") ? `${xdg}/symphony/editor` : below(set("HOME"), ".local/share/symphony/editor");
}

function below(folder: string | undefined, path: string): string | undefined {
  return folder === undefined ? undefined : `${folder}/${path}`;
}
