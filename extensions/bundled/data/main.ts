/**
 * JSON values: transform, validate.
 *
 * @module
 */

import { defineExtension } from "symphony/sdk";
import { transform } from "./transform.ts";
import { validate } from "./validate.ts";

export default defineExtension({ contributes: [transform, validate] });
