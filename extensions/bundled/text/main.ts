/**
 * Text: split.
 *
 * @module
 */

import { defineExtension } from "symphony/sdk";
import { split } from "./split.ts";

export default defineExtension({ contributes: [split] });
