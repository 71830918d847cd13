/**
 * A small Gaussian belief kept as precision and shift: adding an observation adds to both, and mean and covariance are
 * found when they are asked for (Cholesky). Dense; meant for a few dozen dimensions.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

export class Gaussian {
  readonly size: number;
  /** Symmetric, row by row. */
  readonly precision: Float64Array;
  /** Precision times mean. */
  readonly shift: Float64Array;
  readonly mean: Float64Array;
  readonly covariance: Float64Array;
  readonly #factor: Float64Array;

  constructor(size: number) {
    this.size = size;
    this.precision = new Float64Array(size * size);
    this.shift = new Float64Array(size);
    this.mean = new Float64Array(size);
    this.covariance = new Float64Array(size * size);
    this.#factor = new Float64Array(size * size);
  }

  /** Writes `mean` and `covariance`. The precision must be positive definite. O(size³). */
  solve(): void {
    const { size, mean, shift, covariance } = this;
    this.#factorise();
    const factor = this.#factor;
    // Columns of the inverse of the factor, then covariance = inverseᵀ · inverse.
    for (let column = 0; column < size; column++) {
      for (let row = column; row < size; row++) {
        let sum = row === column ? 1 : 0;
        for (let k = column; k < row; k++) {
          sum -= (factor[row * size + k] as number) * (covariance[k * size + column] as number);
        }
        covariance[row * size + column] = sum / (factor[row * size + row] as number);
      }
    }
    for (let a = 0; a < size; a++) {
      for (let b = 0; b <= a; b++) {
        let sum = 0;
        for (let k = a; k < size; k++) {
          sum += (covariance[k * size + a] as number) * (covariance[k * size + b] as number);
        }
        // The factor is done with: its upper triangle holds the result until all of it is known.
        factor[b * size + a] = sum;
      }
    }
    for (let a = 0; a < size; a++) {
      for (let b = a; b < size; b++) {
        const value = factor[a * size + b] as number;
        covariance[a * size + b] = value;
        covariance[b * size + a] = value;
      }
    }
    for (let a = 0; a < size; a++) {
      let sum = 0;
      for (let b = 0; b < size; b++) sum += (covariance[a * size + b] as number) * (shift[b] as number);
      mean[a] = sum;
    }
  }

  /** Lower triangle L with L·Lᵀ = precision. */
  #factorise(): void {
    const { size, precision } = this;
    const factor = this.#factor;
    for (let row = 0; row < size; row++) {
      for (let column = 0; column <= row; column++) {
        let sum = precision[row * size + column] as number;
        for (let k = 0; k < column; k++) {
          sum -= (factor[row * size + k] as number) * (factor[column * size + k] as number);
        }
        factor[row * size + column] = row === column
          ? Math.sqrt(Math.max(sum, 1e-12))
          : sum / (factor[column * size + column] as number);
      }
    }
  }
}
