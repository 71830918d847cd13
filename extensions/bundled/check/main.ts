/**
 * Checks of answers that need an engine of their own.
 *
 * @module
 */

import { defineExtension } from "symphony/sdk";
import { testsOperator } from "./tests.ts";

export default defineExtension({ contributes: [testsOperator] });
