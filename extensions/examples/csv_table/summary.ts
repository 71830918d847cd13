/** A table's columns in a few words. @module */

/** One line a column. */
export function summarize([head = [], ...body]: readonly (readonly string[])[]): string {
  return head.map((title, at) => {
    const cells = body.map((row) => row[at] ?? "").filter((cell) => cell.trim() !== "");
    const numbers = cells.map(Number).filter(Number.isFinite);
    const name = title === "" ? `Column ${at + 1}` : title;
    if (cells.length > 0 && numbers.length === cells.length) {
      const mean = numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
      const range = `${Math.min(...numbers)} to ${Math.max(...numbers)}`;
      return `${name}: ${cells.length} numbers, ${range}, mean ${Number(mean.toPrecision(6))}`;
    }
    return `${name}: ${cells.length} values, ${new Set(cells).size} different`;
  }).join("\n");
}
