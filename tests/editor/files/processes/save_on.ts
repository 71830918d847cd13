/**
 * Saves texts of one digit over and over until it is killed: `save_on.ts PATH`.
 *
 * @module
 */

import { saveFile } from "../../../../editor/files/save.ts";
import { NEW_FORM } from "../../../../editor/files/text_form.ts";

const [path = ""] = Deno.args;
for (let digit = 1;; digit = (digit + 1) % 10) {
  await saveFile(path, [String(digit).repeat(150_000), String(digit).repeat(150_000)], NEW_FORM);
  if (digit === 1) Deno.stdout.writeSync(new TextEncoder().encode("saving\n"));
}
