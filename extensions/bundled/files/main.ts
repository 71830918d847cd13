/**
 * Files of the workspace: scan, read, write.
 *
 * @module
 */

import { defineExtension } from "symphony/sdk";
import { read } from "./read.ts";
import { scan } from "./scan.ts";
import { write } from "./write.ts";

export default defineExtension({ contributes: [scan, read, write] });
