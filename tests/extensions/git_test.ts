import assert from "node:assert/strict";
import { type CapabilityRig, openCapabilities } from "./capability_rig.ts";

async function git(folder: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("git", {
    args: ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false", ...args],
    cwd: folder,
    env: { GIT_AUTHOR_DATE: "2024-01-02T03:04:05Z", GIT_COMMITTER_DATE: "2024-01-02T03:04:05Z" },
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
}

/** A repository with two commits, a tag, a name with spaces and letters beyond ASCII. */
async function repository(): Promise<CapabilityRig> {
  const rig = await openCapabilities();
  await git(rig.workspace, "init", "-q", "-b", "main");
  await Deno.writeTextFile(`${rig.workspace}/a é.txt`, "one\ntwo\n");
  await git(rig.workspace, "add", ".");
  await git(rig.workspace, "commit", "-q", "-m", "First\n\nBody with \u0001 and\nlines");
  await git(rig.workspace, "tag", "-a", "v1.0.0", "-m", "One");
  await Deno.writeTextFile(`${rig.workspace}/a é.txt`, "one\n2\nthree\n");
  await git(rig.workspace, "commit", "-q", "-am", "Second");
  return rig;
}

Deno.test("git.log() gives commits newest first, with names and line counts of files", async () => {
  await using rig = await repository();
  const commits = await rig.context.git.log({ stats: true });
  assert.deepEqual(commits.map(({ subject, author, atMs }) => [subject, author, atMs]), [
    ["Second", "Ada", 1_704_164_645_000],
    ["First", "Ada", 1_704_164_645_000],
  ]);
  assert.deepEqual(commits[0]?.files, [{ path: "a é.txt", added: 2, removed: 1 }]);
  assert.deepEqual(commits[0]?.parents, [commits[1]?.hash]);
  assert.equal(commits[1]?.body, "Body with \u0001 and\nlines");
  assert.deepEqual((await rig.context.git.log({ max: 1 })).map(({ subject }) => subject), ["Second"]);
  assert.deepEqual((await rig.context.git.log({ range: "v1.0.0..HEAD" })).length, 1);
  assert.deepEqual(await rig.context.git.log({ paths: ["none"] }), []);
});

Deno.test("git.diff() gives the work tree's changes and those between revisions", async () => {
  await using rig = await repository();
  assert.equal(await rig.context.git.diff(), "");
  await Deno.writeTextFile(`${rig.workspace}/a é.txt`, "none\n");
  assert.match(await rig.context.git.diff(), /^diff --git a\/a é.txt b\/a é.txt\n[^]*\+none/);
  assert.match(await rig.context.git.diff({ from: "HEAD~1", to: "HEAD" }), /\+three/);
});

Deno.test("git.tags() gives tags with the commit they point to", async () => {
  await using rig = await repository();
  const first = (await rig.context.git.log())[1];
  assert.deepEqual(await rig.context.git.tags(), [
    { name: "v1.0.0", commit: first?.hash, atMs: 1_704_164_645_000 },
  ]);
});

Deno.test("git.isRepository() is false outside of one, and a new one has no commits", async () => {
  await using rig = await openCapabilities();
  assert.equal(await rig.context.git.isRepository(), false);
  await git(rig.workspace, "init", "-q");
  assert.equal(await rig.context.git.isRepository(), true);
  assert.deepEqual(await rig.context.git.log(), []);
  assert.deepEqual(await rig.context.git.tags(), []);
});

Deno.test("git refuses arguments that are options or lead out", async () => {
  await using rig = await repository();
  const { git } = rig.context;
  for (const range of ["--output=/tmp/x", "-p", "HEAD --all", "", "$(id)", "@{-1}"]) {
    await assert.rejects(git.log({ range }), { failureClass: "input" }, range);
    await assert.rejects(git.diff({ from: range }), { failureClass: "input" }, range);
  }
  await assert.rejects(git.log({ paths: ["../outside"] }), { failureClass: "permission" });
  await assert.rejects(git.log({ max: -1 }), { failureClass: "input" });
  await assert.rejects(git.log({ range: "no-such-branch" }), { failureClass: "input" });
});

Deno.test("git starts nothing that the repository's own configuration names", async () => {
  await using rig = await repository();
  const mark = `${rig.outside}/ran`;
  const script = `${rig.outside}/hook.sh`;
  await Deno.writeTextFile(script, `#!/bin/sh\ntouch ${mark}\ncat "$1" 2>/dev/null || true\n`, {
    mode: 0o755,
  });
  for (
    const [key, value] of [
      ["core.fsmonitor", script],
      ["core.pager", script],
      ["diff.external", script],
      ["diff.evil.textconv", script],
      ["diff.evil.command", script],
      ["core.hooksPath", rig.outside],
      ["gpg.program", script],
      ["log.showSignature", "true"],
      ["core.sshCommand", script],
      ["alias.log", `!${script}`],
    ] as const
  ) await git(rig.workspace, "config", key, value);
  await Deno.writeTextFile(`${rig.workspace}/.gitattributes`, "*.txt diff=evil\n");
  await Deno.writeTextFile(`${rig.workspace}/a é.txt`, "changed\n");
  await rig.context.git.log({ stats: true });
  await rig.context.git.diff();
  await rig.context.git.diff({ from: "HEAD~1", to: "HEAD" });
  await rig.context.git.tags();
  await assert.rejects(Deno.stat(mark), Deno.errors.NotFound);
});

Deno.test("git needs its grant", async () => {
  await using rig = await openCapabilities({ refuse: ["git"] });
  await assert.rejects(rig.context.git.log(), { failureClass: "permission" });
  await assert.rejects(rig.context.git.isRepository(), { failureClass: "permission" });
});
