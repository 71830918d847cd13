/** `runs trace ID`: when what was at work, for people, for Perfetto and for spreadsheets. @module */

import { SymphonyError } from "../core/errors.ts";
import { chromeTrace, spansCsv } from "../core/timeline/mod.ts";
import { type Arguments, exitCodes } from "./command.ts";
import { findRun } from "./prefix.ts";
import { pictureOf } from "./run_overview.ts";
import type { CliServices } from "./services.ts";
import { traceText } from "./trace_text.ts";

/** Prints the timeline, or writes it in the form that was asked for. */
export async function runsTraceCommand(services: CliServices, args: Arguments): Promise<number> {
  const file = args.value("chrome");
  const forms = [
    file === undefined ? "" : "--chrome",
    ...["csv", "json"].filter((one) => args.has(one)).map((one) => `--${one}`),
  ]
    .filter((one) => one !== "");
  if (forms.length > 1) {
    throw new SymphonyError("bad-input", `Cannot tell the form: found ${forms.join(" and ")}, expected one`);
  }
  await using store = await services.openStore(services.dataFolder(args.value("data")));
  const summary = await findRun(store.pit.dag, args.positional(0));
  const { timeline, overview, now } = await pictureOf(services, store, summary);
  if (file !== undefined) {
    const { run, workflow } = summary;
    const trace = chromeTrace(timeline, { run, workflow, critical: new Set(overview.criticalPath) });
    const bytes = new TextEncoder().encode(`${JSON.stringify(trace)}\n`);
    if (file === "-") await services.stdout.write(bytes);
    else {
      await services.writeFile(services.absolute(file), bytes);
      await services.stderr.write(
        `Wrote ${timeline.spans.length} spans to ${file}; open it at ui.perfetto.dev\n`,
      );
    }
  } else if (args.has("csv")) {
    await services.stdout.write(spansCsv(timeline.spans, now));
  } else if (args.has("json")) {
    const spans = timeline.spans.map((span) => `${JSON.stringify({ type: "span", ...span })}\n`);
    const { slackMs, ...rest } = overview;
    const last = { type: "overview", run: summary.run, ...rest, slackMs: Object.fromEntries(slackMs) };
    await services.stdout.write(`${spans.join("")}${JSON.stringify(last)}\n`);
  } else {
    await services.stdout.write(traceText(timeline, overview, now));
  }
  return exitCodes.completed;
}
