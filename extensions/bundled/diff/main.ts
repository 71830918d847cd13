/**
 * Changes of texts: apply a unified diff, merge the edits of several authors.
 *
 * @module
 */

import { defineExtension } from "symphony/sdk";
import { apply } from "./apply.ts";
import { merge } from "./merge.ts";

export default defineExtension({ contributes: [apply, merge] });
