/**
 * Diagnostics: to a file, if one is named; else nowhere, because standard error belongs to the front end.
 *
 * @module
 */

/** Opens the log. Never fails: a log that cannot be written is none. */
export function openLog(path: string | undefined): (text: string) => void {
  if (path === undefined) return () => {};
  let file: Deno.FsFile;
  try {
    file = Deno.openSync(path, { append: true, create: true });
  } catch {
    return () => {};
  }
  const encoder = new TextEncoder();
  return (text) => {
    try {
      file.writeSync(encoder.encode(`${new Date().toISOString()} ${text}\n`));
    } catch { /* the disk is full; the editor goes on */ }
  };
}
