/** The catalogue of the bundled extensions, read in this process, and the bundled templates. @module */

import check from "../../../extensions/bundled/check/main.ts";
import code from "../../../extensions/bundled/code/main.ts";
import data from "../../../extensions/bundled/data/main.ts";
import diff from "../../../extensions/bundled/diff/main.ts";
import files from "../../../extensions/bundled/files/main.ts";
import git from "../../../extensions/bundled/git/main.ts";
import http from "../../../extensions/bundled/http/main.ts";
import report from "../../../extensions/bundled/report/main.ts";
import tasks from "../../../extensions/bundled/tasks/main.ts";
import text from "../../../extensions/bundled/text/main.ts";
import { extensionId } from "../../../core/ids.ts";
import type { Catalog } from "../../../core/workflow/catalog.ts";
import { InProcessExtensions } from "../../../extensions/in_process.ts";
import { readTemplates } from "../../../system/template_folder.ts";

const bundled = { check, code, data, diff, files, git, http, report, tasks, text };

export function bundledCatalog(): Promise<Catalog> {
  const extensions = Object.entries(bundled).map(([name, definition]) => ({
    id: extensionId(`symphony/${name}`),
    definition,
  }));
  return new InProcessExtensions(extensions).describe();
}

export function bundledTemplates() {
  return readTemplates(new URL("../../../templates", import.meta.url).pathname);
}
