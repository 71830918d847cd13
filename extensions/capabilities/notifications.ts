/**
 * Messages to the person.
 *
 * @module
 */

import { ExtensionFailure } from "../sdk/failure.ts";
import { type CallScope, demand, type Operation, textArgument } from "./capability.ts";

/** The operation `notifications.show` of one call. */
export function notificationOperations(scope: CallScope): Readonly<Record<string, Operation>> {
  return {
    "notifications.show": async (args) => {
      const text = textArgument(args, "text");
      const level = textArgument(args, "level");
      if (level !== "info" && level !== "warn" && level !== "error") {
        throw new ExtensionFailure(
          "input",
          `Argument "level" must be info, warn or error, found "${level.slice(0, 40)}"`,
        );
      }
      await demand(scope, "notifications");
      if (scope.notify === undefined) {
        throw new ExtensionFailure("unavailable", "Cannot show a message: nobody is shown any here");
      }
      const { text: shown } = scope.notify(level, text);
      scope.authority.used?.("notifications", `${level}: ${shown}`);
      return { value: null };
    },
  };
}
