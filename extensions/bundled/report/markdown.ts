/**
 * `report/markdown`: a document from whatever it is given. Sections of one's own, text that is already Markdown, and the
 * results of the code analysis, which become a code review.
 *
 * @module
 */

import { defineOperator, Type } from "symphony/sdk";
import type { Static } from "symphony/sdk";
import { readFiles, readHotspots, readOpinions, records } from "./findings.ts";
import { compose, list, number, plain, section, table } from "./prose.ts";
import * as review from "./review_sections.ts";
import { summarySection } from "./review_summary.ts";
import { worthSplitting } from "./splitting.ts";

const loose = (description: string) => Type.Optional(Type.Array(Type.Unknown(), { description }));
const scalar = Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()]);

const input = Type.Object({
  title: Type.Optional(Type.String({ default: "Report" })),
  lead: Type.Optional(Type.String({ description: "A paragraph in plain text before everything else" })),
  body: Type.Optional(Type.String({ description: "Markdown that goes in as it is" })),
  root: Type.Optional(Type.String({ description: "What the report is about, for its head" })),
  sections: Type.Optional(Type.Array(Type.Object({
    title: Type.String(),
    text: Type.Optional(Type.String({ description: "Markdown" })),
    list: Type.Optional(Type.Array(Type.String())),
    table: Type.Optional(
      Type.Object({ columns: Type.Array(Type.String()), rows: Type.Array(Type.Array(scalar)) }),
    ),
  }))),
  metrics: loose("Measures of each file, as code/metrics gives them"),
  hotspots: loose("Files ranked by risk, as code/risk gives them"),
  hasHistory: Type.Optional(Type.Boolean({ description: "False where the ranking knows no changes" })),
  untested: loose("Files that no test reaches, as code/risk gives them"),
  cycles: loose("Import cycles, as code/graph gives them"),
  degrees: loose("Fan-in and fan-out, as code/graph gives them"),
  duplicates: loose("Groups of copies, as code/duplicates gives them"),
  reviews: loose("Reviews by an instrument: opinions, or lists of findings"),
});

export const markdownOperator = defineOperator({
  type: "report/markdown",
  title: "Write a report",
  description: "A Markdown document: a code review from measures, sections of one's own, or both",
  input,
  output: Type.Object({
    document: Type.String({ contentMediaType: "text/markdown", description: "The document" }),
  }),
  run: (given) => ({ document: reportDocument(given) }),
});

/** The document for what is given; what is missing leaves no trace. */
export function reportDocument(given: Static<typeof input>): string {
  const about = given.root === undefined || given.root === "." ? "" : ` of ${plain(given.root, 120)}`;
  const content = compose(
    given.lead === undefined ? "" : plain(given.lead, 3000),
    reviewBody(given),
    given.body?.trim() ?? "",
    ...(given.sections ?? []).map(ownSection),
  );
  const title = `# ${plain(given.title ?? "Report", 120)}${about}`;
  return content.trim() === ""
    ? compose(
      title,
      "There is nothing to tell: nothing was found, or the steps before this one gave no result.",
    )
    : compose(title, content.trimEnd());
}

function reviewBody(given: Static<typeof input>): string {
  const files = readFiles(given.metrics);
  const hotspots = readHotspots(given.hotspots);
  const opinions = readOpinions(given.reviews);
  const splittable = worthSplitting(files);
  const hasHistory = given.hasHistory ?? hotspots.some(({ changes }) => changes > 0);
  const { cycles, duplicates, untested } = given;
  const parts = [
    summarySection({ files, hotspots, hasHistory, splittable, cycles, duplicates, untested, opinions }),
    review.numbersSection(files, countRows(given, splittable.length)),
    review.hotspotsSection(hotspots, hasHistory),
    review.splittingSection(splittable),
    review.opinionsSection(opinions),
    review.cyclesSection(cycles),
    review.duplicatesSection(duplicates),
    given.untested === undefined ? "" : review.untestedSection(untested, files),
    review.debtSection(files, hotspots),
    review.dependedSection(given.degrees),
    review.notesSection(files),
  ];
  return parts.filter((part) => part !== "").join("\n\n");
}

function countRows(given: Static<typeof input>, splittable: number): (readonly [string, string])[] {
  const rows: (readonly [string, string])[] = [["Functions worth splitting", number(splittable)]];
  if (given.cycles !== undefined) rows.push(["Import cycles", number(given.cycles.length)]);
  if (given.duplicates !== undefined) rows.push(["Groups of copies", number(given.duplicates.length)]);
  const hasTests = records(given.metrics).some((one) => one["isTest"] === true);
  if (given.untested !== undefined && hasTests) {
    rows.push(["Files that no test reaches", number(given.untested.length)]);
  }
  const marks = records(given.metrics).reduce((sum, one) => sum + records(one["debt"]).length, 0);
  rows.push(["Debt markers", number(marks)]);
  return rows;
}

type OwnSection = NonNullable<Static<typeof input>["sections"]>[number];

function ownSection(own: OwnSection): string {
  const rows = (own.table?.rows ?? []).map((row) => row.map((cell) => cell === null ? "" : String(cell)));
  return section(
    plain(own.title, 200),
    own.text?.trim() ?? "",
    list((own.list ?? []).map((item) => plain(item, 1000))),
    table(own.table?.columns ?? [], rows),
  );
}
