/**
 * The guards: what stands between a stranger's code and the person's machine, each with the line that makes it, what that
 * line becomes when the guard is taken away, and the test that turns red then. `try_guards.ts` really does that;
 * `extensions/GUARDS.md` is the list in words.
 *
 * @module
 */

import type { Guard } from "./guard.ts";
import { askingGuards } from "./asking_guards.ts";
import { grantGuards } from "./grant_guards.ts";
import { permissionGuards } from "./permission_guards.ts";
import { processGuards } from "./process_guards.ts";
import { proposalGuards } from "./proposal_guards.ts";
import { reachGuards } from "./reach_guards.ts";
import { supervisionGuards } from "./supervision_guards.ts";

export type { Guard };

export const guards: readonly Guard[] = [
  ...processGuards,
  ...supervisionGuards,
  ...permissionGuards,
  ...grantGuards,
  ...reachGuards,
  ...askingGuards,
  ...proposalGuards,
];
