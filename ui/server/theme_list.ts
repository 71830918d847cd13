/** Themes of installed extensions, read from their manifests; runs none of their code. @module */

import { isObject, own } from "../../core/json.ts";
import { toJson } from "../../core/workflow/json_node.ts";
import { readJsonc } from "../../core/workflow/jsonc.ts";
import type { ThemeLine } from "../api/themes.ts";
import type { InstalledExtension } from "./services.ts";

const MANIFEST = "symphony.jsonc";
const COLOUR = /^#([0-9a-fA-F]{6}|[0-9a-fA-F]{8})$/;

/** All themes that can be read; an extension whose manifest cannot be is left out. */
export async function themesOf(installed: readonly InstalledExtension[]): Promise<readonly ThemeLine[]> {
  const lists = await Promise.all(installed.filter(({ folder }) => folder !== "").map(themesIn));
  return lists.flat();
}

async function themesIn({ id: extension, folder }: InstalledExtension): Promise<readonly ThemeLine[]> {
  let manifest: unknown;
  try {
    const { root } = readJsonc(await Deno.readTextFile(`${folder}/${MANIFEST}`), MANIFEST);
    manifest = root === undefined ? undefined : toJson(root);
  } catch {
    return [];
  }
  const contributes = isObject(manifest) ? own(manifest, "contributes") : undefined;
  const themes = isObject(contributes) ? own(contributes, "themes") : undefined;
  if (!Array.isArray(themes)) return [];
  return themes.flatMap((theme: unknown): readonly ThemeLine[] => {
    if (!isObject(theme)) return [];
    const { id, title, ground, colors } = theme;
    if (typeof id !== "string" || typeof title !== "string" || !isObject(colors)) return [];
    if (ground !== "light" && ground !== "dark") return [];
    const known = Object.entries(colors).filter((entry): entry is [string, string] =>
      typeof entry[1] === "string" && COLOUR.test(entry[1])
    );
    return [{ extension, id, title, ground, colors: Object.fromEntries(known) }];
  });
}
