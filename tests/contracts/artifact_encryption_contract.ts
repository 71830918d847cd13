/**
 * What every ArtifactEncryptionPort promises: where it can encrypt, nothing changes for who has the secret; where it cannot,
 * it says so.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { PitPort } from "../../core/ports/pit.ts";
import { collect, type Make } from "./subject.ts";

const texts = ["small and secret", "large and secret ".repeat(20_000)];

/** Registers the suite for one Pit; `canEncrypt` tells whether there is anything to encrypt. */
export function testArtifactEncryptionPort(name: string, make: Make<PitPort>, canEncrypt: boolean): void {
  const put = async (pit: PitPort, text: string) =>
    await pit.artifacts.put(new TextEncoder().encode(text), { type: "text/plain" });

  if (!canEncrypt) {
    Deno.test(`${name} refuses to encrypt and is not encrypted`, async () => {
      await using subject = await make();
      const { encryption } = subject.port.library;
      assert.equal(await encryption.status(), undefined);
      await assert.rejects(encryption.encrypt("passphrase"), { code: "unsupported" });
      await assert.rejects(encryption.rotate(), { code: "unsupported" });
      await assert.rejects(encryption.changeSecret("passphrase"), { code: "unsupported" });
      await assert.rejects(encryption.decrypt(), { code: "unsupported" });
    });
    return;
  }

  Deno.test(`${name} encrypts what is there and what comes, rotates, changes the secret and decrypts; ids and content stay`, async () => {
    await using subject = await make();
    const pit = subject.port;
    const { encryption } = pit.library;
    assert.equal(await encryption.status(), undefined);
    await assert.rejects(encryption.rotate(), { code: "not-found" });
    const ids = await Promise.all(texts.map((text) => put(pit, text)));
    const check = async () => {
      for (const [at, text] of texts.entries()) {
        assert.equal(new TextDecoder().decode(await pit.artifacts.get(ids[at]!)), text);
        assert.equal(await put(pit, text), ids[at], "it is known");
      }
      const found = await pit.library.search.search({ text: "secret" });
      assert.equal(found.total, ids.length);
      assert.deepEqual(await collect(pit.library.checkup.check({ repair: false })), []);
    };
    await encryption.encrypt("passphrase");
    assert.deepEqual(await encryption.status(), { secret: "passphrase", key: 1, keys: 1 });
    await check();
    texts.push("later and secret ".repeat(10_000), "a later small secret");
    for (const text of texts.slice(2)) ids.push(await put(pit, text));
    await check();
    assert.equal((await encryption.encrypt("passphrase")).changed, 0, "all of it is encrypted already");
    assert.ok((await encryption.rotate()).changed >= texts.length);
    assert.deepEqual(await encryption.status(), { secret: "passphrase", key: 2, keys: 1 });
    await check();
    await encryption.changeSecret("passphrase");
    await check();
    await encryption.decrypt();
    assert.equal(await encryption.status(), undefined);
    await check();
    texts.length = 2;
  });
}
