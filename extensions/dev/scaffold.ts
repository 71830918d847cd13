/**
 * `ext new`: a folder with an extension that can be checked, tested, run and packed at once.
 *
 * @module
 */

import { dirname, join } from "node:path";
import { messageOf, SymphonyError } from "../../core/errors.ts";
import { instrumentFiles } from "./templates/instrument.ts";
import { motifFiles } from "./templates/motif.ts";
import { operatorFiles } from "./templates/operator.ts";

export const extensionKinds = ["operator", "instrument", "motif"] as const;
export type ExtensionKind = typeof extensionKinds[number];

/** What the templates are filled with. */
export interface TemplateNames {
  /** `publisher/name` */
  readonly id: string;
  /** The type of what it contributes. */
  readonly type: string;
  readonly title: string;
  /** A name for code. */
  readonly name: string;
  /** The name without its publisher. */
  readonly slug: string;
}

const templates = { operator: operatorFiles, instrument: instrumentFiles, motif: motifFiles };

export interface Scaffolded {
  readonly folder: string;
  readonly id: string;
  readonly files: readonly string[];
}

/** Writes the folder. @throws SymphonyError `bad-input` for a name that is none, `exists` where the folder is there */
export async function scaffold(
  { name, kind, folder }: { readonly name: string; readonly kind: ExtensionKind; readonly folder: string },
): Promise<Scaffolded> {
  const id = name.includes("/") ? name : `my/${name}`;
  const [publisher, short = ""] = id.split("/");
  if (!/^[a-z][a-z0-9-]{0,63}\/[a-z][a-z0-9-]{0,50}$/.test(id) || publisher === "symphony") {
    throw new SymphonyError("bad-input", `Cannot name an extension "${name.slice(0, 100)}"`, {
      hint: "Write NAME or PUBLISHER/NAME in lower-case letters, digits and hyphens, as acme/word-count",
    });
  }
  const words = short.split("-");
  const files = templates[kind]({
    id,
    type: id,
    title: `${words[0]?.slice(0, 1).toUpperCase()}${words.join(" ").slice(1)}`,
    name: words.map((word, at) => at === 0 ? word : word.slice(0, 1).toUpperCase() + word.slice(1)).join(""),
    slug: short,
  });
  const all = { ...files, "README.md": readme(id, kind) };
  try {
    await Deno.mkdir(dirname(folder), { recursive: true });
    await Deno.mkdir(folder);
  } catch (cause) {
    const isThere = cause instanceof Deno.errors.AlreadyExists;
    throw new SymphonyError(
      isThere ? "exists" : "io",
      `Cannot make "${folder}": ${isThere ? "it is there already" : messageOf(cause)}`,
      { cause, hint: "Give another folder with --out" },
    );
  }
  for (const [path, text] of Object.entries(all)) {
    await Deno.mkdir(dirname(join(folder, path)), { recursive: true });
    await Deno.writeTextFile(join(folder, path), text);
  }
  return { folder, id, files: Object.keys(all).sort() };
}

function readme(id: string, kind: ExtensionKind): string {
  return `# ${id}

An ${kind === "motif" ? "addon (motif)" : kind} for Symphony.

\`\`\`
symphony ext check .     # what is wrong, and where
symphony ext test .      # the fixtures in tests/
symphony ext dev .       # both again whenever a file changes
symphony ext pack .      # one archive to hand on
symphony ext install .   # for yourself
\`\`\`
`.replace("An motif", "A motif");
}
