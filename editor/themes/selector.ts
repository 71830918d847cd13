/**
 * Scope selectors of TextMate themes: which rule of a theme fits a stack of scopes, and how well.
 *
 * A selector is alternatives split by commas; each a path of scopes ("source.js string"), which must occur in the stack in this order,
 * perhaps less some paths after " - ". A scope of a path fits a scope of the stack whose first parts it names.
 *
 * @module
 */

interface Path {
  readonly steps: readonly (readonly string[])[];
  readonly excludes: readonly (readonly (readonly string[])[])[];
}

export class ScopeSelector {
  readonly #paths: readonly Path[];

  private constructor(paths: readonly Path[]) {
    this.#paths = paths;
  }

  /** What cannot be read as a selector fits nothing. The empty selector fits everything, least. */
  static parse(text: string): ScopeSelector {
    const paths: Path[] = [];
    for (const alternative of text.split(",")) {
      const [wanted = "", ...excluded] = alternative.split(/\s+-\s*|^-\s*/);
      paths.push({
        steps: stepsOf(wanted),
        excludes: excluded.map(stepsOf).filter(({ length }) => length > 0),
      });
    }
    return new ScopeSelector(paths);
  }

  /**
   * How well this fits a stack, outermost scope first: undefined for not at all, else higher for a deeper scope that fits and for more of
   * its parts named (syntect's and TextMate's order).
   */
  score(stack: readonly (readonly string[])[]): number | undefined {
    let best: number | undefined;
    for (const { steps, excludes } of this.#paths) {
      const score = pathScore(steps, stack);
      if (score === undefined || (best !== undefined && score <= best)) continue;
      if (excludes.every((path) => pathScore(path, stack) === undefined)) best = score;
    }
    return best;
  }
}

/** The parts of a scope: "string.quoted.js" is three. */
export function scopeParts(scope: string): readonly string[] {
  return scope.split(".");
}

function stepsOf(path: string): (readonly string[])[] {
  return path.trim().split(/\s+/).filter((step) => step !== "" && step !== ">").map(scopeParts);
}

function pathScore(
  steps: readonly (readonly string[])[],
  stack: readonly (readonly string[])[],
): number | undefined {
  let score = 0;
  let next = steps.length - 1;
  // From the innermost scope outwards, so that each step fits as deep as it can.
  for (let at = stack.length - 1; at >= 0 && next >= 0; at--) {
    const step = steps[next]!;
    if (!startsWith(stack[at]!, step)) continue;
    score += step.length * 8 ** at;
    next--;
  }
  return next < 0 ? score : undefined;
}

function startsWith(scope: readonly string[], step: readonly string[]): boolean {
  return step.length <= scope.length && step.every((part, at) => part === scope[at] || part === "*");
}
