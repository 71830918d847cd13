/** How much memory this process may have: the machine's, or what its control group leaves of it. @module */

const FILES = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"];

/** Bytes. */
export function machineMemory(): number {
  const { total } = Deno.systemMemoryInfo();
  return FILES.reduce((least, file) => Math.min(least, limitIn(file) ?? Infinity), total);
}

/** Undefined where there is no such file, or no limit in it ("max"). */
function limitIn(file: string): number | undefined {
  if (Deno.build.os !== "linux") return undefined;
  try {
    const bytes = Number(Deno.readTextFileSync(file));
    return bytes > 0 ? bytes : undefined;
  } catch {
    return undefined;
  }
}
