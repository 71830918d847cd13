/**
 * `ext test`: runs an extension's fixtures in a real host process over a mock world, and compares what comes with what
 * the fixture or its golden file says.
 *
 * @module
 */

import { dirname, join, relative } from "node:path";
import { messageOf } from "../../core/errors.ts";
import { NO_RUN, nodeId, type NodeTypeId } from "../../core/ids.ts";
import { isObject, type Json, own } from "../../core/json.ts";
import { err, ok } from "../../core/result.ts";
import { readTree } from "../../core/motif/tree.ts";
import type { CallEvent, CallResult } from "../../core/ports/extension.ts";
import type { BuiltExtension } from "./built_extension.ts";
import { type Fixture, type MockAnswer, readFixture } from "./fixture.ts";
import { differences } from "./json_difference.ts";
import { MockEditor, MockModels } from "./mock_ports.ts";
import { MockCapabilities } from "./mock_capabilities.ts";
import type { Workbench } from "./workbench.ts";

const ENDING = ".test.jsonc";
const MOST_MS = 30_000;

export interface FixtureResult {
  readonly name: string;
  readonly file: string;
  readonly passed: boolean;
  /** What did not hold; places are in the author's files. */
  readonly faults: readonly string[];
  readonly durationMs: number;
  /** True where the golden file was written. */
  readonly updated: boolean;
  readonly log: readonly string[];
}

export interface FixtureOptions {
  /** Writes golden files as they come out. */
  readonly update?: boolean;
  /** Only fixtures whose name holds this. */
  readonly only?: string;
  readonly onResult?: (result: FixtureResult) => void;
}

/** Runs the fixtures below `tests/`, in the order of their names. */
export async function runFixtures(
  built: BuiltExtension,
  bench: Workbench,
  options: FixtureOptions = {},
): Promise<readonly FixtureResult[]> {
  const results: FixtureResult[] = [];
  for (const file of await fixtureFiles(join(built.folder, "tests"))) {
    const name = file.slice(0, -ENDING.length);
    if (options.only !== undefined && !name.includes(options.only)) continue;
    const result = await runOne(join(built.folder, "tests", file), name, built, bench, options);
    options.onResult?.(result);
    results.push(result);
  }
  return results;
}

async function fixtureFiles(folder: string): Promise<readonly string[]> {
  const names: string[] = [];
  try {
    for await (const { name, isFile } of Deno.readDir(folder)) {
      if (isFile && name.endsWith(ENDING)) names.push(name);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return names.sort();
}

async function runOne(
  file: string,
  name: string,
  built: BuiltExtension,
  bench: Workbench,
  options: FixtureOptions,
): Promise<FixtureResult> {
  const began = performance.now();
  const log: string[] = [];
  const end = (faults: readonly string[], updated = false): FixtureResult => ({
    name,
    file,
    passed: faults.length === 0,
    faults,
    durationMs: performance.now() - began,
    updated,
    log,
  });
  const { fixture, problems } = readFixture(await Deno.readFile(file), file, name);
  if (fixture === undefined) {
    return end(problems.map(({ line, column, message, hint }) => `${line}:${column}: ${message}. ${hint}`));
  }
  const workspace = await Deno.makeTempDir({ prefix: "symphony-fixture-" });
  try {
    await fill(workspace, fixture.files);
    const said = await call(fixture, built, bench, workspace, log);
    const { result } = said;
    const faults = [
      ...await faultsOf(fixture, said, log, workspace),
      ...await treeFaults(fixture, result, built),
    ];
    const { expect } = fixture;
    if (expect?.output !== undefined || expect?.failure !== undefined || !result.ok) return end(faults);
    const golden = await goldenFaults(file, result.output, options.update === true);
    return end([...faults, ...golden.faults], golden.updated);
  } catch (error) {
    return end([await built.inSource(messageOf(error))]);
  } finally {
    await Deno.remove(workspace, { recursive: true });
  }
}

async function fill(workspace: string, files: Fixture["files"]): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    const target = join(workspace, path);
    await Deno.mkdir(dirname(target), { recursive: true });
    await Deno.writeTextFile(target, text);
  }
}

async function call(
  fixture: Fixture,
  built: BuiltExtension,
  bench: Workbench,
  workspace: string,
  log: string[],
): Promise<Said> {
  const editor = new MockEditor();
  const models = modelsOf(fixture);
  const used = new Set<MockAnswer>();
  await using open = await bench.open(built, {
    settings: fixture.settings,
    refuse: fixture.refuse,
    onLog: (line) => log.push(line),
    capabilities: (scope) => new MockCapabilities({ ...scope, texts: editor }, fixture.answers, used),
  });
  let tokens = "";
  const notices: string[] = [];
  const onEvent = (event: CallEvent) => {
    if (event.kind === "token") tokens += event.text;
    if (event.kind === "notice") notices.push(`${event.level}: ${event.text}`);
    if (event.kind === "log") log.push(`${event.level}: ${event.text}`);
  };
  const instance = await open.extensions.activate(built.manifest.id);
  const result = await open.extensions.call(instance, {
    nodeType: fixture.use as NodeTypeId,
    input: fixture.input,
    run: NO_RUN,
    node: nodeId("test"),
    attempt: 1,
    idempotencyKey: `test/${fixture.name}`,
    workspace,
    mayWrite: fixture.mayWrite,
  }, { signal: AbortSignal.timeout(MOST_MS * 2), timeoutMs: MOST_MS, onEvent, models });
  const root = await Deno.realPath(workspace);
  const proposals = Object.fromEntries(
    [...editor.proposals].map(([path, text]) => [relative(root, path), text]),
  );
  return { result, tokens, notices, proposals };
}

/** What a call gave, and what it said and proposed meanwhile. */
interface Said {
  readonly result: CallResult;
  readonly tokens: string;
  readonly notices: readonly string[];
  readonly proposals: Readonly<Record<string, string>>;
}

/** The fixture's models; each answer is given once, the last of a name again and again. */
function modelsOf({ models }: Fixture): MockModels {
  const used = new Set<(typeof models)[number]>();
  return new MockModels((use, input) => {
    const fits = models.filter((one) => one.use === use);
    const answer = fits.find((one) => !used.has(one)) ?? fits.at(-1);
    if (answer === undefined) {
      return err({ class: "unavailable", message: `The fixture has no answer of ${use}` });
    }
    used.add(answer);
    const wrong = answer.asked === undefined ? [] : differences(answer.asked, input, true);
    if (wrong.length > 0) {
      const message = `${use} was not asked as the fixture says: ${wrong.join("; ")}`;
      return err({ class: "input", message });
    }
    if (answer.failure !== undefined) return err(answer.failure);
    const { output = {}, tokens = 0, usd = 0 } = answer;
    return ok({ output, tokens, usd });
  });
}

async function faultsOf(
  { expect }: Fixture,
  { result, tokens, notices, proposals }: Said,
  log: readonly string[],
  workspace: string,
): Promise<readonly string[]> {
  const faults: string[] = [];
  if (!result.ok) {
    const { class: found, message, detail } = result.failure;
    const wanted = expect?.failure;
    const fits = wanted !== undefined && wanted.class === found && message.includes(wanted.message ?? "");
    if (!fits) {
      const place = /\(?([^\s()]+:\d+:\d+)\)?/.exec(detail ?? "")?.[1];
      faults.push(`failed (${found}): ${message}${place === undefined ? "" : `, at ${place}`}`);
    }
  } else if (expect?.failure !== undefined) {
    faults.push(`expected a failure of class ${expect.failure.class}, found an output`);
  } else if (expect?.output !== undefined) {
    faults.push(...differences(expect.output, result.output, true));
  }
  if (expect?.tokens !== undefined && expect.tokens !== tokens) {
    faults.push(`tokens: expected ${JSON.stringify(expect.tokens)}, found ${JSON.stringify(tokens)}`);
  }
  for (const part of expect?.log ?? []) {
    if (!log.some((line) => line.includes(part))) {
      faults.push(`log: found no line with ${JSON.stringify(part)}`);
    }
  }
  for (const part of expect?.notices ?? []) {
    if (!notices.some((line) => line.includes(part))) {
      faults.push(`notices: found no message with ${JSON.stringify(part)}`);
    }
  }
  if (expect?.proposals !== undefined) faults.push(...differences(expect.proposals, proposals, true));
  for (const [path, wanted] of Object.entries(expect?.files ?? {})) {
    const found = await Deno.readTextFile(join(workspace, path)).catch(() => null);
    if (found !== wanted) faults.push(...differences({ [path]: wanted }, { [path]: found }));
  }
  return faults;
}

/** A view's tree must be one that can be shown. */
function treeFaults(fixture: Fixture, result: CallResult, built: BuiltExtension): readonly string[] {
  const isView = built.contributes?.some(({ kind, type }) => kind === "view" && type === fixture.use);
  if (isView !== true || !result.ok) return [];
  return readTree(own(result.output, "tree")).problems.map(({ path, message, hint }) =>
    `tree ${path}: ${message}. ${hint}`
  );
}

async function goldenFaults(
  file: string,
  output: Json,
  update: boolean,
): Promise<{ readonly faults: readonly string[]; readonly updated: boolean }> {
  const golden = `${file.slice(0, -ENDING.length)}.golden.json`;
  const text = await Deno.readTextFile(golden).catch(() => undefined);
  const wanted = text === undefined ? undefined : readGolden(text);
  const faults = wanted === undefined
    ? ["there is no golden file; --update writes it as it came out"]
    : differences(wanted, output);
  if (faults.length === 0 || !update) return { faults, updated: false };
  await Deno.writeTextFile(golden, `${JSON.stringify(output, null, 2)}\n`);
  return { faults: [], updated: true };
}

function readGolden(text: string): Json | undefined {
  try {
    const value = JSON.parse(text) as Json;
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
