import assert from "node:assert/strict";
import { keptLevels } from "../../pit/arbitration/kept_levels.ts";
import { LmdbShareBook } from "../../pit/arbitration/lmdb_share_book.ts";
import { MemoryShareBook, MemoryShareFolder } from "../../pit/arbitration/memory_share_book.ts";
import { ProofOfLife } from "../../pit/dag/proof_of_life.ts";
import { openStore } from "../../pit/store.ts";
import { testShareBook } from "../contracts/share_book_contract.ts";
import { temporaryFolder } from "./temporary_store.ts";

testShareBook("MemoryShareBook", () => {
  const folder = new MemoryShareFolder();
  const [one, other] = [new MemoryShareBook(folder, "1-one"), new MemoryShareBook(folder, "2-other")];
  return Promise.resolve({
    ...{ one, other, end: () => other[Symbol.asyncDispose]() },
    [Symbol.asyncDispose]: () => one[Symbol.asyncDispose](),
  });
});

testShareBook("LmdbShareBook", async () => {
  const folder = temporaryFolder();
  const store = await openStore(folder.path);
  const proofs = [1, 2].map(() => new ProofOfLife(store, `${folder.path}/locks`)) as [
    ProofOfLife,
    ProofOfLife,
  ];
  const [one, other] = [
    LmdbShareBook.open(folder.path, proofs[0]),
    LmdbShareBook.open(folder.path, proofs[1]),
  ];
  let hasEnded = false;
  const end = async () => {
    if (hasEnded) return;
    hasEnded = true;
    await other[Symbol.asyncDispose]();
    proofs[1][Symbol.dispose]();
  };
  return {
    ...{ one, other, end },
    async [Symbol.asyncDispose]() {
      await end();
      await one[Symbol.asyncDispose]();
      proofs[0][Symbol.dispose]();
      await store[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
});

Deno.test("LmdbShareBook begins a new book, as after a start of the machine, with the levels that were kept", async () => {
  await using folder = temporaryFolder();
  await using store = await openStore(folder.path);
  using proof = new ProofOfLife(store, `${folder.path}/locks`);
  const first = LmdbShareBook.open(folder.path, proof, keptLevels(store));
  first.change((page) => page.putLevel("usd", { level: 0.5, at: 1 }));
  first.change((page) => page.putLevel("usd", { level: 0.25, at: 2 }));
  await first[Symbol.asyncDispose]();
  await store.commit(() => {});
  for await (const { name } of Deno.readDir(folder.path)) {
    if (name.startsWith("shares-")) {
      await Deno.rename(
        `${folder.path}/${name}`,
        `${folder.path}/${name.replace(/-[0-9a-f-]{36}/, earlier)}`,
      );
    }
  }
  const second = LmdbShareBook.open(folder.path, proof, keptLevels(store));
  assert.deepEqual(second.change((page) => page.level("usd")), { level: 0.25, at: 2 });
  await second[Symbol.asyncDispose]();
  for await (const { name } of Deno.readDir(folder.path)) assert.ok(!name.includes(earlier), name);
});

const earlier = "-00000000-0000-4000-8000-000000000000";
