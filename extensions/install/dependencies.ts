/**
 * Which extensions can be loaded together: each one's dependencies must be there in a version that its range takes in,
 * and Symphony itself in one that it is made for. Whoever cannot is left out with the reason; nobody else is.
 *
 * @module
 */

import { didYouMean } from "../../core/workflow/suggest.ts";
import { satisfies } from "../versions.ts";

export interface Dependent {
  readonly id: string;
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly engine?: string;
}

export interface Resolution<T extends Dependent> {
  /** Dependencies before those that need them; otherwise in the given order. */
  readonly order: readonly T[];
  readonly conflicts: readonly { readonly id: string; readonly reason: string }[];
}

/** Sorts out `all`, for Symphony in version `engine`. */
export function resolveDependencies<T extends Dependent>(all: readonly T[], engine: string): Resolution<T> {
  const byId = new Map(all.map((one) => [one.id, one]));
  const order: T[] = [];
  const conflicts: { id: string; reason: string }[] = [];
  const outcome = new Map<string, "loaded" | "left out">();
  const trail: string[] = [];

  const visit = (one: T): boolean => {
    const known = outcome.get(one.id);
    if (known !== undefined) return known === "loaded";
    trail.push(one.id);
    const reason = reasonAgainst(one);
    trail.pop();
    if (reason === undefined) order.push(one);
    else if (!outcome.has(one.id)) conflicts.push({ id: one.id, reason });
    if (!outcome.has(one.id)) outcome.set(one.id, reason === undefined ? "loaded" : "left out");
    return outcome.get(one.id) === "loaded";
  };

  const reasonAgainst = (one: T): string | undefined => {
    if (one.engine !== undefined && !satisfies(engine, one.engine)) {
      return `it is made for Symphony ${one.engine}, and this is ${engine}`;
    }
    for (const [id, range] of Object.entries(one.dependencies)) {
      const needed = byId.get(id);
      if (needed === undefined) {
        return `it needs ${id} ${range}, which is not installed. ${
          didYouMean(id, byId.keys(), "extensions")
        }`;
      }
      if (!satisfies(needed.version, range)) return mismatch(one, needed, range, all);
      const at = trail.indexOf(id);
      if (at >= 0) return `it needs itself: ${[...trail.slice(at), id].join(" needs ")}`;
      if (!visit(needed)) return `it needs ${id}, which cannot be loaded itself`;
    }
    return undefined;
  };

  for (const one of all) visit(one);
  return { order, conflicts };
}

/** Whether another version would do for everybody, so that the person knows what to change. */
function mismatch(one: Dependent, needed: Dependent, range: string, all: readonly Dependent[]): string {
  const others = all.filter(({ id, dependencies }) =>
    id !== one.id && Object.hasOwn(dependencies, needed.id) &&
    satisfies(needed.version, dependencies[needed.id] ?? "")
  );
  const held = others.map(({ id, dependencies }) => `${id} needs ${dependencies[needed.id]}`).join(", ");
  return `it needs ${needed.id} ${range}, but ${needed.version} is installed${
    held === "" ? "" : `, which fits others (${held})`
  }`;
}
