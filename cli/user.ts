/** Whose work a run is: `--user`, else SYMPHONY_USER, else who is logged in. @module */

import { isUserName, readUserName } from "../core/policy/user_name.ts";
import type { Arguments, Flag } from "./command.ts";
import type { ProcessServices } from "./services.ts";

export const userFlag: Flag = {
  name: "user",
  value: "NAME",
  summary: "whose work it is, for fair shares; else SYMPHONY_USER, else who is logged in",
};

/** Undefined where nobody says it. @throws SymphonyError `bad-input` for a name that is none */
export function userOf(
  { env, loginName }: Pick<ProcessServices, "env" | "loginName">,
  args?: Arguments,
): string | undefined {
  const flag = args?.value("user");
  if (flag !== undefined) return readUserName(flag, "--user");
  const asked = env("SYMPHONY_USER");
  if (asked !== undefined && asked !== "") return readUserName(asked, "SYMPHONY_USER");
  const names = [...["USER", "LOGNAME", "USERNAME"].map(env), loginName?.()];
  return names.find((name) => name !== undefined && isUserName(name));
}
