/** Workflow files below a folder, and the folders that are worth looking into. @module */

const skipped = new Set(["node_modules", ".git", "dist", "target", ".venv", "__pycache__"]);
const MAX_DEPTH = 10;
const MAX_FOLDERS = 4000;
const MAX_FILES = 2000;

export interface Walked {
  /** From the root, with `/`, sorted. */
  readonly files: readonly string[];
  /** Absolute. */
  readonly folders: readonly string[];
}

/** Files that `wants` below `root`; hidden folders and those of build tools are passed over. */
export async function walk(
  root: string,
  wants: (name: string) => boolean,
  most: { readonly files: number } = { files: MAX_FILES },
): Promise<Walked> {
  const files: string[] = [];
  const folders: string[] = [root];
  const pending: { readonly path: string; readonly depth: number }[] = [{ path: "", depth: 0 }];
  for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
    try {
      for await (const { name, isDirectory, isFile } of Deno.readDir(`${root}/${next.path}`)) {
        if (isFile && wants(name) && files.length < most.files) files.push(next.path + name);
        if (!isDirectory || isPassedOver(name) || next.depth >= MAX_DEPTH) continue;
        if (folders.length >= MAX_FOLDERS) continue;
        folders.push(`${root}/${next.path}${name}`);
        pending.push({ path: `${next.path}${name}/`, depth: next.depth + 1 });
      }
    } catch {
      // A folder that cannot be read, or has just gone, holds nothing for us.
    }
  }
  return { files: files.sort(), folders };
}

/** True for the names of hidden folders and of those of build tools. */
export function isPassedOver(folder: string): boolean {
  return skipped.has(folder) || folder.startsWith(".");
}

/** From the root, with `/`, sorted. */
export async function workflowFiles(root: string): Promise<readonly string[]> {
  return (await walk(root, isWorkflowFile)).files;
}

/** True for the names of workflow files. */
export function isWorkflowFile(name: string): boolean {
  return /\.workflow\.jsonc?$/.test(name);
}
