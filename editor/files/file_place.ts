/**
 * The one name of a file: absolute, every link in it followed, so that two ways to a file lead to one buffer.
 *
 * @module
 */

import { lstat, readlink, realpath } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { SymphonyError } from "../../core/errors.ts";
import { fileError, isAbsent } from "./file_error.ts";

const MOST_LINKS = 40;

/**
 * The one name of what `path` leads to, also where the file is not there yet (a link may point to nothing).
 * @throws SymphonyError `bad-input` for an empty path or links in a circle, `not-found` where its folder is absent
 */
export async function filePlace(path: string): Promise<string> {
  if (path === "" || path.includes("\0")) {
    throw new SymphonyError(
      "bad-input",
      `Cannot open "${path.replaceAll("\0", "\\0")}": expected the path of a file`,
    );
  }
  let at = resolve(path);
  for (let hops = 0; hops < MOST_LINKS; hops++) {
    try {
      return await realpath(at);
    } catch (error) {
      if (!isAbsent(error)) throw fileError(`open "${path}"`, error);
    }
    const folder = await realpath(dirname(at)).catch((error) => {
      if (!isAbsent(error)) throw fileError(`open "${path}"`, error);
      throw new SymphonyError("not-found", `Cannot open "${path}": there is no folder "${dirname(at)}"`, {
        cause: error,
      });
    });
    const name = resolve(folder, basename(at));
    const target = await readlink(name).catch(() => undefined);
    if (target === undefined) return name;
    at = resolve(folder, target);
  }
  throw new SymphonyError("bad-input", `Cannot open "${path}": the links lead in a circle`);
}

/** The one name of what `path` will be once its folders are made; undefined where something else is in their way. */
export async function placeToCome(path: string): Promise<string | undefined> {
  const rest: string[] = [];
  for (let at = resolve(path);; at = dirname(at)) {
    const real = await realpath(at).catch(() => undefined);
    if (real !== undefined) return join(real, ...rest);
    // A link that leads nowhere is no folder to come.
    if (await lstat(at).then(() => true, () => false) || dirname(at) === at) return undefined;
    rest.unshift(basename(at));
  }
}
