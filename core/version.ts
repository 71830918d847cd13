/**
 * The program's version, in one place.
 *
 * @module
 */

export const VERSION = "0.1.0";
