import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import type { ArtifactId } from "../../core/ids.ts";
import { openPit, type PitSurroundings } from "../../pit/open_pit.ts";
import { openStore } from "../../pit/store.ts";
import { collect } from "../contracts/subject.ts";
import { ManualClock } from "./manual_clock.ts";
import { noInstances } from "./no_instances.ts";
import { noise } from "./noise.ts";
import { easySecret } from "./pits.ts";
import { temporaryFolder } from "./temporary_store.ts";

const clock = new ManualClock();
const secret = "the eagle lands at midnight in paragraph";
const contents = [
  new TextEncoder().encode(secret),
  new TextEncoder().encode(`${secret} `.repeat(5_000)),
  noise(300_000),
];

const withPassphrase = (text: string | undefined): PitSurroundings => ({
  ...easySecret,
  secret: {
    passphrase: () => Promise.resolve(text),
    fromKeyring: () => Promise.resolve(undefined),
    toKeyring: () => Promise.resolve(false),
  },
});

const right = withPassphrase("a good passphrase");

async function encryptedFolder(folder: string): Promise<readonly ArtifactId[]> {
  await using pit = await openPit(folder, noInstances, clock, right);
  const before = await pit.artifacts.put(contents[0]!, { type: "text/plain" });
  await pit.library.search.refresh();
  await pit.library.encryption.encrypt("passphrase");
  const after = await Promise.all(
    contents.slice(1).map((bytes) => pit.artifacts.put(bytes, { type: "text/plain" })),
  );
  assert.equal((await pit.library.search.search({ text: "eagle" })).total, 2);
  return [before, ...after];
}

/** The values of all tables and the files beside them. */
async function everythingIn(folder: string): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  {
    await using store = await openStore(folder);
    for (const name of ["artifacts", "blocks", "chunks", "quarantine"] as const) {
      for (const { value } of store.table(name).getRange({})) parts.push(new Uint8Array(value));
    }
  }
  const walk = async (path: string) => {
    for await (const { name, isDirectory } of Deno.readDir(path)) {
      if (isDirectory) await walk(`${path}/${name}`);
      else if (!name.startsWith("pit.mdb")) parts.push(await Deno.readFile(`${path}/${name}`));
    }
  };
  await walk(folder);
  return Buffer.concat(parts);
}

Deno.test("StoreEncryption leaves no plain text of content in tables, archives or the search's files", async () => {
  await using folder = temporaryFolder();
  const ids = await encryptedFolder(folder.path);
  {
    await using pit = await openPit(folder.path, noInstances, clock, right);
    await pit.retention.apply(await pit.retention.preview([{ name: "w", action: "warm", when: {} }]));
    assert.equal((await pit.library.search.search({ text: '"lands at midnight"' })).total, 2);
    for (const [at, id] of ids.entries()) {
      const read = Buffer.concat(await collect(pit.library.streams.read(id)));
      assert.ok(read.equals(contents[at]!));
    }
  }
  const all = await everythingIn(folder.path);
  for (const word of ["eagle", "midnight"]) assert.equal(all.indexOf(word), -1, word);
  assert.equal(all.indexOf(Buffer.from(noise(300_000).subarray(0, 32))), -1);
});

Deno.test("StoreEncryption opens nothing without the right passphrase, and leaves everything else to be used", async () => {
  await using folder = temporaryFolder();
  const [first, , last] = await encryptedFolder(folder.path);
  for (
    const [given, expected] of [[undefined, /no passphrase was given/], [
      "another passphrase",
      /not the right one/,
    ]] as const
  ) {
    await using pit = await openPit(folder.path, noInstances, clock, withPassphrase(given));
    for (const id of [first!, last!]) {
      await assert.rejects(pit.artifacts.get(id), (error: Error & { code?: string }) => {
        assert.equal(error.code, "permission");
        assert.match(error.message, expected);
        return true;
      });
      assert.equal((await pit.artifacts.info(id))?.id, id, "what it is, is no secret");
    }
    await assert.rejects(pit.artifacts.put(noise(10, 7)), { code: "permission" });
    await assert.rejects(pit.library.encryption.rotate(), { code: "permission" });
    await assert.rejects(pit.library.encryption.decrypt(), { code: "permission" });
  }
  await using pit = await openPit(folder.path, noInstances, clock, right);
  assert.ok(await pit.artifacts.get(first!));
});

Deno.test("StoreEncryption.changeSecret() shuts out the old passphrase and leaves content as it is", async () => {
  await using folder = temporaryFolder();
  const [first] = await encryptedFolder(folder.path);
  {
    await using pit = await openPit(folder.path, noInstances, clock, {
      ...right,
      newPassphrase: () => Promise.resolve("an even better one"),
    });
    await pit.library.encryption.changeSecret("passphrase");
    assert.ok(await pit.artifacts.get(first!));
  }
  await using old = await openPit(folder.path, noInstances, clock, right);
  await assert.rejects(old.artifacts.get(first!), /not the right one/);
  await using now = await openPit(folder.path, noInstances, clock, withPassphrase("an even better one"));
  assert.ok(await now.artifacts.get(first!));
  await using short = await openPit(folder.path, noInstances, clock, {
    ...withPassphrase("an even better one"),
    newPassphrase: () => Promise.resolve("short"),
  });
  await assert.rejects(short.library.encryption.changeSecret("passphrase"), /less than 8 characters/);
});

Deno.test("StoreEncryption takes its secret from a keyring, where there is one", async () => {
  await using folder = temporaryFolder();
  const kept = new Map<string, string>();
  const keyring: PitSurroundings = {
    secret: {
      passphrase: () => Promise.resolve(undefined),
      fromKeyring: (account) => Promise.resolve(kept.get(account)),
      toKeyring(account, text) {
        kept.set(account, text);
        return Promise.resolve(true);
      },
    },
  };
  let id: ArtifactId;
  {
    await using pit = await openPit(folder.path, noInstances, clock, keyring);
    await pit.library.encryption.encrypt("keyring");
    assert.equal((await pit.library.encryption.status())?.secret, "keyring");
    id = await pit.artifacts.put(contents[0]!);
  }
  await using pit = await openPit(folder.path, noInstances, clock, keyring);
  assert.ok(await pit.artifacts.get(id));
  kept.clear();
  await using locked = await openPit(folder.path, noInstances, clock, keyring);
  await assert.rejects(locked.artifacts.get(id), /the keyring does not give its secret/);
  await using none = temporaryFolder();
  await using bare = await openPit(none.path, noInstances, clock, easySecret);
  await assert.rejects(bare.library.encryption.encrypt("keyring"), /there is none, or it is locked/);
  assert.equal(await bare.library.encryption.status(), undefined);
});

Deno.test("StoreEncryption seals a block to its name: swapped blocks are found", async () => {
  await using folder = temporaryFolder();
  const ids = await encryptedFolder(folder.path);
  {
    await using store = await openStore(folder.path);
    const blocks = store.table("blocks");
    const [a, b] = [...blocks.getKeys()].map(String);
    store.exclusively(() => void blocks.put(a!, new Uint8Array(blocks.getBinary(b!)!)));
  }
  await using pit = await openPit(folder.path, noInstances, clock, right);
  const damaged = (await collect(pit.artifacts.verify())).map(({ id }) => id);
  assert.ok(damaged.length > 0 && damaged.every((id) => ids.includes(id)));
});

Deno.test("StoreEncryption seals what another process stores while it is set up", async () => {
  await using folder = temporaryFolder();
  await using one = await openPit(folder.path, noInstances, clock, right);
  await using two = await openPit(folder.path, noInstances, clock, right);
  const storing = (async () => {
    for (let at = 0; at < 60; at++) {
      await two.artifacts.put(new TextEncoder().encode(`${secret} ${at}`), { type: "text/plain" });
    }
  })();
  await one.library.encryption.encrypt("passphrase");
  await one.library.encryption.rotate();
  await storing;
  assert.deepEqual(await collect(one.artifacts.verify()), []);
  await one[Symbol.asyncDispose]();
  await two[Symbol.asyncDispose]();
  assert.equal((await everythingIn(folder.path)).indexOf("eagle"), -1);
});
