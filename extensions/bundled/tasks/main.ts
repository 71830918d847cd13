/**
 * Jobs in words, which any fitting instrument can do: the Conductor chooses one that serves the task.
 *
 * @module
 */

import { defineExtension } from "symphony/sdk";
import { judge } from "./judge.ts";
import { review } from "./review.ts";
import { entities, generate, keyphrases, sentiment, summarize } from "./text.ts";

export default defineExtension({
  contributes: [generate, judge, review, summarize, keyphrases, entities, sentiment],
});
