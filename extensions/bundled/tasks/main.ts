/**
 * Jobs in words, which any fitting instrument can do: the Conductor chooses one that serves the task.
 *
 * @module
 */

import { defineExtension } from "symphony/sdk";
import { review } from "./review.ts";
import { entities, generate, keyphrases, sentiment, summarize } from "./text.ts";

export default defineExtension({
  contributes: [generate, review, summarize, keyphrases, entities, sentiment],
});
