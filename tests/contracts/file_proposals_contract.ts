/**
 * What every FileProposalPort promises; `make` gives one, and the folder whose files it takes proposals for.
 *
 * @module
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { SymphonyError } from "../../core/errors.ts";
import { authorId, nodeId, type RunId, runId } from "../../core/ids.ts";
import type { FileProposalPort } from "../../core/ports/file_proposals.ts";

export interface FileProposalsSubject extends AsyncDisposable {
  readonly port: FileProposalPort;
  /** A real path. */
  readonly folder: string;
}

/** Registers the suite for one adapter. */
export function testFileProposalPort(name: string, make: () => Promise<FileProposalsSubject>): void {
  const [one, other] = [runId("r00000000000001a"), runId("r00000000000001b")];
  const test = (title: string, body: (subject: FileProposalsSubject) => Promise<void>) =>
    Deno.test(`${name} ${title}`, async () => {
      await using subject = await make();
      await body(subject);
    });
  const propose = (
    { port }: FileProposalsSubject,
    file: string,
    text: string,
    { run = one, base }: { readonly run?: RunId; readonly base?: string } = {},
  ) => port.propose({ run, node: nodeId("write"), author: authorId("agent:write"), file, base, text });

  test("propose() changes no file, and its run reads what it proposed", async (subject) => {
    const { port, folder } = subject;
    const file = join(folder, "a.txt");
    await Deno.writeTextFile(file, "one\n");
    await propose(subject, file, "two\n", { base: "one\n" });
    assert.equal(await Deno.readTextFile(file), "one\n");
    assert.deepEqual(await port.files(one), [file]);
    assert.equal(await port.read(one, file), "two\n");
  });

  test("propose() takes a file that is not there", async (subject) => {
    const { port, folder } = subject;
    const file = join(folder, "new.txt");
    await propose(subject, file, "hello\n");
    assert.equal(await Deno.stat(file).catch(() => undefined), undefined);
    assert.equal(await port.read(one, file), "hello\n");
  });

  test("what one run proposed is not among what another did", async (subject) => {
    const { port, folder } = subject;
    const [a, b] = [join(folder, "a.txt"), join(folder, "b.txt")];
    await propose(subject, a, "a\n");
    await propose(subject, b, "b\n", { run: other });
    assert.deepEqual([await port.files(one), await port.files(other)], [[a], [b]]);
    assert.equal(await port.read(other, a), undefined);
  });

  test("proposing again says the newest", async (subject) => {
    const { port, folder } = subject;
    const file = join(folder, "a.txt");
    await Deno.writeTextFile(file, "one\n");
    await propose(subject, file, "two\n", { base: "one\n" });
    await propose(subject, file, "three\n", { base: "two\n" });
    assert.deepEqual(await port.files(one), [file]);
    assert.equal(await port.read(one, file), "three\n");
  });

  test("propose() refuses what is no text", async (subject) => {
    const { port, folder } = subject;
    const file = join(folder, "a.bin");
    await Deno.writeFile(
      file,
      new Uint8Array([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13, 73, 72, 68, 82, 0, 0, 3]),
    );
    await assert.rejects(propose(subject, file, "x"), SymphonyError);
    await Deno.mkdir(join(folder, "sub"));
    await assert.rejects(propose(subject, join(folder, "sub"), "x"), SymphonyError);
    assert.deepEqual(await port.files(one), []);
  });
}
