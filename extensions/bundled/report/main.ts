/**
 * Reports: from the results of other nodes to documents that people read.
 *
 * @module
 */

import { defineExtension } from "symphony/sdk";
import { changelogOperator } from "./changelog.ts";
import { markdownOperator } from "./markdown.ts";
import { opinionOperator } from "./opinion.ts";
import { outlineOperator } from "./outline.ts";
import { repoMapOperator } from "./repo_map.ts";

export default defineExtension({
  contributes: [markdownOperator, opinionOperator, repoMapOperator, outlineOperator, changelogOperator],
});
