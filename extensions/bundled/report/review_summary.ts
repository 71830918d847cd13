/**
 * The first paragraph of a code review: what to look at first and why, in a few sentences.
 *
 * @module
 */

import { records, text, whole } from "./findings.ts";
import type { FileFinding, HotspotFinding, Opinion } from "./findings.ts";
import { code, count, number, place, plain, section } from "./prose.ts";
import type { Splittable } from "./splitting.ts";

export interface SummaryInput {
  readonly files: readonly FileFinding[];
  readonly hotspots: readonly HotspotFinding[];
  readonly hasHistory: boolean;
  readonly splittable: readonly Splittable[];
  readonly cycles: unknown;
  readonly duplicates: unknown;
  readonly untested: unknown;
  readonly opinions: readonly Opinion[];
}

/** Three to six sentences, those that ask for something first. */
export function summarySection(input: SummaryInput): string {
  const sentences = [
    worstFile(input),
    worstFunction(input),
    structure(input),
    tests(input),
    instrument(input),
  ].filter((sentence) => sentence !== "");
  if (sentences.length === 0 && input.files.length > 0) {
    sentences.push(
      `Nothing stands out in ${count(input.files.length, "file")}: short functions, no cycles, no copies.`,
    );
  }
  return section("Look here first", sentences.join(" "));
}

function worstFile({ hotspots, hasHistory }: SummaryInput): string {
  const [first, second, third] = hotspots.filter(({ score }) => score > 0);
  if (first === undefined) return "";
  const others = [second, third].filter((one) => one !== undefined).map(({ file }) => code(file));
  const next = others.length === 0 ? "" : ` Next come ${others.join(" and ")}.`;
  const reason = hasHistory ? "often changed and complex" : "the most complex file";
  return `Begin with ${code(first.file)}, ${reason}: ${plain(first.why)}.${next}`;
}

function worstFunction({ splittable }: SummaryInput): string {
  const first = splittable[0];
  if (first === undefined) return "";
  const where = `${code(first.name)} at ${place(first.file, first.line)}`;
  const lead = splittable.length === 1
    ? "One function is worth splitting:"
    : `${count(splittable.length, "function")} are worth splitting, above all`;
  return `${lead} ${where} (${first.lines} lines, cognitive complexity ${first.cognitive}).`;
}

function structure({ cycles, duplicates }: SummaryInput): string {
  const knots = records(cycles);
  const groups = records(duplicates);
  const parts: string[] = [];
  if (knots.length > 0) {
    const largest = Array.isArray(knots[0]?.["files"]) ? knots[0]["files"].length : 0;
    parts.push(
      knots.length === 1
        ? `${count(largest, "file")} import each other in a circle`
        : `${count(knots.length, "knot")} of files import each other in circles, the largest of ${
          count(largest, "file")
        }`,
    );
  }
  if (groups.length > 0) {
    const lines = groups.reduce(
      (sum, one) => sum + whole(one["lines"]) * (records(one["places"]).length - 1),
      0,
    );
    parts.push(`about ${count(lines, "line")} are copies of others`);
  }
  const sentence = parts.join(", and ");
  return sentence === "" ? "" : `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`;
}

function tests({ untested, files }: SummaryInput): string {
  const found = records(untested);
  if (found.length === 0) return "";
  const sources = files.filter(({ isTest, functions }) => !isTest && functions.length > 0).length;
  const worst = [...found].sort((a, b) => whole(b["complexity"]) - whole(a["complexity"]))[0];
  const most = worst === undefined ? "" : `; the most complex of them is ${code(text(worst["file"]))}`;
  return `No test reaches ${number(found.length)} of ${count(sources, "source file")}${most}.`;
}

function instrument({ opinions }: SummaryInput): string {
  const grave = opinions.flatMap(({ file, findings }) =>
    findings.filter(({ severity }) => severity === "high").map((one) => ({ ...one, file }))
  );
  const first = grave[0];
  if (first === undefined) return "";
  const where = first.file === "" ? "" : ` (${place(first.file, Math.max(1, first.line))})`;
  return `The instrument found ${count(grave.length, "grave fault")}, first: ${
    plain(first.title, 120)
  }${where}.`;
}
