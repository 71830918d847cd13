/**
 * HTTP: fetch.
 *
 * @module
 */

import { defineExtension } from "symphony/sdk";
import { fetchUrl } from "./fetch.ts";

export default defineExtension({ contributes: [fetchUrl] });
