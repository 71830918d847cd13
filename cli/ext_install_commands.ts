/** `ext install|update|rollback|uninstall|list`. @module */

import { type Arguments, exitCodes } from "./command.ts";
import type { StagedFacts } from "./ext_desk.ts";
import { agreed, consentText, deskOf, errorsIn, problemText } from "./ext_text.ts";
import type { CliServices } from "./services.ts";
import { styleFor } from "./style.ts";
import { cleanLine, table } from "./text.ts";

/** Exit code 2 where it was refused, 1 where the person said no. */
export async function extInstallCommand(services: CliServices, args: Arguments): Promise<number> {
  await using staged = await (await deskOf(services, args)).stage(args.positional(0));
  if (staged.isSame && staged.refusal === undefined) {
    return await tell(
      services,
      args,
      staged,
      "unchanged",
      `${staged.id} ${staged.version} is installed already\n`,
    );
  }
  return await decide(services, args, staged);
}

/** Exit code 1 where one waits for a yes. */
export async function extUpdateCommand(services: CliServices, args: Arguments): Promise<number> {
  const desk = await deskOf(services, args);
  const [only] = args.positionals;
  const ids = only === undefined ? (await desk.installed()).map(({ id }) => id) : [only];
  let code: number = exitCodes.completed;
  for (const id of ids) {
    await using staged = await desk.stageUpdate(id);
    if (staged.isSame || !staged.isNewer) {
      await tell(
        services,
        args,
        staged,
        "unchanged",
        `${cleanLine(id)} ${cleanLine(staged.before ?? "")} is the newest\n`,
      );
      continue;
    }
    const asksMore = staged.consent.asks.length > 0;
    const canAsk = args.has("yes") || services.stdout.isTerminal;
    if (asksMore && staged.refusal === undefined && !canAsk) {
      const style = styleFor(services, services.stdout);
      const head = `${staged.id} ${staged.before} → ${staged.version} asks for more`;
      const text = `${
        consentText(head, staged.consent, style)
      }It stays off until you agree: ${services.program} ext update ${id} --yes\n`;
      await tell(services, args, staged, "waiting", text);
      code = exitCodes.failed;
      continue;
    }
    const ended = await decide(services, args, staged, !asksMore);
    if (ended !== exitCodes.completed) code = ended;
  }
  if (ids.length === 0 && !args.has("json")) await services.stdout.write("Nothing is installed\n");
  return code;
}

/** @throws SymphonyError `not-found` */
export async function extRollbackCommand(services: CliServices, args: Arguments): Promise<number> {
  const { version } = await (await deskOf(services, args)).rollBack(args.positional(0));
  await services.stdout.write(`${cleanLine(args.positional(0))} is ${cleanLine(version)} again\n`);
  return exitCodes.completed;
}

/** @throws SymphonyError `not-found` */
export async function extUninstallCommand(services: CliServices, args: Arguments): Promise<number> {
  await (await deskOf(services, args)).uninstall(args.positional(0));
  await services.stdout.write(`Removed ${cleanLine(args.positional(0))} with its grants and settings\n`);
  return exitCodes.completed;
}

export async function extListCommand(services: CliServices, args: Arguments): Promise<number> {
  const installed = await (await deskOf(services, args)).installed();
  if (args.has("json")) {
    await services.stdout.write(installed.map((one) => `${JSON.stringify(one)}\n`).join(""));
    return exitCodes.completed;
  }
  const rows = installed.map(({ id, version, from, problem }) => [
    cleanLine(id),
    cleanLine(version),
    from.kind,
    cleanLine(problem ?? from.where),
  ]);
  await services.stdout.write(rows.length === 0 ? "Nothing is installed\n" : table(rows));
  return exitCodes.completed;
}

/** Shows what is asked, asks, installs. */
async function decide(
  services: CliServices,
  args: Arguments,
  staged: StagedFacts,
  isAgreed = false,
): Promise<number> {
  const style = styleFor(services, services.stdout);
  if (staged.refusal !== undefined) {
    const text = `${problemText(services, staged.problems, style)}${cleanLine(staged.id)} ${
      cleanLine(staged.version)
    } is not installed: ${cleanLine(staged.refusal)}\n`;
    await tell(services, args, staged, "refused", text);
    return exitCodes.wrongInput;
  }
  const change = staged.before === undefined ? staged.version : `${staged.before} → ${staged.version}`;
  if (!args.has("json")) {
    const head = `${staged.id} ${change}, from ${staged.from.kind} ${staged.from.where}`;
    const warnings = errorsIn(staged.problems) === 0 ? problemText(services, staged.problems, style) : "";
    await services.stdout.write(warnings + consentText(head, staged.consent, style));
  }
  if (!isAgreed && !await agreed(services, args, `Install ${cleanLine(staged.id)}?`)) {
    await tell(services, args, staged, "declined", "Nothing was installed\n");
    return exitCodes.failed;
  }
  await staged.install();
  return await tell(
    services,
    args,
    staged,
    "installed",
    `Installed ${cleanLine(staged.id)} ${cleanLine(staged.version)}\n`,
  );
}

async function tell(
  services: CliServices,
  args: Arguments,
  { id, version, before, refusal, consent, problems, from }: StagedFacts,
  outcome: string,
  text: string,
): Promise<number> {
  const facts = { outcome, id, version, before, refusal, from, consent, problems };
  await services.stdout.write(args.has("json") ? `${JSON.stringify(facts)}\n` : text);
  return exitCodes.completed;
}
