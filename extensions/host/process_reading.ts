/**
 * What the system tells of a process: CPU and memory. Only Linux tells without starting another program.
 *
 * @module
 */

const TICK_MS = 10;
const PAGE_BYTES = 4096;

/** CPU time in milliseconds, user and system; undefined where unknown. */
export function cpuOf(pid: number): number | undefined {
  const text = readProc(`/proc/${pid}/stat`);
  // The name in parentheses may hold spaces and parentheses; what follows the last one is numbers.
  const fields = text?.slice(text.lastIndexOf(")") + 2).split(" ");
  return fields === undefined ? undefined : (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** Resident memory in bytes; undefined where unknown. */
export function memoryOf(pid: number): number | undefined {
  const pages = readProc(`/proc/${pid}/statm`)?.split(" ")[1];
  return pages === undefined ? undefined : Number(pages) * PAGE_BYTES;
}

function readProc(path: string): string | undefined {
  if (Deno.build.os !== "linux") return undefined;
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return undefined;
  }
}
