/**
 * The sections of a code review. Each lists the worst first, at most ten, says how many there are and why they matter,
 * and is empty where there is nothing to say.
 *
 * @module
 */

import { records, text, whole } from "./findings.ts";
import type { FileFinding, HotspotFinding, Opinion } from "./findings.ts";
import { clip, code, count, list, number, percent, place, plain, section, shown, table } from "./prose.ts";
import type { Splittable } from "./splitting.ts";

const MOST = 10;

/** The table of numbers. */
export function numbersSection(
  files: readonly FileFinding[],
  extra: readonly (readonly [string, string])[],
): string {
  if (files.length === 0) return "";
  const sum = (pick: (file: FileFinding) => number, of = files) =>
    of.reduce((total, file) => total + pick(file), 0);
  const tests = files.filter(({ isTest }) => isTest);
  const functions = sum((file) => file.functions.length);
  const codeLines = sum((file) => file.code);
  const rows: (readonly [string, string])[] = [
    ["Files", `${number(files.length)}, of them ${count(tests.length, "test")}`],
    [
      "Lines of code",
      `${number(codeLines)}, of them ${percent(sum((file) => file.code, tests), codeLines)} in tests`,
    ],
    [
      "Lines of comment",
      `${number(sum((file) => file.comments))} (${
        percent(sum((file) => file.comments), codeLines)
      } of the code)`,
    ],
    [
      "Functions",
      `${number(functions)}, with a mean complexity of ${meanOf(sum((file) => file.complexity), functions)}`,
    ],
    ["Languages", languages(files)],
    ...extra,
  ];
  return section("In numbers", table(["", ""], rows));
}

function meanOf(total: number, amount: number): string {
  return amount === 0 ? "0" : (total / amount).toFixed(1);
}

function languages(files: readonly FileFinding[]): string {
  const lines = new Map<string, number>();
  for (const { language, code: amount } of files) lines.set(language, (lines.get(language) ?? 0) + amount);
  const total = [...lines.values()].reduce((sum, one) => sum + one, 0);
  const ranked = [...lines].filter(([, amount]) => amount > 0).sort((a, b) => b[1] - a[1]);
  return ranked.slice(0, 6).map(([name, amount]) => `${name} ${percent(amount, total)}`).join(", ");
}

/** The riskiest files. */
export function hotspotsSection(hotspots: readonly HotspotFinding[], hasHistory: boolean): string {
  const risky = hotspots.filter(({ score }) => score > 0);
  const why = hasHistory
    ? "How often a file changes × how complex it is: code that is hard to follow costs most where people keep working. " +
      "A score of 100 is a file that leads the project in both."
    : "There is no git history here, so complexity alone ranks these files.";
  const rows = risky.slice(0, MOST).map((one) => [place(one.file, one.line), one.score, plain(one.why, 240)]);
  return section(
    "Riskiest files",
    risky.length === 0 ? "" : why,
    table(["Where", { title: "Score", right: true }, "Why"], rows),
    shown(risky.length, MOST, "file"),
  );
}

/** Functions worth splitting. */
export function splittingSection(functions: readonly Splittable[]): string {
  const rows = functions.slice(0, MOST).map((one) => [
    `${code(one.name)}<br>${place(one.file, one.line)}`,
    one.lines,
    one.complexity,
    one.cognitive,
    one.nesting,
    plain(one.advice),
  ]);
  const right = (title: string) => ({ title, right: true });
  return section(
    "Functions worth splitting",
    rows.length === 0
      ? ""
      : "Each holds more paths than a reader can keep in mind, or a test is likely to cover.",
    table([
      "Function",
      right("Lines"),
      right("Complexity"),
      right("Cognitive"),
      right("Nesting"),
      "What to do",
    ], rows),
    shown(functions.length, MOST, "function"),
  );
}

/** Import cycles, each with a shortest way round. */
export function cyclesSection(value: unknown): string {
  const cycles = records(value);
  const items = cycles.slice(0, MOST).map((cycle) => {
    const files = Array.isArray(cycle["files"]) ? cycle["files"].length : 0;
    const steps = records(cycle["example"]);
    const first = text(steps[0]?.["from"]);
    const way = steps.slice(0, 8).map((step) => place(text(step["from"]), whole(step["line"]))).join(" → ");
    const rest = steps.length > 8 ? " → …" : "";
    const size = files > steps.length ? ` (one way round; the knot holds ${number(files)} files)` : "";
    return `${way}${rest} → ${code(first)}${size}`;
  });
  return section(
    "Import cycles",
    items.length === 0
      ? ""
      : "None of these files can be understood, tested or moved without the others, and the order in which " +
        "they load decides whether a name is there yet. Each place is the import that leads on to the next file.",
    list(items),
    shown(cycles.length, MOST, "cycle"),
  );
}

/** Duplicated code. */
export function duplicatesSection(value: unknown): string {
  const groups = records(value);
  const items = groups.slice(0, MOST).map((group) => {
    const places = records(group["places"]);
    const where = places.slice(0, 4).map((one) =>
      place(text(one["file"]), whole(one["line"]), whole(one["endLine"]))
    );
    const more = places.length > 4 ? ` and ${places.length - 4} more` : "";
    return `**${count(whole(group["lines"]), "line")}** (${count(whole(group["tokens"]), "token")}), ${
      count(places.length, "time")
    }: ${where.join(", ")}${more}`;
  });
  return section(
    "Duplicated code",
    items.length === 0
      ? ""
      : "The same tokens in several places: a mistake mended in one is easily left in the others.",
    list(items),
    shown(groups.length, MOST, "group"),
  );
}

/** Files that no test reaches; says so where there are no tests at all. */
export function untestedSection(value: unknown, files: readonly FileFinding[]): string {
  const untested = [...records(value)].sort((a, b) => exposure(b) - exposure(a));
  if (
    files.some((file) => file.functions.length > 0) && !files.some(({ isTest }) => isTest) &&
    untested.length === 0
  ) {
    const holds = files.some(({ language }) => language === "rust");
    return holds ? "" : section(
      "Untested places",
      "No test was found here at all: every change is tried first by its users.",
    );
  }
  const rows = untested.slice(0, MOST).map((one) => [
    place(text(one["file"]), whole(one["line"])),
    whole(one["functions"]),
    whole(one["complexity"]),
    whole(one["changes"]),
    text(one["name"]) === "" ? "" : code(text(one["name"])),
  ]);
  const right = (title: string) => ({ title, right: true });
  return section(
    "Untested places",
    rows.length === 0
      ? ""
      : "No test imports these files, straight or through others, nor is one named after them.",
    table(["Where", right("Functions"), right("Complexity"), right("Changes"), "Begin with"], rows),
    shown(untested.length, MOST, "file"),
  );
}

function exposure(one: Readonly<Record<string, unknown>>): number {
  return whole(one["complexity"]) * (1 + whole(one["changes"]));
}

const urgency = ["FIXME", "XXX", "HACK", "TODO"];

/** Debt markers, the urgent kinds first, then those in risky files. */
export function debtSection(files: readonly FileFinding[], hotspots: readonly HotspotFinding[]): string {
  const scores = new Map(hotspots.map(({ file, score }) => [file, score]));
  const marks = files.flatMap(({ file, debt }) => debt.map((mark) => ({ ...mark, file })));
  marks.sort((a, b) =>
    urgency.indexOf(a.marker) - urgency.indexOf(b.marker) ||
    (scores.get(b.file) ?? 0) - (scores.get(a.file) ?? 0)
  );
  const kinds = urgency.map((kind) => [kind, marks.filter(({ marker }) => marker === kind).length] as const)
    .filter(([, amount]) => amount > 0).map(([kind, amount]) => `${amount} × ${kind}`);
  const items = marks.slice(0, MOST).map((mark) =>
    `${place(mark.file, mark.line)} **${mark.marker}** ${plain(mark.text, 160)}`
  );
  return section(
    "Debt markers",
    items.length === 0 ? "" : `What the authors themselves left for later: ${kinds.join(", ")}.`,
    list(items),
    shown(marks.length, MOST, "marker"),
  );
}

/** What most of the code stands on. */
export function dependedSection(value: unknown): string {
  const top = records(value).filter((one) => whole(one["fanIn"]) >= 3).slice(0, 5);
  const items = top.map((one) =>
    `${code(text(one["file"]))}: imported by ${count(whole(one["fanIn"]), "file")}`
  );
  return section(
    "What most depends on",
    items.length === 0 ? "" : "A change here is felt farthest.",
    list(items),
  );
}

const severities = ["high", "medium", "low"];

/** An instrument's view, the gravest findings first. */
export function opinionsSection(opinions: readonly Opinion[]): string {
  const parts = opinions.flatMap(({ file, summary, findings }) => {
    const ranked = [...findings].sort((a, b) => rank(a.severity) - rank(b.severity)).slice(0, MOST);
    const items = ranked.map((one) => {
      const where = file === ""
        ? one.line === 0 ? "" : `line ${one.line}: `
        : `${place(file, Math.max(1, one.line))} `;
      const then = one.suggestion === "" ? "" : ` *${plain(one.suggestion, 400)}*`;
      return `${where}**${plain(one.severity, 20)}: ${plain(one.title, 120)}** ${
        plain(one.detail, 600)
      }${then}`;
    });
    const head = file === "" ? "" : `### ${code(file)}`;
    const body = [plain(summary, 600), list(items)].filter((part) => part !== "");
    return body.length === 0 ? [] : [[head, ...body].filter((part) => part !== "").join("\n\n")];
  });
  return section(
    "An instrument's review",
    parts.length === 0
      ? ""
      : "A model read the worst places. It can be wrong: every finding names the line that shows it.",
    ...parts,
  );
}

function rank(severity: string): number {
  const at = severities.indexOf(severity);
  return at === -1 ? severities.length : at;
}

/** What was not measured, or not surely. */
export function notesSection(files: readonly FileFinding[]): string {
  const skipped = files.filter(({ note }) => note !== "");
  const broken = files.filter(({ parseErrors }) => parseErrors);
  const items = [
    ...skipped.slice(0, 5).map(({ file, note }) => `${code(file)} was not measured: ${plain(note)}`),
    ...(skipped.length > 5 ? [`and ${count(skipped.length - 5, "other file")} as well`] : []),
    ...(broken.length === 0 ? [] : [
      `${count(broken.length, "file")} could not be parsed in full, so the measures there may be off: ${
        clip(broken.slice(0, 5).map(({ file }) => code(file)).join(", "), 400)
      }${broken.length > 5 ? " and others" : ""}`,
    ]),
  ];
  return section("Left out", list(items));
}
