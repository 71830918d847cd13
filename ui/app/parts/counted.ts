/** A number with what it counts: `1 node`, `3 nodes`. @module */

export function counted(count: number, what: string): string {
  return `${count.toLocaleString("en")} ${what}${count === 1 ? "" : "s"}`;
}
