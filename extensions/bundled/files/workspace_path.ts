/**
 * Paths as people write them, brought into the one form that outputs use: relative, slashes, no `.` steps.
 *
 * @module
 */

/**
 * `./a//b/` becomes `a/b`, the workspace itself "". Whether the path may be read is not decided here: the capability
 * refuses what lies outside.
 */
export function workspacePath(path: string): string {
  const slashed = path.replaceAll("\\", "/");
  const steps: string[] = [];
  for (const step of slashed.split("/")) {
    if (step === "" || step === ".") continue;
    if (step === ".." && steps.length > 0 && steps.at(-1) !== "..") steps.pop();
    else steps.push(step);
  }
  return (slashed.startsWith("/") ? "/" : "") + steps.join("/");
}
