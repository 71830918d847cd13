/**
 * What a report may be given, all of it optional, and how it is read. Ports are typed loosely on purpose: measures may
 * come from other extensions, and an instrument's findings may be anything. What does not look as expected is left out.
 *
 * @module
 */

export interface FunctionFinding {
  readonly name: string;
  readonly line: number;
  readonly endLine: number;
  readonly lines: number;
  readonly complexity: number;
  readonly cognitive: number;
  readonly parameters: number;
  readonly nesting: number;
}

export interface FileFinding {
  readonly file: string;
  readonly language: string;
  readonly lines: number;
  readonly code: number;
  readonly comments: number;
  readonly complexity: number;
  readonly functions: readonly FunctionFinding[];
  readonly debt: readonly { readonly line: number; readonly marker: string; readonly text: string }[];
  readonly isTest: boolean;
  readonly parseErrors: boolean;
  readonly note: string;
}

export interface HotspotFinding {
  readonly file: string;
  readonly line: number;
  readonly name: string;
  readonly score: number;
  readonly changes: number;
  readonly complexity: number;
  readonly why: string;
}

export interface Remark {
  readonly severity: string;
  readonly line: number;
  readonly title: string;
  readonly detail: string;
  readonly suggestion: string;
}

export interface Opinion {
  readonly file: string;
  readonly summary: string;
  readonly findings: readonly Remark[];
}

type Fields = Readonly<Record<string, unknown>>;

/** Metrics as code/metrics gives them. */
export function readFiles(value: unknown): FileFinding[] {
  return records(value).filter((one) => text(one["file"]) !== "").map((one) => ({
    file: text(one["file"]),
    language: text(one["language"]),
    lines: whole(one["lines"]),
    code: whole(one["code"]),
    comments: whole(one["comments"]),
    complexity: whole(one["complexity"]),
    functions: records(one["functions"]).map(readFunction),
    debt: records(one["debt"]).map((mark) => ({
      line: whole(mark["line"]),
      marker: text(mark["marker"]),
      text: text(mark["text"]),
    })),
    isTest: one["isTest"] === true,
    parseErrors: one["parseErrors"] === true,
    note: text(one["note"]),
  }));
}

function readFunction(one: Fields): FunctionFinding {
  return {
    name: text(one["name"]),
    line: whole(one["line"]),
    endLine: whole(one["endLine"]),
    lines: whole(one["lines"]),
    complexity: whole(one["complexity"]),
    cognitive: whole(one["cognitive"]),
    parameters: whole(one["parameters"]),
    nesting: whole(one["nesting"]),
  };
}

/** Files ranked by risk, as code/risk gives them. */
export function readHotspots(value: unknown): HotspotFinding[] {
  return records(value).map((one) => ({
    file: text(one["file"]),
    line: whole(one["line"]),
    name: text(one["name"]),
    score: whole(one["score"]),
    changes: whole(one["changes"]),
    complexity: whole(one["complexity"]),
    why: text(one["why"]),
  }));
}

/**
 * An instrument's reviews: what report/opinion gives, or the bare findings of many reviews, a list each. Bare findings
 * without a file stand under an empty name.
 */
export function readOpinions(value: unknown): Opinion[] {
  const opinions: Opinion[] = [];
  for (const one of Array.isArray(value) ? value : []) {
    if (Array.isArray(one)) opinions.push({ file: "", summary: "", findings: records(one).map(readRemark) });
    else if (isRecord(one) && Array.isArray(one["findings"])) {
      opinions.push({
        file: text(one["file"]),
        summary: text(one["summary"]),
        findings: records(one["findings"]).map(readRemark),
      });
    } else if (isRecord(one)) {
      opinions.push({ file: text(one["file"]), summary: "", findings: [readRemark(one)] });
    }
  }
  return opinions;
}

function readRemark(one: Fields): Remark {
  return {
    severity: text(one["severity"]),
    line: whole(one["line"]),
    title: text(one["title"]),
    detail: text(one["detail"]),
    suggestion: text(one["suggestion"]),
  };
}

/** The objects of an array. */
export function records(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

/** A string, or the empty one. */
export function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** A whole number of 0 or more, or 0. */
export function whole(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) && value > 0 ? Math.round(value) : 0;
}

function isRecord(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
