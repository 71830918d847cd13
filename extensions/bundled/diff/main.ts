/**
 * Unified diffs: apply.
 *
 * @module
 */

import { defineExtension } from "symphony/sdk";
import { apply } from "./apply.ts";

export default defineExtension({ contributes: [apply] });
