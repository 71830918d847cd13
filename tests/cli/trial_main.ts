/**
 * The program with the trial operators in place of extension hosts: everything else is real. Started by process_test.ts as
 * a process of its own, for signals, pipes and terminals.
 *
 * @module
 */

import { runCli } from "../../cli/mod.ts";
import { processServices } from "../../cli/process_services.ts";
import type { SessionOptions } from "../../cli/services.ts";
import { CompositionDesk } from "../../conductor/composition/mod.ts";
import { ConductorDesk } from "../../conductor/desk.ts";
import { FileDecisionLog } from "../../conductor/learning/file_log.ts";
import { FolderPolicies } from "../../conductor/learning/folder_policies.ts";
import { SimpleConductor } from "../../conductor/simple_conductor.ts";
import { extensionId } from "../../core/ids.ts";
import { Runner } from "../../core/orchestration/runner.ts";
import { InProcessExtensions } from "../../extensions/in_process.ts";
import { openPit } from "../../pit/open_pit.ts";
import { SystemClock } from "../../system/clock.ts";
import { dataFolderPath, makeDataFolder } from "../../system/data_folder.ts";
import { folderFiles } from "../../system/folder_files.ts";
import { SystemRandom } from "../../system/random.ts";
import { SystemTriggers } from "../../system/triggers/system_triggers.ts";
import { trialExtension } from "./trial_extension.ts";

const clock = new SystemClock();

async function open(data: string, wrap?: SessionOptions["wrap"]) {
  const real = new InProcessExtensions([{
    id: extensionId("tests/trial"),
    definition: trialExtension,
  }]);
  const extensions = wrap?.(real) ?? real;
  const pit = await openPit(
    makeDataFolder(data),
    {
      warm: (id) => extensions.activate(id),
      cool: (id) => extensions.deactivate(id),
      isAlive: (id) => extensions.isAlive(id),
    },
    clock,
    { pid: Deno.pid },
  );
  const services = {
    pit,
    memo: pit.memo,
    control: pit.control,
    extensions,
    conductor: new SimpleConductor(),
    clock,
    random: new SystemRandom(),
  };
  return {
    runner: new Runner(services, () => extensions.describe()),
    pit,
    memo: pit.memo,
    compaction: pit.compaction,
    queue: pit.queue,
    control: pit.control,
    pools: pit.pools,
    extensions,
    [Symbol.asyncDispose]: async () => {
      await extensions.close();
      await pit[Symbol.asyncDispose]();
    },
  };
}

const code = await runCli({
  ...processServices(),
  version: "0.0.1-test",
  program: "symphony",
  clock,
  random: new SystemRandom(),
  triggerSource: new SystemTriggers(),
  dataFolder: (flag) => dataFolderPath(flag),
  templates: () => [],
  catalog: () =>
    new InProcessExtensions([{ id: extensionId("tests/trial"), definition: trialExtension }]).describe(),
  openSession: ({ data, wrap }) => open(data, wrap),
  openStore: (data) => open(data),
  serve: () => Promise.reject(new Error("The trial serves no page")),
  composition: (data) =>
    new CompositionDesk({
      store: new FolderPolicies(data),
      clock,
      readFile: (path) => Deno.readFileSync(path),
    }),
  conductor: () =>
    new ConductorDesk({
      folderFiles,
      monotonic: () => clock.monotonic(),
      now: () => clock.now(),
      open: (data) => ({
        log: new FileDecisionLog(`${data}/decisions.jsonl`),
        store: new FolderPolicies(data),
      }),
    }),
  installed: () => Promise.resolve([]),
  limits: {
    list: () => Promise.resolve([]),
    set: () => Promise.resolve(),
    remove: () => Promise.resolve(false),
  },
  settings: { list: () => Promise.resolve([]), change: () => Promise.resolve() },
  grants: {
    list: () => Promise.resolve([]),
    add: () => Promise.resolve(),
    remove: () => Promise.resolve(false),
  },
});
Deno.exit(code);
