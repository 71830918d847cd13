/** A number with what it counts: `1 node`, `3 nodes`. @module */

export function counted(count: number, what: string): string {
  // Not `toLocaleString`: its first call takes a browser 20 ms.
  const digits = String(count).replace(/\B(?=(\d{3})+$)/g, ",");
  return `${digits} ${what}${count === 1 ? "" : "s"}`;
}
