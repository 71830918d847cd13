/**
 * What every ShareBook promises.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { Member, ShareBook } from "../../pit/arbitration/share_book.ts";

/** Ways of two processes into one book. */
export interface SharedBooks extends AsyncDisposable {
  readonly one: ShareBook;
  readonly other: ShareBook;
  /** Ends the other process. */
  end(): Promise<void>;
}

export function memberOf(process: string, more: Partial<Member> = {}): Member {
  return { process, kept: {}, names: {}, waits: [], users: {}, usersAt: 0, ...more };
}

/** Registers the suite for one adapter. */
export function testShareBook(name: string, make: () => Promise<SharedBooks>): void {
  Deno.test(`${name} shows each process what the other wrote, whole, until it is removed`, async () => {
    await using books = await make();
    const { one, other } = books;
    assert.notEqual(one.self, other.self);
    const wait = {
      ...{ key: "k", wants: ["file:/a", "\0cpu"], by: 'node "ä"', priority: -1, overtaken: 3 },
      ...{ shares: [0.5, 0.25] as const, since: 1, askedAt: 2 },
    };
    const member = memberOf(one.self, { kept: { cpu: 1.5 }, names: { "file:/a": "x" }, waits: [wait] });
    one.change((page) => page.put(member));
    assert.deepEqual(other.members(), [member]);
    other.change((page) => {
      assert.deepEqual(page.members, [member]);
      page.put(memberOf(other.self));
      page.put({ ...member, waits: [] });
    });
    assert.deepEqual(one.members().find(({ process }) => process === one.self)?.waits, []);
    assert.equal(one.members().length, 2);
    one.change((page) => page.remove(other.self));
    assert.deepEqual(other.members().map(({ process }) => process), [one.self]);
  });

  Deno.test(`${name} keeps levels of rates for all, and tells of what it is told to tell`, async () => {
    await using books = await make();
    const { one, other } = books;
    const before = other.version();
    one.change((page) => {
      assert.equal(page.level("tokens"), undefined);
      page.putLevel("tokens", { level: 3.5, at: 7 });
    });
    assert.equal(other.version(), before);
    other.change((page) => {
      assert.deepEqual(page.level("tokens"), { level: 3.5, at: 7 });
      assert.equal(page.level("requests"), undefined);
      page.tell();
    });
    assert.notEqual(one.version(), before);
  });

  Deno.test(`${name} changes nothing where the change throws`, async () => {
    await using books = await make();
    const { one, other } = books;
    one.change((page) => page.put(memberOf(one.self)));
    assert.throws(() =>
      one.change((page) => {
        page.put(memberOf(one.self, { kept: { cpu: 9 } }));
        throw new Error("stop");
      }), /stop/);
    assert.deepEqual(other.members(), [memberOf(one.self)]);
  });

  Deno.test(`${name} knows that both live, and that one has ended`, async () => {
    await using books = await make();
    const { one, other } = books;
    assert.deepEqual([one.isAlive(one.self), one.isAlive(other.self), other.isAlive(one.self)], [
      true,
      true,
      true,
    ]);
    await books.end();
    assert.equal(one.isAlive(other.self), false);
    assert.equal(one.isAlive("4711-00000000-0000-0000-0000-000000000000"), false);
  });
}
