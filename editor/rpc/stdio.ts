/**
 * The connection on standard input and output.
 *
 * @module
 */

import type { Wire } from "./serve.ts";

export const stdio: Wire = {
  read: (buffer) => Deno.stdin.read(buffer),
  async write(bytes) {
    for (let at = 0; at < bytes.length;) at += await Deno.stdout.write(bytes.subarray(at));
  },
};
