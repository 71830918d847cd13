import assert from "node:assert/strict";
import type { GitCommit } from "symphony/sdk";
import { churn, renameOf } from "../../../extensions/bundled/git/churn.ts";
import { diff } from "../../../extensions/bundled/git/diff.ts";
import { log } from "../../../extensions/bundled/git/log.ts";
import { tags } from "../../../extensions/bundled/git/tags.ts";
import { ExtensionFailure } from "../../../extensions/sdk/failure.ts";
import { testOperator } from "../../../extensions/sdk/testing.ts";

interface Logged {
  readonly commits: readonly GitCommit[];
  readonly files: readonly {
    path: string;
    changes: number;
    added: number;
    removed: number;
    authors: string[];
  }[];
  readonly authors: readonly { name: string; commits: number }[];
  readonly isRepository: boolean;
}

async function git(folder: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("git", { args, cwd: folder }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
}

async function commit(folder: string, author: string, subject: string, atSeconds: number): Promise<void> {
  await git(folder, "add", "-A");
  const env = {
    GIT_AUTHOR_NAME: author,
    GIT_AUTHOR_EMAIL: "a@example.org",
    GIT_COMMITTER_NAME: author,
    GIT_COMMITTER_EMAIL: "a@example.org",
    GIT_AUTHOR_DATE: `@${atSeconds} +0000`,
    GIT_COMMITTER_DATE: `@${atSeconds} +0000`,
  };
  const args = ["commit", "-q", "--allow-empty", "-m", subject];
  const { success, stderr } = await new Deno.Command("git", { args, cwd: folder, env }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
}

/** Ann writes and renames, Bob changes; the tag v1 is at the rename. */
async function inHistory(act: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await git(folder, "init", "-q");
    await Deno.writeTextFile(`${folder}/old.txt`, "1\n2\n3\n4\n5\n");
    await commit(folder, "Ann", "Begin\n\nWith a body\nof lines", 1_700_000_000);
    await Deno.rename(`${folder}/old.txt`, `${folder}/new.txt`);
    await commit(folder, "Ann", "Rename", 1_700_000_100);
    await git(folder, "tag", "v1");
    await Deno.writeTextFile(`${folder}/new.txt`, "1\n2\n3\n4\nfive\nsix\n");
    await Deno.writeTextFile(`${folder}/b ü.txt`, "b\n");
    await commit(folder, "Bob", "Change", 1_700_000_200);
    await act(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("git/log gives commits newest first with authors and churn by file", async () => {
  await inHistory(async (workspace) => {
    const { output } = await testOperator<Logged>(log, {}, { workspace });
    assert.deepEqual(output.commits.map((each) => each.subject), ["Change", "Rename", "Begin"]);
    assert.deepEqual(output.authors, [{ name: "Ann", commits: 2 }, { name: "Bob", commits: 1 }]);
    assert.equal(output.commits[2]?.body.trim(), "With a body\nof lines");
    assert.equal(output.commits[0]?.atMs, 1_700_000_200_000);
    const newest = output.files.find((file) => file.path === "new.txt");
    assert.deepEqual(newest?.authors, ["Ann", "Bob"]);
    assert.ok(output.files.some((file) => file.path === "b ü.txt"));
    assert.equal(output.isRepository, true);
  });
});

Deno.test("git/log obeys max, range and paths, and gives no files without stats", async () => {
  await inHistory(async (workspace) => {
    const subjects = async (given: Readonly<Record<string, unknown>>) =>
      (await testOperator<Logged>(log, given, { workspace })).output.commits.map((each) => each.subject);
    assert.deepEqual(await subjects({ max: 1 }), ["Change"]);
    assert.deepEqual(await subjects({ range: "v1..HEAD" }), ["Change"]);
    assert.deepEqual(await subjects({ paths: ["b ü.txt"] }), ["Change"]);
    const { output } = await testOperator<Logged>(log, { stats: false }, { workspace });
    assert.deepEqual(output.files, []);
  });
});

Deno.test("git/log, git/diff and git/tags give empty answers outside a repository", async () => {
  const files = { f: "x" };
  for (const operator of [log, diff, tags]) {
    const { output } = await testOperator(operator, {}, { files });
    assert.equal(output["isRepository"], false);
  }
});

for (const range of ["--output=/tmp/x", "-c", "gone..HEAD"]) {
  Deno.test(`git/log refuses the range "${range}"`, async () => {
    await inHistory(async (workspace) => {
      await assert.rejects(testOperator(log, { range }, { workspace }), (error) => {
        assert.ok(error instanceof ExtensionFailure && error.failureClass === "input", String(error));
        return true;
      });
    });
  });
}

Deno.test("git/diff gives text, counts and what happened to each file", async () => {
  await inHistory(async (workspace) => {
    const { output } = await testOperator<{
      diff: string;
      files: readonly { path: string; added: number; removed: number; status: string }[];
      added: number;
    }>(diff, { from: "v1", to: "HEAD" }, { workspace });
    const seen = output.files.map((file) => [file.path, file.added, file.removed, file.status]);
    assert.deepEqual(seen, [["b ü.txt", 1, 0, "created"], ["new.txt", 2, 1, "modified"]]);
    assert.equal(output.added, 3);
    assert.ok(output.diff.includes("+six"));
  });
});

Deno.test("git/diff shows what is not committed where no revision is given", async () => {
  await inHistory(async (workspace) => {
    await Deno.remove(`${workspace}/new.txt`);
    const { output } = await testOperator<{ files: readonly { path: string; status: string }[] }>(diff, {}, {
      workspace,
    });
    assert.deepEqual(output.files.map((file) => [file.path, file.status]), [["new.txt", "deleted"]]);
  });
});

Deno.test("git/tags gives the newest and those that start as asked", async () => {
  await inHistory(async (workspace) => {
    const all = await testOperator<{ latest: string; tags: readonly { name: string; atMs: number }[] }>(
      tags,
      {},
      {
        workspace,
      },
    );
    assert.equal(all.output.latest, "v1");
    assert.equal(all.output.tags.length, 1);
    const none = await testOperator<{ latest: string }>(tags, { match: "w" }, { workspace });
    assert.equal(none.output.latest, "");
  });
});

function change(path: string, author: string, atMs: number): GitCommit {
  const files = [{ path, added: 2, removed: 1 }];
  return { hash: "", author, atMs, subject: "", body: "", parents: [], files };
}

Deno.test("churn() counts a file that was renamed twice under its newest name", () => {
  const commits = [
    change("c", "x", 5),
    change("{b => c}", "y", 4),
    change("b", "x", 3),
    change("a => b", "x", 2),
    change("a", "z", 1),
  ];
  assert.deepEqual(churn(commits), [
    { path: "c", changes: 5, added: 10, removed: 5, authors: ["x", "y", "z"], firstMs: 1, lastMs: 5 },
  ]);
});

Deno.test("renameOf() reads git's short forms and leaves plain paths", () => {
  assert.deepEqual(renameOf("a/{b => c}/d"), { from: "a/b/d", to: "a/c/d" });
  assert.deepEqual(renameOf("a/{ => c}/d"), { from: "a/d", to: "a/c/d" });
  assert.deepEqual(renameOf("{a => }/d"), { from: "a/d", to: "d" });
  assert.deepEqual(renameOf("a => b"), { from: "a", to: "b" });
  assert.equal(renameOf("a=>b"), undefined);
});
