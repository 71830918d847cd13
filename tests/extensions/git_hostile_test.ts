/**
 * Repositories that were made to harm: one that an extension writes itself, one that came in an archive with a
 * configuration that runs programs, and ones that lead to another repository's history or to files outside.
 */

import assert from "node:assert/strict";
import { type CapabilityRig, openCapabilities } from "./capability_rig.ts";

const who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false"];

async function git(folder: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("git", { args: [...who, ...args], cwd: folder })
    .output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).trim();
}

/** A repository at `folder` with one commit of `f`. */
async function commit(folder: string, text = "one\n"): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  await git(folder, "init", "-q", "-b", "main");
  await Deno.writeTextFile(`${folder}/f`, text);
  await git(folder, "add", ".");
  await git(folder, "commit", "-q", "-m", "First");
}

/** A rig whose workspace is a repository with a change, and a program that leaves a mark when it is run. */
async function hostile(): Promise<CapabilityRig & { readonly program: string; ran(): Promise<boolean> }> {
  const rig = await openCapabilities();
  await commit(rig.workspace);
  const [program, mark] = [`${rig.outside}/program`, `${rig.outside}/ran`];
  await Deno.writeTextFile(program, `#!/bin/sh\ntouch ${mark}\ncat "$1" 2>/dev/null || true\n`, {
    mode: 0o755,
  });
  return Object.assign(rig, {
    program,
    ran: () => Deno.stat(mark).then(() => true, () => false),
  });
}

/** Everything that git can be asked for; refusals are fine. */
async function askAll({ context }: CapabilityRig): Promise<void> {
  await context.git.isRepository().catch(() => {});
  await context.git.log({ stats: true }).catch(() => {});
  await context.git.diff().catch(() => {});
  await context.git.diff({ from: "HEAD~1", to: "HEAD" }).catch(() => {});
  await context.git.tags().catch(() => {});
}

Deno.test("git runs no filter, driver or monitor of the repository's configuration, an included file's neither", async () => {
  await using rig = await hostile();
  const { workspace, program } = rig;
  const settings = [
    ["filter.x.clean", program],
    ["filter.x.smudge", program],
    ["filter.x.process", program],
    ["filter.x.required", "true"],
    ["diff.x.textconv", program],
    ["diff.x.command", program],
    ["merge.x.driver", program],
    ["core.fsmonitor", program],
    ["core.hooksPath", rig.outside],
    ["core.sshCommand", program],
    ["core.askPass", program],
    ["core.editor", program],
    ["core.alternateRefsCommand", program],
    ["credential.helper", program],
    ["gpg.program", program],
    ["pager.diff", program],
    ["diff.external", program],
    ["submodule.recurse", "true"],
  ] as const;
  for (const [key, value] of settings) await git(workspace, "config", key, value);
  await git(workspace, "config", "--file", `${rig.outside}/more`, "filter.y.clean", program);
  await git(workspace, "config", "include.path", `${rig.outside}/more`);
  await git(workspace, "config", "includeIf.onbranch:main.path", `${rig.outside}/more`);
  for (const attributes of ["* filter=x diff=x merge=x", "* filter=y"]) {
    await Deno.writeTextFile(`${workspace}/.gitattributes`, `${attributes}\n`);
    await Deno.writeTextFile(`${workspace}/.git/info/attributes`, `${attributes}\n`);
    await Deno.writeTextFile(`${workspace}/f`, `changed under ${attributes}\n`);
    assert.match(await rig.context.git.diff(), /\+changed under/);
    await askAll(rig);
  }
  assert.equal(await rig.ran(), false);
});

Deno.test("git fetches no object that a partial clone left out, over no transport", async () => {
  await using rig = await hostile();
  const { workspace, program } = rig;
  const object = await git(workspace, "rev-parse", "HEAD:f");
  for (
    const [key, value] of [
      ["core.repositoryformatversion", "1"],
      ["extensions.partialClone", "origin"],
      ["remote.origin.promisor", "true"],
      ["remote.origin.url", `ext::${program}`],
      ["protocol.ext.allow", "always"],
    ] as const
  ) await git(workspace, "config", key, value);
  await Deno.remove(`${workspace}/.git/objects/${object.slice(0, 2)}/${object.slice(2)}`);
  await Deno.writeTextFile(`${workspace}/f`, "changed\n");
  await assert.rejects(rig.context.git.diff(), { failureClass: "input" });
  assert.equal(await rig.ran(), false);
});

Deno.test("git takes no repository for one that has no folder named .git", async () => {
  await using rig = await hostile();
  const { workspace, program } = rig;
  // As it would be where the extension could have written it.
  await git(workspace, "config", "filter.x.clean", program);
  await git(workspace, "config", "core.worktree", await Deno.realPath(workspace));
  for (const name of ["HEAD", "config", "objects", "refs", "index"]) {
    await Deno.rename(`${workspace}/.git/${name}`, `${workspace}/${name}`);
  }
  await Deno.remove(`${workspace}/.git`, { recursive: true });
  await Deno.writeTextFile(`${workspace}/.gitattributes`, "* filter=x\n");
  await Deno.writeTextFile(`${workspace}/f`, "changed\n");
  assert.equal(await rig.context.git.isRepository(), false);
  await assert.rejects(rig.context.git.diff(), /not a git repository/);
  assert.equal(await rig.ran(), false);
});

Deno.test("git shows no file outside the workspace, by another work tree or by a name in the index", async () => {
  await using rig = await hostile();
  const { workspace, outside } = rig;
  await Deno.writeTextFile(`${outside}/f`, "SECRET\n");
  await git(workspace, "config", "core.worktree", outside);
  assert.ok(!(await rig.context.git.diff()).includes("SECRET"));
  await git(workspace, "config", "--unset", "core.worktree");

  await Deno.mkdir(`${workspace}/xx/outside`, { recursive: true });
  await Deno.writeTextFile(`${workspace}/xx/outside/f`, "inside\n");
  await git(workspace, "add", ".");
  await renameInIndex(`${workspace}/.git/index`, "xx/outside/f", "../outside/f");
  const shown = await rig.context.git.diff().catch((error) => {
    assert.match(error.message, /index names ".*outside\/f", which leads elsewhere/);
    return "";
  });
  assert.ok(!shown.includes("SECRET"), shown);
});

/** Gives a file another name of the same length, as git itself never would. */
async function renameInIndex(path: string, from: string, to: string): Promise<void> {
  const bytes = (await Deno.readFile(path)).slice(0, -20);
  const at = new TextDecoder("latin1").decode(bytes).indexOf(from);
  assert.ok(at > 0);
  bytes.set(new TextEncoder().encode(to), at);
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-1", bytes));
  await Deno.writeFile(path, new Uint8Array([...bytes, ...sum]));
}

Deno.test("git gives no history of another repository, whatever leads to it", async () => {
  const lead: Readonly<Record<string, (workspace: string, other: string) => Promise<void>>> = {
    "a .git that is a link": async (workspace, other) => {
      await Deno.remove(`${workspace}/.git`, { recursive: true });
      await Deno.symlink(`${other}/.git`, `${workspace}/.git`);
    },
    "a .git that names it": async (workspace, other) => {
      await Deno.remove(`${workspace}/.git`, { recursive: true });
      await Deno.writeTextFile(`${workspace}/.git`, `gitdir: ${other}/.git\n`);
    },
    "a .git that names a work tree of it": async (workspace, other) => {
      await git(other, "worktree", "add", "-q", "-b", "topic", `${other}-topic`);
      await Deno.remove(`${workspace}/.git`, { recursive: true });
      await Deno.copyFile(`${other}-topic/.git`, `${workspace}/.git`);
    },
    "commondir": (workspace, other) => Deno.writeTextFile(`${workspace}/.git/commondir`, `${other}/.git\n`),
    "links to objects and names": async (workspace, other) => {
      for (const name of ["objects", "refs"]) {
        await Deno.remove(`${workspace}/.git/${name}`, { recursive: true });
        await Deno.symlink(`${other}/.git/${name}`, `${workspace}/.git/${name}`);
      }
    },
    "alternates and a link to a name": async (workspace, other) => {
      await Deno.writeTextFile(`${workspace}/.git/objects/info/alternates`, `${other}/.git/objects\n`);
      await Deno.remove(`${workspace}/.git/refs/heads/main`);
      await Deno.symlink(`${other}/.git/refs/heads/main`, `${workspace}/.git/refs/heads/main`);
    },
    "alternates": (workspace, other) =>
      Deno.writeTextFile(`${workspace}/.git/objects/info/alternates`, `${other}/.git/objects\n`),
  };
  for (const [how, make] of Object.entries(lead)) {
    await using rig = await openCapabilities();
    await commit(rig.workspace);
    await commit(`${rig.outside}/other`, "SECRET\n");
    await Deno.writeTextFile(`${rig.outside}/other/f`, "SECRET again\n");
    await git(`${rig.outside}/other`, "commit", "-q", "-a", "-m", "SECRET");
    const other = await git(`${rig.outside}/other`, "rev-parse", "HEAD");
    await make(rig.workspace, `${rig.outside}/other`);
    for (const range of ["HEAD", other]) {
      const log = await rig.context.git.log({ range }).catch((error) => {
        assert.match(error.message, /its repository leads elsewhere/, how);
        return [];
      });
      assert.ok(!JSON.stringify(log).includes("SECRET"), how);
    }
  }
});

Deno.test("git shows no file or folder of a revision beside the workspace", async () => {
  await using rig = await openCapabilities();
  await commit(rig.workspace);
  for (const revision of ["HEAD:f", "HEAD:../f", "HEAD:", ":f"]) {
    await assert.rejects(rig.context.git.diff({ from: revision, to: revision }), { failureClass: "input" });
  }
});

Deno.test("git runs no git that lies in the workspace", async () => {
  await using rig = await hostile();
  await Deno.copyFile(rig.program, `${rig.workspace}/git`);
  const path = Deno.env.get("PATH") ?? "";
  try {
    for (const first of [await Deno.realPath(rig.workspace), ".", ""]) {
      Deno.env.set("PATH", `${first}:${path}`);
      await askAll(rig);
      assert.equal(await rig.ran(), false, `PATH begins with "${first}"`);
    }
  } finally {
    Deno.env.set("PATH", path);
  }
});

Deno.test("git works in a linked work tree, a submodule, a folder of a repository and with a split index", async () => {
  await using rig = await openCapabilities();
  const { workspace, outside, context } = rig;
  await commit(`${outside}/main`);
  await Deno.remove(workspace);
  await git(`${outside}/main`, "worktree", "add", "-q", "-b", "topic", workspace);
  await Deno.writeTextFile(`${workspace}/f`, "changed\n");
  assert.match(await context.git.diff(), /\+changed/);
  assert.equal((await context.git.log()).length, 1);

  await git(`${outside}/main`, "worktree", "remove", "--force", workspace);
  await commit(`${outside}/super`);
  const allow = ["-c", "protocol.file.allow=always"];
  await git(`${outside}/super`, ...allow, "submodule", "add", "-q", `${outside}/main`, "sub");
  await using inSub = await openCapabilities({ workspace: `${outside}/super/sub` });
  await Deno.writeTextFile(`${outside}/super/sub/f`, "deeper\n");
  assert.match(await inSub.context.git.diff(), /\+deeper/);

  await Deno.mkdir(`${outside}/main/folder`);
  await Deno.writeTextFile(`${outside}/main/folder/g`, "g\n");
  await git(`${outside}/main`, "add", ".");
  await git(`${outside}/main`, "commit", "-q", "-m", "Second");
  await git(`${outside}/main`, "update-index", "--split-index");
  await Deno.writeTextFile(`${outside}/main/folder/g`, "more\n");
  await Deno.writeTextFile(`${outside}/main/f`, "beside\n");
  await using inFolder = await openCapabilities({ workspace: `${outside}/main/folder` });
  const diff = await inFolder.context.git.diff();
  assert.match(diff, /\+more/);
  assert.ok(!diff.includes("beside"), "what lies beside the workspace is not shown");
});

Deno.test("git keeps how files are stored: line ends of the configuration count", async () => {
  await using rig = await openCapabilities();
  await commit(rig.workspace);
  await git(rig.workspace, "config", "core.autocrlf", "true");
  await Deno.writeTextFile(`${rig.workspace}/f`, "one\r\n");
  assert.equal(await rig.context.git.diff(), "");
});
