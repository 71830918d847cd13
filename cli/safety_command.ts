/** `grants policy|approve`, `trust …` and `extensions release`. @module */

import { SymphonyError } from "../core/errors.ts";
import { type PolicyName, policyNames } from "../core/policy/permission_policy.ts";
import { type Arguments, exitCodes } from "./command.ts";
import { sessionOptions } from "./flags.ts";
import type { SafetyDesk } from "./safety_desk.ts";
import type { CliServices } from "./services.ts";
import { cleanLine, table } from "./text.ts";

/** The keepers. @throws SymphonyError `unsupported` where the program has none */
export function safetyOf({ safety }: CliServices): SafetyDesk {
  if (safety !== undefined) return safety;
  throw new SymphonyError("unsupported", "Cannot do this here: this program keeps no permissions");
}

/** Shows the policy, or sets its base. @throws SymphonyError `bad-input` */
export async function grantsPolicyCommand(services: CliServices, args: Arguments): Promise<number> {
  const data = services.dataFolder(args.value("data"));
  const [name] = args.positionals;
  if (name !== undefined) {
    if (!policyNames.includes(name as PolicyName)) {
      const known = policyNames.join(", ");
      throw new SymphonyError(
        "bad-input",
        `Cannot set policy "${cleanLine(name)}": expected one of ${known}`,
      );
    }
    await safetyOf(services).setPolicy(data, name as PolicyName);
  }
  const policy = await safetyOf(services).policy(data);
  if (args.has("json")) await services.stdout.write(`${JSON.stringify(policy)}\n`);
  else {
    const { base, rules: { length } } = policy;
    const own = length === 0
      ? "no rules of your own"
      : `${length} rule${length === 1 ? "" : "s"} of your own`;
    await services.stdout.write(`Policy ${base}, ${own}\n`);
  }
  return exitCodes.completed;
}

/** Lets an extension ask for what it asks for now. @throws SymphonyError `not-found` */
export async function grantsApproveCommand(services: CliServices, args: Arguments): Promise<number> {
  await safetyOf(services).approve(sessionOptions(services, args), args.positional(0));
  await services.stdout.write(`Approved what ${cleanLine(args.positional(0))} asks for\n`);
  return exitCodes.completed;
}

/** One line a folder. */
export async function trustListCommand(services: CliServices, args: Arguments): Promise<number> {
  const folders = [...await safetyOf(services).folders(services.dataFolder(args.value("data")))];
  if (args.has("json")) {
    const lines = folders.map(([folder, trust]) => `${JSON.stringify({ folder, trust })}\n`);
    await services.stdout.write(lines.join(""));
    return exitCodes.completed;
  }
  const rows = folders.map(([folder, trust]) => [trust, cleanLine(folder)]);
  await services.stdout.write(rows.length === 0 ? "Nothing was said of any folder\n" : table(rows));
  return exitCodes.completed;
}

/** `trust add`, `trust restrict` and `trust forget`. */
export function trustCommand(trust: "trusted" | "restricted" | "unknown") {
  return async (services: CliServices, args: Arguments): Promise<number> => {
    const folder = services.absolute(args.positionals[0] ?? ".");
    if (trust !== "unknown" && !services.isFolder(folder)) {
      throw new SymphonyError("not-found", `Cannot find folder "${cleanLine(folder)}"`);
    }
    await safetyOf(services).setTrust(services.dataFolder(args.value("data")), folder, trust);
    const said = trust === "unknown"
      ? "Forgot what was said of"
      : trust === "trusted"
      ? "Trusted"
      : "Restricted";
    await services.stdout.write(`${said} ${cleanLine(folder)}\n`);
    return exitCodes.completed;
  };
}

/** Ends a quarantine. @throws SymphonyError `not-found` */
export async function extensionsReleaseCommand(services: CliServices, args: Arguments): Promise<number> {
  const extension = args.positional(0);
  await safetyOf(services).release(services.dataFolder(args.value("data")), extension);
  await services.stdout.write(`Released ${cleanLine(extension)}: it is on probation\n`);
  return exitCodes.completed;
}
