/**
 * A record while it is made: members that may be absent are added one by one. Where thousands of records are made a
 * second, spreading an empty object for each absent member costs more than the record.
 *
 * @module
 */

export type Draft<T> = { -readonly [K in keyof T]: T[K] };
