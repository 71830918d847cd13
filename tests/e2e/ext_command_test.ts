/**
 * The commands for extensions, MCP servers and agents as a person or a script sees them: words, JSON, exit codes.
 *
 * @module
 */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { inFolder, manifestText, operatorText, replaceFile } from "../extensions/dev/bench.ts";
import { symphony, symphonyArgs } from "./symphony_process.ts";

const files = fileURLToPath(
  new URL("../../node_modules/@modelcontextprotocol/server-filesystem/dist/index.js", import.meta.url),
);
const agent = fileURLToPath(new URL("../extensions/acp/agent_process.ts", import.meta.url));
const good = operatorText("    void context; return input;");

Deno.test("ext commands end with 2 for bad input, and say what would be right", async () => {
  await inFolder(
    { "tool/symphony.jsonc": manifestText(), "tool/main.ts": "export default {" },
    async (folder) => {
      const env = { SYMPHONY_DATA: `${folder}/data` };
      const cases: readonly (readonly [readonly string[], RegExp])[] = [
        [["ext", "new", "Bad Name"], /Cannot name an extension "Bad Name"/],
        [
          ["ext", "new", "x", "--kind", "widget"],
          /Unknown kind "widget": expected operator, instrument, motif/,
        ],
        [["ext", "check", "nowhere"], /Cannot find the folder "nowhere"/],
        [["ext", "check", "."], /Cannot find symphony\.jsonc/],
        [["ext", "check", "tool"], /tool\/main\.ts:1:17: error bundle/],
        [["ext", "pack", "tool"], /error bundle/],
        [["ext", "test", "tool"], /error bundle/],
        [["ext", "install", "tool", "--yes"], /Cannot install/],
        [["ext", "install", "./nowhere"], /there is no such folder or file/],
        [["ext", "uninstall", "acme/none"], /Cannot find an installed extension "acme\/none"/],
        [["mcp", "add", "x"], /Missing COMMAND\|URL/],
        [["mcp", "add", "Bad", "--yes", "--", "node"], /Cannot name it "Bad"/],
        [["mcp", "tools", "none"], /Cannot find an MCP server "none"/],
        [["agents", "add", "x", "--policy", "maybe", "--yes", "--", "node"], /Unknown policy "maybe"/],
        [["agents", "remove", "none"], /Cannot find an agent "none"/],
      ];
      const results = await Promise.all(cases.map(([args]) => symphony(args, { cwd: folder, env })));
      for (const [at, { code, out, err }] of results.entries()) {
        const [args, message] = cases[at] ?? [[], /x/];
        assert.equal(code, 2, `${args.join(" ")}\n${out}${err}`);
        assert.match(out + err, message, args.join(" "));
      }
      assert.equal(await Deno.stat(`${folder}/x`).catch(() => undefined), undefined);
    },
  );
});

Deno.test("ext check and test speak JSON, one value a line", async () => {
  await inFolder({
    "tool/symphony.jsonc": manifestText(),
    "tool/main.ts": operatorText("    void context; eval('1'); return input;"),
    "good/symphony.jsonc": manifestText(),
    "good/main.ts": good,
    "good/tests/a.test.jsonc": '{ "use": "acme/tool", "expect": { "output": { "text": "other" } } }',
  }, async (folder) => {
    const env = { SYMPHONY_DATA: `${folder}/data` };
    const check = await symphony(["ext", "check", "tool", "--json"], { cwd: folder, env });
    const [problem] = check.out.trim().split("\n").map((line) => JSON.parse(line));
    assert.deepEqual([check.code, problem.code, problem.line], [2, "eval", 10]);
    const test = await symphony(["ext", "test", "good", "--json"], { cwd: folder, env });
    const [result, end] = test.out.trim().split("\n").map((line) => JSON.parse(line));
    assert.deepEqual([test.code, result.passed, end], [1, false, { type: "end", passed: 0, failed: 1 }]);
  });
});

Deno.test("ext install shows what is asked and installs nothing where nobody can say yes", async () => {
  const permissions = [{ kind: "files", access: "read", reason: "Reads what it is given." }];
  await inFolder({
    "tool/symphony.jsonc": manifestText({ permissions }),
    "tool/main.ts": operatorText("    void context.files.readText('x'); return input;"),
  }, async (folder) => {
    const env = { SYMPHONY_DATA: `${folder}/data` };
    const { code, out, err } = await symphony(["ext", "install", "tool"], { cwd: folder, env });
    assert.equal(code, 2);
    assert.match(out, /may read files in the folder of a run +medium +Reads what it is given\./);
    assert.match(out, /does not ask to change files, to reach the network, to use keys/);
    assert.match(err, /no terminal\n +Read what is shown, then repeat it with --yes/);
    assert.equal((await symphony(["ext", "list"], { cwd: folder, env })).out, "Nothing is installed\n");
  });
});

Deno.test("ext update leaves an update off that asks for more, until the person agrees", async () => {
  await inFolder({ "tool/symphony.jsonc": manifestText(), "tool/main.ts": good }, async (folder) => {
    const env = { SYMPHONY_DATA: `${folder}/data` };
    const say = (...args: string[]) => symphony(args, { cwd: folder, env });
    assert.equal((await say("ext", "install", "tool", "--yes")).code, 0);
    const permissions = [{ kind: "git", reason: "Looks who wrote it." }];
    await Deno.writeTextFile(
      `${folder}/tool/symphony.jsonc`,
      manifestText({ version: "1.1.0", permissions }),
    );
    await Deno.writeTextFile(
      `${folder}/tool/main.ts`,
      operatorText("    void context.git.tags(); return input;"),
    );
    const waiting = await say("ext", "update");
    assert.equal(waiting.code, 1);
    assert.match(waiting.out, /1\.0\.0 → 1\.1\.0 asks for more/);
    assert.match(waiting.out, /Looks who wrote it\./);
    assert.match((await say("ext", "list")).out, /acme\/tool +1\.0\.0/);
    assert.equal((await say("ext", "update", "acme/tool", "--yes")).code, 0);
    assert.match((await say("ext", "list")).out, /acme\/tool +1\.1\.0/);
    assert.match((await say("ext", "update")).out, /1\.1\.0 is the newest/);
    assert.match((await say("ext", "rollback", "acme/tool")).out, /is 1\.0\.0 again/);
  });
});

Deno.test("ext dev tells in JSON what loads, what does not and what is kept, and ends with Ctrl-C", async () => {
  await inFolder({ "symphony.jsonc": manifestText(), "main.ts": good }, async (folder) => {
    const child = new Deno.Command(Deno.execPath(), {
      args: symphonyArgs(["ext", "dev", folder, "--json"]),
      env: { NO_COLOR: "1", SYMPHONY_DATA: `${folder}.data` },
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const seen: string[] = [];
    let rest = "";
    for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        const news = JSON.parse(line) as { type: string; kept?: number; problems?: { line: number }[] };
        if (news.type === "changed") continue;
        seen.push(
          news.type === "failed" ? `failed at ${news.problems?.[0]?.line}, kept ${news.kept}` : news.type,
        );
        if (seen.length === 1) {
          await replaceFile(folder, "main.ts", "const a = 1;\nexport default {");
        } else if (seen.length === 2) await replaceFile(folder, "main.ts", good);
        else if (seen.length === 3) child.kill("SIGINT");
      }
    }
    assert.equal((await child.status).code, 0);
    assert.deepEqual(seen, ["loaded", "failed at 2, kept 1", "reloaded", "ended"]);
    await Deno.remove(`${folder}.data`, { recursive: true });
  });
});

Deno.test("an MCP server and an agent are added, checked against, run and removed", async () => {
  const workflow = {
    schema: 1,
    id: "both",
    nodes: {
      read: { use: "mcp-files/read-text-file", with: { path: "PATH" } },
      ask: { use: "agent/scripted", in: { prompt: "'say It says ' + read.text" } },
    },
    outputs: { text: "ask.text" },
  };
  await inFolder({ "a.txt": "hello" }, async (folder) => {
    const text = JSON.stringify(workflow).replace("PATH", `${folder}/a.txt`);
    await Deno.writeTextFile(`${folder}/both.workflow.jsonc`, text);
    await Deno.writeTextFile(`${folder}/wrong.workflow.jsonc`, text.replace('"path":', '"path2":'));
    const env = { SYMPHONY_DATA: `${folder}/data` };
    const say = (...args: string[]) => symphony(args, { cwd: folder, env });
    const added = await say("mcp", "add", "files", "--yes", "--json", "--", "node", files, folder);
    assert.equal(added.code, 0, added.err);
    assert.ok(
      JSON.parse(added.out).tools.some(({ type }: { type: string }) => type === "mcp-files/read-text-file"),
    );
    const agentAdded = await say(
      "agents",
      "add",
      "scripted",
      "--yes",
      "--",
      Deno.execPath(),
      "run",
      "-A",
      "-q",
      agent,
    );
    assert.equal(agentAdded.code, 0, agentAdded.err);
    assert.match(agentAdded.out, /outside|not in the sandbox/);
    const wrong = await say("check", "wrong.workflow.jsonc");
    assert.equal(wrong.code, 2);
    assert.match(wrong.out, /path2/);
    const ran = await say("run", "both.workflow.jsonc", "--allow-write");
    assert.equal(ran.code, 0, ran.err);
    assert.match(ran.out, /text: It says hello/);
    assert.equal((await say("mcp", "remove", "files")).code, 0);
    assert.equal((await say("agents", "remove", "scripted")).code, 0);
    assert.equal((await say("check", "both.workflow.jsonc")).code, 2);
  });
});
