/**
 * Reading traces of use: activity a minute (Azure Functions 2019), requests in time (Azure LLM inference, Mooncake) and
 * measured load times.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import type { ActivityTrace, LoadTime, ReferenceTable, RequestTrace } from "../data.ts";
import { csvHeader, csvRows } from "./csv.ts";
import { malformed, shown } from "./fields.ts";

/** What a table with this header is; undefined where nothing here reads it. */
export function traceKind(
  text: string,
): "activity" | "azure-requests" | "mooncake" | "load-times" | "reference" | undefined {
  const header = csvHeader(text);
  const has = (...names: string[]) => names.every((name) => header.includes(name));
  if (has("app", "mem_mb") && header.some((name) => name.startsWith("minutes_nonzero"))) return "activity";
  if (has("TIMESTAMP", "ContextTokens", "GeneratedTokens")) return "azure-requests";
  if (has("t_ms", "input_tokens", "output_tokens")) return "mooncake";
  if (has("hardware", "load_mean_s")) return "load-times";
  if (has("model", "pass_rate_2", "seconds_per_case", "total_cost_usd", "test_cases")) return "reference";
  return undefined;
}

export function readActivity(text: string, file: string): ActivityTrace {
  const column = csvHeader(text).find((name) => name.startsWith("minutes_nonzero")) as string;
  let last = 0;
  const apps: ActivityTrace["apps"][number][] = [];
  for (const row of csvRows(text, file)) {
    const active = row.text(column).split(";").filter((part) => part !== "").map((part) => {
      const match = /^(\d+):(\d+)$/.exec(part);
      if (match === null) {
        throw malformed(`${row.place}, column "${column}"`, shown(part), "MINUTE:CONTAINERS");
      }
      return { minute: Number(match[1]), containers: Number(match[2]) };
    });
    active.forEach(({ minute }, at) => {
      if (at > 0 && minute <= (active[at - 1]?.minute as number)) {
        throw malformed(
          `${row.place}, column "${column}"`,
          `minute ${minute} out of order`,
          "rising minutes",
        );
      }
    });
    last = Math.max(last, active.at(-1)?.minute ?? 0);
    apps.push({
      id: row.text("app"),
      memoryMb: Math.max(1, row.number("mem_mb")),
      invocations: row.number("invocations"),
      active,
    });
  }
  // Whole days: the last minute of a trace need not be active.
  return { name: baseName(file), file, minutes: Math.ceil((last + 1) / 1440) * 1440, apps };
}

export function readAzureRequests(text: string, file: string): RequestTrace {
  return requests(text, file, "ContextTokens", "GeneratedTokens", (row) => {
    const stamp = row.text("TIMESTAMP");
    const match = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(\.\d+)?/.exec(stamp);
    const whole = match === null ? NaN : Date.parse(`${match[1]}T${match[2]}Z`) / 1000;
    if (!Number.isFinite(whole)) {
      throw malformed(`${row.place}, column "TIMESTAMP"`, shown(stamp), "YYYY-MM-DD HH:MM:SS.fraction");
    }
    return whole + Number(match?.[3] ?? 0);
  });
}

export function readMooncake(text: string, file: string): RequestTrace {
  return requests(text, file, "input_tokens", "output_tokens", (row) => row.number("t_ms") / 1000);
}

type Row = Parameters<Parameters<typeof requests>[4]>[0];

function requests(
  text: string,
  file: string,
  tokensIn: string,
  tokensOut: string,
  secondsOf: (row: { readonly place: string; text(c: string): string; number(c: string): number }) => number,
): RequestTrace {
  const rows: { seconds: number; tokensIn: number; tokensOut: number }[] = [];
  for (const row of csvRows(text, file)) {
    rows.push({
      seconds: secondsOf(row satisfies Row),
      tokensIn: row.number(tokensIn),
      tokensOut: row.number(tokensOut),
    });
  }
  rows.sort((a, b) => a.seconds - b.seconds);
  const first = rows[0]?.seconds ?? 0;
  return {
    name: baseName(file),
    file,
    seconds: Float64Array.from(rows, (row) => row.seconds - first),
    tokensIn: Float64Array.from(rows, (row) => row.tokensIn),
    tokensOut: Float64Array.from(rows, (row) => row.tokensOut),
  };
}

export function readLoadTimes(text: string, file: string): readonly LoadTime[] {
  return [...csvRows(text, file)].map((row) => ({
    hardware: row.text("hardware"),
    run: row.text("run"),
    meanSeconds: row.number("load_mean_s"),
    p95Seconds: row.number("load_p95_s"),
    inferSeconds: row.number("infer_mean_s"),
  }));
}

/**
 * Runs of instruments over a benchmark, with rates in per cent and costs in total. The source writes remarks behind some
 * numbers and leaves others out; what has no number at its beginning is taken for unknown.
 */
export function readReference(text: string, file: string): ReferenceTable {
  const runs = [...csvRows(text, file)].map((row) => {
    const number = (column: string, unknown: number) => {
      const value = Number.parseFloat(row.text(column));
      return Number.isFinite(value) ? value : unknown;
    };
    return {
      instrument: row.text("model"),
      quality: number("pass_rate_2", 0) / 100,
      wellFormed: number("percent_cases_well_formed", 100) / 100,
      seconds: number("seconds_per_case", 0),
      usd: number("total_cost_usd", 0) / Math.max(1, number("test_cases", 1)),
    };
  });
  return { name: baseName(file), file, runs };
}

function baseName(file: string): string {
  return file.replace(/^.*\//, "").replace(/\.csv$/, "");
}
