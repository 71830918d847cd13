/**
 * The history of the workspace's repository: commits, differences, tags.
 *
 * @module
 */

import { defineExtension } from "symphony/sdk";
import { diff } from "./diff.ts";
import { log } from "./log.ts";
import { tags } from "./tags.ts";

export default defineExtension({ contributes: [log, diff, tags] });
