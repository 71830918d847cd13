/** Where a relative link leads. @module */

export interface Place {
  /** Relative to the workspace; begins with `../` where it leads out. */
  readonly path: string;
  /** Without the `#`; empty where the link names none. */
  readonly anchor: string;
}

/** The place that `target`, written in `file`, names; undefined for addresses and other schemes. */
export function resolveLink(file: string, target: string): Place | undefined {
  if (/^[a-z][a-z0-9+.-]*:|^\/\//i.test(target) || target === "") return undefined;
  const [before = "", anchor = ""] = target.split("#");
  const path = decoded(before.split("?")[0] ?? "");
  if (path === "") return { path: file, anchor: decoded(anchor).toLowerCase() };
  const steps = path.startsWith("/") ? [] : file.split("/").slice(0, -1);
  for (const step of path.split("/")) {
    if (step === "..") {
      if (steps.length === 0 || steps.at(-1) === "..") steps.push("..");
      else steps.pop();
    } else if (step !== "." && step !== "") steps.push(step);
  }
  return { path: steps.length === 0 ? "." : steps.join("/"), anchor: decoded(anchor).toLowerCase() };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
