/** What a node has alone, by one name however it is spelled. @module */

import type { Json } from "../json.ts";

/**
 * The exclusive thing of a call that writes at `path` below `workspace`: `a.txt`, `./a.txt` and `b/../a.txt` are one. Links are
 * not followed: two names of one file by a link are two things.
 */
export function writtenPlace(workspace: string, path: Json | undefined): string {
  const given = typeof path === "string" ? path.replaceAll("\\", "/") : ".";
  const isWhole = given.startsWith("/") || /^[A-Za-z]:\//.test(given);
  const steps: string[] = [];
  for (const step of (isWhole ? given : `${workspace.replaceAll("\\", "/")}/${given}`).split("/")) {
    if (step === "..") steps.pop();
    else if (step !== "" && step !== ".") steps.push(step);
  }
  return `file:/${steps.join("/")}`;
}

/** An exclusive thing as a workflow names it: a file's name is its place, other names are as they are. */
export function exclusiveThing(workspace: string, name: string): string {
  return name.startsWith("file:") ? writtenPlace(workspace, name.slice("file:".length)) : name;
}
