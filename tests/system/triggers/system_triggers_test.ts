import { dirname } from "node:path";
import { SystemTriggers } from "../../../system/triggers/system_triggers.ts";
import { plain } from "../../contracts/subject.ts";
import { type Outside, testTriggerSourcePort } from "../../contracts/trigger_source_contract.ts";

async function outside(): Promise<Outside & AsyncDisposable> {
  const folder = await Deno.makeTempDir({ prefix: "symphony-triggers-" });
  const git = async (...words: string[]) => {
    const author = ["-c", "user.name=A", "-c", "user.email=a@example.org"];
    const { stdout } = await new Deno.Command("git", { args: ["-C", folder, ...author, ...words] }).output();
    return new TextDecoder().decode(stdout).trim();
  };
  return {
    folder,
    write: async (name, text) => {
      await Deno.mkdir(dirname(`${folder}/${name}`), { recursive: true });
      await Deno.writeTextFile(`${folder}/${name}`, text);
    },
    remove: (name) => Deno.remove(`${folder}/${name}`),
    commit: async () => {
      await git("init", "-q", "-b", "main");
      await git("commit", "-q", "--allow-empty", "-m", "A commit");
      return await git("rev-parse", "HEAD");
    },
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

testTriggerSourcePort("SystemTriggers", () => Promise.resolve(plain(new SystemTriggers())), outside);
