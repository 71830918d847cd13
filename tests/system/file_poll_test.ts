import assert from "node:assert/strict";
import { FilePoll, fileStamp } from "../../system/file_poll.ts";
import { ManualClock } from "../pit/manual_clock.ts";

Deno.test("FilePoll tells once of each change since the stamp: made, replaced, removed; and of none after it is disposed of", async () => {
  const folder = await Deno.makeTempDir({ prefix: "symphony-poll-" });
  const file = `${folder}/limits.jsonc`;
  const clock = new ManualClock();
  let told = 0;
  const since = fileStamp(file);
  await Deno.writeTextFile(file, "{}");
  const poll = new FilePoll({ file, since, everyMs: 500 }, clock, () => Promise.resolve(void told++));
  const look = async () => {
    clock.advance(500);
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
    return told;
  };
  assert.deepEqual([await look(), await look()], [1, 1]);
  await Deno.writeTextFile(`${file}.new`, "{}");
  await Deno.rename(`${file}.new`, file);
  assert.deepEqual([await look(), await look()], [2, 2]);
  await Deno.remove(file);
  assert.equal(await look(), 3);
  poll[Symbol.dispose]();
  await Deno.writeTextFile(file, "{}");
  assert.equal(await look(), 3);
  assert.equal(clock.pending, 0);
  await Deno.remove(folder, { recursive: true });
});
