/**
 * A table of numbers by kind (row) and instrument (column) that grows in both directions.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

export class CellGrid {
  #rows = 0;
  #columns = 0;
  /** Columns there is room for; a row's cells lie together. */
  #stride = 8;
  #cells = new Float64Array(8 * 8);

  get rows(): number {
    return this.#rows;
  }

  get columns(): number {
    return this.#columns;
  }

  /** Where a row's cells begin in `cells`. */
  offset(row: number): number {
    return row * this.#stride;
  }

  /** Row-major, `offset(row) + column`; replaced when the table grows. */
  get cells(): Float64Array {
    return this.#cells;
  }

  get(row: number, column: number): number {
    return this.#cells[row * this.#stride + column] as number;
  }

  set(row: number, column: number, value: number): void {
    this.#cells[row * this.#stride + column] = value;
  }

  add(row: number, column: number, value: number): void {
    const at = row * this.#stride + column;
    this.#cells[at] = (this.#cells[at] as number) + value;
  }

  /** Makes room for at least so many rows and columns; new cells are 0. */
  grow(rows: number, columns: number): void {
    const stride = columns > this.#stride ? Math.max(columns, this.#stride * 2) : this.#stride;
    if (stride !== this.#stride || rows * stride > this.#cells.length) {
      const room = Math.max(rows, Math.ceil(this.#cells.length / this.#stride) * (rows > this.#rows ? 2 : 1));
      const grown = new Float64Array(room * stride);
      for (let row = 0; row < this.#rows; row++) {
        grown.set(this.#cells.subarray(row * this.#stride, row * this.#stride + this.#columns), row * stride);
      }
      this.#cells = grown;
      this.#stride = stride;
    }
    this.#rows = Math.max(this.#rows, rows);
    this.#columns = Math.max(this.#columns, columns);
  }

  /** The cells without the spare room, row by row. */
  dense(): Float64Array {
    const dense = new Float64Array(this.#rows * this.#columns);
    for (let row = 0; row < this.#rows; row++) {
      const from = row * this.#stride;
      dense.set(this.#cells.subarray(from, from + this.#columns), row * this.#columns);
    }
    return dense;
  }

  /** A table of the cells that `dense()` gave. */
  static from(rows: number, columns: number, dense: Float64Array): CellGrid {
    const grid = new CellGrid();
    grid.grow(rows, columns);
    for (let row = 0; row < rows; row++) {
      grid.#cells.set(dense.subarray(row * columns, (row + 1) * columns), row * grid.#stride);
    }
    return grid;
  }
}
