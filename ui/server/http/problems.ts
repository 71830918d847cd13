/**
 * From whatever went wrong to `application/problem+json`.
 *
 * @module
 */

import { type ErrorCode, messageOf, SymphonyError } from "../../../core/errors.ts";
import type { ApiProblem } from "../../api/problem.ts";

type Extra = Partial<Pick<ApiProblem, "hint" | "faults" | "problems" | "legal" | "conflict">>;

/** A refusal that a route has made; becomes its answer. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly problem: ApiProblem;

  constructor(status: number, code: ApiProblem["code"], detail: string, extra: Extra = {}) {
    super(detail);
    this.problem = problemOf(status, code, detail, extra);
  }
}

const titles: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  409: "Conflict",
  412: "Precondition Failed",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  416: "Range Not Satisfiable",
  421: "Misdirected Request",
  422: "Unprocessable Content",
  428: "Precondition Required",
  429: "Too Many Requests",
  500: "Internal Server Error",
  501: "Not Implemented",
  503: "Service Unavailable",
  504: "Gateway Timeout",
  507: "Insufficient Storage",
};

const statuses: Readonly<Record<ErrorCode, number>> = {
  "bad-id": 400,
  "bad-input": 400,
  "bad-workflow": 422,
  "bad-manifest": 422,
  "not-found": 404,
  exists: 409,
  busy: 409,
  closed: 503,
  corrupt: 500,
  "disk-full": 507,
  permission: 403,
  unsupported: 501,
  aborted: 409,
  timeout: 504,
  io: 500,
  extension: 500,
  protocol: 500,
};

/** A problem from its parts. */
export function problemOf(
  status: number,
  code: ApiProblem["code"],
  detail: string,
  extra: Extra = {},
): ApiProblem {
  return { type: "about:blank", title: titles[status] ?? "Error", status, detail, code, ...extra };
}

/** The problem that a thrown value stands for. What is no refusal and no SymphonyError is a bug of ours. */
export function problemFrom(error: unknown): ApiProblem {
  if (error instanceof Refusal) return error.problem;
  if (error instanceof SymphonyError) {
    const extra = error.hint === undefined ? {} : { hint: error.hint };
    return problemOf(statuses[error.code], error.code, error.message, extra);
  }
  return problemOf(500, "bug", messageOf(error));
}
