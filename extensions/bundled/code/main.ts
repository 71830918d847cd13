/**
 * Code analysis: what the files of a repository are made of, how they hang together and where trouble is likely.
 * Everything is reckoned from syntax trees and git's history; no code of the repository is run.
 *
 * @module
 */

import { defineExtension } from "symphony/sdk";
import { duplicatesOperator } from "./duplicates.ts";
import { excerptOperator } from "./excerpt.ts";
import { graphOperator } from "./graph.ts";
import { metricsOperator } from "./metrics.ts";
import { parsesOperator } from "./parses.ts";
import { riskOperator } from "./risk.ts";
import { symbolsOperator } from "./symbols.ts";

export default defineExtension({
  contributes: [
    metricsOperator,
    symbolsOperator,
    graphOperator,
    duplicatesOperator,
    riskOperator,
    excerptOperator,
    parsesOperator,
  ],
});
