/** What people decided about the changes that a run proposed, for `runs show`. @module */

import { localTime } from "./runs_list_command.ts";
import type { RunReviewed } from "./services.ts";
import { cleanLine, count, table, truncate } from "./text.ts";

/** Decisions that get a line; the rest are counted. */
const MOST_LINES = 20;
const TEXT_CELLS = 32;
const answers = { accept: "accepted", reject: "rejected", both: "kept both", own: "written anew" } as const;
const verdicts = {
  accept: "everything was taken as it was proposed",
  edit: "some of it was taken or changed",
  reject: "nothing of it was taken",
} as const;

/** Empty where nothing was decided. */
export function reviewText({ places, verdicts: said }: RunReviewed): string {
  if (places.length === 0) return "";
  const rows = places.slice(0, MOST_LINES).map((place) => [
    `  ${nodeIn(place.changeSet)}`,
    place.takenBack === undefined ? answers[place.answer] : `${answers[place.answer]}, taken back`,
    cleanLine(place.file ?? "a text without a file"),
    `${shortened(place.before)} -> ${shortened(place.proposed)}`,
    place.answer === "own" ? `became ${shortened(place.after)}` : "",
    localTime(place.at),
  ]);
  const more = places.length > MOST_LINES ? `  … and ${places.length - MOST_LINES} more\n` : "";
  const ends = said.map(({ changeSet, verdict, credited }) => {
    const learned = credited === 0 ? "" : `; ${count(credited, "choice")} of the Conductor learned from it`;
    return `  ${nodeIn(changeSet)}: ${verdicts[verdict]}${learned}\n`;
  });
  const open = said.length === 0 ? "  not everything was decided about yet\n" : "";
  return `Reviewed changes: ${places.length}\n${table(rows)}${more}${ends.join("")}${open}`;
}

/** A set is named by its run and, where one node made it, the node. */
function nodeIn(changeSet: string): string {
  return cleanLine(changeSet.split(":")[1] ?? changeSet);
}

function shortened(text: string): string {
  return text === "" ? "nothing" : truncate(cleanLine(JSON.stringify(text)), TEXT_CELLS);
}
