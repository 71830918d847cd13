/** `ext new|check|test|pack|docs|inspect`. @module */

import { SymphonyError } from "../core/errors.ts";
import { type Arguments, exitCodes } from "./command.ts";
import { deskOf, errorsIn, folderOf, problemText, shortPath, tellProblems } from "./ext_text.ts";
import type { InspectFacts, TestResult } from "./ext_desk.ts";
import type { CliServices } from "./services.ts";
import { type Style, styleFor } from "./style.ts";
import { cleanLine, cleanText, count, duration, table } from "./text.ts";

const kinds = ["operator", "instrument", "motif"];

/** Makes a folder with an extension. @throws SymphonyError `bad-input` | `exists` */
export async function extNewCommand(services: CliServices, args: Arguments): Promise<number> {
  const kind = args.value("kind") ?? "operator";
  if (!kinds.includes(kind)) {
    throw new SymphonyError("bad-input", `Unknown kind "${cleanLine(kind)}": expected ${kinds.join(", ")}`);
  }
  const name = args.positional(0);
  const folder = services.absolute(args.value("out") ?? name.split("/").at(-1) ?? name);
  const made = await (await deskOf(services, args)).create({ name, kind, folder });
  if (args.has("json")) {
    await services.stdout.write(`${JSON.stringify(made)}\n`);
    return exitCodes.completed;
  }
  const shown = shortPath(services, made.folder);
  const files = made.files.map((file) => `  ${shown}/${file}\n`).join("");
  await services.stdout.write(`Made ${made.id}\n${files}Next: ${services.program} ext dev ${shown}\n`);
  return exitCodes.completed;
}

/** Exit code 2 where there are errors. */
export async function extCheckCommand(services: CliServices, args: Arguments): Promise<number> {
  const { id, problems } = await (await deskOf(services, args)).check(folderOf(services, args));
  return await tellProblems(services, args, problems, cleanLine(id ?? args.positional(0)));
}

/** Exit code 1 where a fixture did not pass, 2 where nothing can be run. */
export async function extTestCommand(services: CliServices, args: Arguments): Promise<number> {
  const style = styleFor(services, services.stdout);
  const isJson = args.has("json");
  const only = args.value("only");
  let writing: Promise<void> = Promise.resolve();
  const { problems, results } = await (await deskOf(services, args)).test(folderOf(services, args), {
    update: args.has("update"),
    ...(only === undefined ? {} : { only }),
    onResult: (result) => {
      const text = isJson ? `${JSON.stringify({ type: "test", ...result })}\n` : resultText(result, style);
      writing = writing.then(() => services.stdout.write(text));
    },
  });
  await writing;
  if (errorsIn(problems) > 0) {
    return await tellProblems(services, args, problems, cleanLine(args.positional(0)));
  }
  const failed = results.filter(({ passed }) => !passed).length;
  const verdict = { type: "end", passed: results.length - failed, failed };
  await services.stdout.write(
    isJson
      ? `${JSON.stringify(verdict)}\n`
      : results.length === 0
      ? "There are no fixtures: write tests/NAME.test.jsonc\n"
      : `${count(verdict.passed, "fixture")} passed, ${failed} failed\n`,
  );
  return failed > 0 ? exitCodes.failed : exitCodes.completed;
}

/** One fixture's line, and what did not hold. */
export function resultText({ name, passed, faults, durationMs, updated }: TestResult, style: Style): string {
  const mark = passed ? style("green", "passed") : style("red", "failed");
  const note = updated ? " (golden file written)" : "";
  const lines = faults.map((fault) => `    ${cleanText(fault)}\n`).join("");
  return `${mark}  ${cleanLine(name)}${note}  ${style("dim", duration(durationMs))}\n${lines}`;
}

/** Exit code 2 where it has errors. */
export async function extPackCommand(services: CliServices, args: Arguments): Promise<number> {
  const { problems, packed } = await (await deskOf(services, args)).pack(folderOf(services, args));
  if (packed === undefined) {
    return await tellProblems(services, args, problems, cleanLine(args.positional(0)));
  }
  const { id, version, bytes, sha256, files } = packed;
  const file = services.absolute(args.value("out") ?? `${id.replace("/", "-")}-${version}.tgz`);
  await services.writeFile(file, bytes);
  if (args.has("json")) {
    await services.stdout.write(
      `${JSON.stringify({ file, id, version, sha256, sizeBytes: bytes.length, files })}\n`,
    );
    return exitCodes.completed;
  }
  const warnings = problemText(services, problems, styleFor(services, services.stdout));
  await services.stdout.write(
    `${warnings}${shortPath(services, file)}  ${bytes.length} bytes, ${
      count(files.length, "file")
    }\nSHA-256 ${sha256}\n`,
  );
  return exitCodes.completed;
}

/** Exit code 2 where it has errors. */
export async function extDocsCommand(services: CliServices, args: Arguments): Promise<number> {
  const { problems, page } = await (await deskOf(services, args)).docs(folderOf(services, args));
  if (page === undefined) return await tellProblems(services, args, problems, cleanLine(args.positional(0)));
  const out = args.value("out");
  if (out === undefined) await services.stdout.write(page);
  else await services.writeFile(services.absolute(out), new TextEncoder().encode(page));
  return exitCodes.completed;
}

/** Exit code 2 where it cannot be read. */
export async function extInspectCommand(services: CliServices, args: Arguments): Promise<number> {
  const { problems, facts } = await (await deskOf(services, args)).inspect(args.positional(0));
  if (facts === undefined) return await tellProblems(services, args, problems, cleanLine(args.positional(0)));
  if (args.has("json")) await services.stdout.write(`${JSON.stringify({ ...facts, problems })}\n`);
  else {
    const style = styleFor(services, services.stdout);
    await services.stdout.write(inspectText(facts, style) + problemText(services, problems, style));
  }
  return exitCodes.completed;
}

function inspectText(facts: InspectFacts, style: Style): string {
  const { id, version, kind, name, description, license } = facts;
  const head = `${style("bold", cleanLine(id))} ${cleanLine(version)}  ${kind}  ${cleanLine(name)}${
    license === undefined ? "" : `  ${cleanLine(license)}`
  }\n${cleanLine(description)}\n`;
  const rows = (title: string, list: readonly (readonly string[])[]) =>
    list.length === 0
      ? ""
      : `${title}\n${table(list.map(([first = "", ...rest]) => [`  ${first}`, ...rest]))}`;
  const ui = Object.entries(facts.ui).filter(([, many]) => many > 0);
  return head +
    rows("contributes", facts.contributes.map(({ kind, type, title }) => [type, kind, cleanLine(title)])) +
    rows("adds to the interface", ui.map(([member, many]) => [member, String(many)])) +
    rows(
      "asks for",
      facts.permissions.map(({ permission, risk, reason }) => [permission, risk, cleanLine(reason)]),
    ) +
    rows("needs", Object.entries(facts.dependencies).map(([other, range]) => [other, cleanLine(range)])) +
    rows("is made of", [
      ["module", `${facts.moduleBytes} bytes`],
      ...facts.files.map((file) => [cleanLine(file), ""]),
      ...facts.packages.map((name) => [cleanLine(name), "package"]),
      ...facts.assets.map((asset) => [cleanLine(asset.name), `asset, ${asset.sizeBytes} bytes`]),
    ]) +
    `SHA-256 of the module ${facts.codeHash}\n`;
}
