/**
 * What the system tells of a process: CPU and memory. Linux tells in files; elsewhere a system program is asked, which is
 * only done where nothing else limits memory.
 *
 * @module
 */

const TICK_MS = 10;
const PAGE_BYTES = 4096;

/** CPU time in milliseconds, user and system; undefined where unknown. */
export function cpuOf(pid: number): number | undefined {
  const fields = statOf(pid);
  return fields === undefined ? undefined : (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** The same with that of children which have ended and were waited for. */
export function cpuWithEndedOf(pid: number): number | undefined {
  const fields = statOf(pid);
  if (fields === undefined) return undefined;
  return [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at]), 0) * TICK_MS;
}

function statOf(pid: number): readonly string[] | undefined {
  const text = readProc(`/proc/${pid}/stat`);
  // The name in parentheses may hold spaces and parentheses; what follows the last one is numbers.
  return text?.slice(text.lastIndexOf(")") + 2).split(" ");
}

/** Resident memory in bytes; undefined where unknown. */
export function memoryOf(pid: number): number | undefined {
  const pages = readProc(`/proc/${pid}/statm`)?.split(" ")[1];
  return pages === undefined ? undefined : Number(pages) * PAGE_BYTES;
}

/** Resident memory in bytes as the system's own program tells it, outside of Linux; undefined where it does not. */
export async function memoryByProgram(pid: number): Promise<number | undefined> {
  const [program, ...args] = Deno.build.os === "windows"
    ? ["tasklist", "/fi", `PID eq ${pid}`, "/fo", "csv", "/nh"]
    : ["ps", "-o", "rss=", "-p", String(pid)];
  try {
    const { success, stdout } = await new Deno.Command(program as string, {
      args,
      stdin: "null",
      stderr: "null",
    })
      .output();
    return success ? parseKilobytes(new TextDecoder().decode(stdout)) : undefined;
  } catch {
    return undefined;
  }
}

/** Bytes of what `ps` (`12345`) or `tasklist` (`"deno.exe","1","Console","1","12,345 K"`) prints. */
export function parseKilobytes(text: string): number | undefined {
  const field = text.trim().split('","').at(-1)?.replace(/[^0-9]/g, "") ?? "";
  return field === "" ? undefined : Number(field) * 1024;
}

function readProc(path: string): string | undefined {
  if (Deno.build.os !== "linux") return undefined;
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return undefined;
  }
}
