/**
 * `doctor`: looks at everything a run needs, through the same ports that a run uses. Each check gives one finding and what
 * to do about it; a check that breaks is a finding too.
 *
 * @module
 */

import { messageOf, SymphonyError } from "../core/errors.ts";
import { newRunId, type NodeTypeId } from "../core/ids.ts";
import type { ExtensionPort } from "../core/ports/extension.ts";
import type { Catalog } from "../core/workflow/catalog.ts";
import { type Arguments, exitCodes } from "./command.ts";
import { sessionOptions } from "./flags.ts";
import type { CliServices, DoctorCheck, Finding, Session, SessionOptions } from "./services.ts";
import { isCapable, styleFor } from "./style.ts";
import { cleanLine, duration, pad, size } from "./text.ts";

const LITTLE_SPACE = 1024 ** 3;
const NO_SPACE = 100 * 1024 ** 2;

/** Prints the findings as they come; exit 1 where one has failed. */
export async function doctorCommand(services: CliServices, args: Arguments): Promise<number> {
  const options = sessionOptions(services, args);
  let failed = false;
  const report = async (finding: Finding) => {
    failed ||= finding.status === "fail";
    await services.stdout.write(
      args.has("json") ? `${JSON.stringify(finding)}\n` : findingText(services, finding),
    );
  };
  const checks = [
    ...machineChecks(services, options),
    ...services.doctorChecks?.(options) ?? [],
  ];
  for (const check of checks) for (const finding of await carryOut(check)) await report(finding);
  for (const finding of await sessionFindings(services, options)) await report(finding);
  return failed ? exitCodes.failed : exitCodes.completed;
}

async function carryOut(check: DoctorCheck): Promise<readonly Finding[]> {
  try {
    return [await check.run()].flat();
  } catch (error) {
    return [broken(check.name, error)];
  }
}

function broken(check: string, error: unknown): Finding {
  const remedy = error instanceof SymphonyError ? error.hint ?? "" : "";
  return { check, status: "fail", detail: messageOf(error), remedy };
}

function machineChecks(services: CliServices, options: SessionOptions): readonly DoctorCheck[] {
  return [
    {
      name: "program",
      run: () => Promise.resolve(ok("program", `symphony ${services.version}, ${services.platform}`)),
    },
    { name: "terminal", run: () => Promise.resolve(terminal(services)) },
    { name: "data folder", run: () => dataFolder(services, options) },
    { name: "free space", run: () => Promise.resolve(freeSpace(services, options)) },
    { name: "git", run: () => git(services) },
  ];
}

function terminal(services: CliServices): Finding {
  const { stderr } = services;
  if (!stderr.isTerminal) return ok("terminal", "none here; progress comes as plain lines");
  if (!isCapable(services, stderr)) return ok("terminal", "dumb; progress comes as plain lines");
  return ok("terminal", `${stderr.columns()} by ${stderr.rows()}`);
}

async function dataFolder(services: CliServices, { data }: SessionOptions): Promise<Finding> {
  const path = services.absolute(".doctor", data);
  await services.writeFile(path, new TextEncoder().encode("written by symphony doctor\n"));
  return ok("data folder", `${data} can be written`);
}

function freeSpace(services: CliServices, { data }: SessionOptions): Finding {
  const free = services.freeSpace(data);
  if (free === undefined) return warn("free space", "cannot be told here", "");
  const text = `${size(free)} free for ${data}`;
  const remedy = "free some space, or give another folder with --data";
  if (free < NO_SPACE) return { check: "free space", status: "fail", detail: text, remedy };
  return free < LITTLE_SPACE ? warn("free space", text, remedy) : ok("free space", text);
}

async function git(services: CliServices): Promise<Finding> {
  const version = await services.programOutput("git", ["--version"]);
  if (version !== undefined) return ok("git", version);
  return warn(
    "git",
    "not found",
    "install git; without it git/log and git/diff fail and reviews know no history",
  );
}

async function sessionFindings(services: CliServices, options: SessionOptions): Promise<readonly Finding[]> {
  let session: Session;
  try {
    session = await services.openSession(options);
  } catch (error) {
    return [broken("store", error)];
  }
  await using open = session;
  const findings = [...await carryOut({ name: "store", run: () => store(services, open) })];
  let catalog: Catalog;
  try {
    catalog = await open.extensions.describe();
  } catch (error) {
    return [...findings, broken("extensions", error)];
  }
  findings.push(...extensionFindings(catalog));
  findings.push(
    ...await carryOut({ name: "extension host", run: () => host(services, open.extensions, catalog) }),
  );
  return [...findings, ...await instrumentFindings(open, catalog)];
}

/** A durable write, read back: opens the database, waits for the disk, verifies the hash. */
async function store(services: CliServices, session: Session): Promise<Finding> {
  const before = services.clock.monotonic();
  // Different bytes each time: equal ones would be found and not be written.
  const mark = newRunId(services.clock.now(), () => 0);
  const bytes = new TextEncoder().encode(`symphony doctor ${mark}\n`);
  const id = await session.pit.artifacts.put(bytes, { type: "text/plain", name: "doctor.txt" });
  const tookMs = services.clock.monotonic() - before;
  const back = await session.pit.artifacts.get(id);
  if (back?.length === bytes.length) return ok("store", `a durable write took ${duration(tookMs)}`);
  const remedy = "check the disk, then run artifacts verify";
  return { check: "store", status: "fail", detail: "what was written cannot be read back", remedy };
}

function extensionFindings(catalog: Catalog): readonly Finding[] {
  const extensions = new Set([...catalog.nodes.values()].map(({ extension }) => extension));
  const found = `${extensions.size} with ${catalog.nodes.size} node types and ${catalog.tasks.size} tasks`;
  return [
    extensions.size === 0
      ? { check: "extensions", status: "fail", detail: "none was found", remedy: "install the program anew" }
      : ok("extensions", found),
    ...catalog.problems.map(({ where, message }) =>
      warn("extension", `${where}: ${message}`, "put its manifest or code right, or remove it")
    ),
  ];
}

async function host(services: CliServices, extensions: ExtensionPort, catalog: Catalog): Promise<Finding> {
  const first = [...catalog.nodes.values()].find(({ kind }) => kind === "operator");
  if (first === undefined) return warn("extension host", "no operator to start", "");
  const before = services.clock.monotonic();
  const instance = await extensions.activate(first.extension);
  const tookMs = services.clock.monotonic() - before;
  const isAlive = extensions.isAlive(instance);
  await extensions.deactivate(instance);
  if (isAlive) return ok("extension host", `${first.extension} started in ${duration(tookMs)}`);
  const remedy = "run again; if it stays so, report it with this output";
  return { check: "extension host", status: "fail", detail: `${first.extension} ended at once`, remedy };
}

async function instrumentFindings(session: Session, catalog: Catalog): Promise<readonly Finding[]> {
  const instruments = [...catalog.nodes.values()].filter(({ kind }) => kind === "instrument");
  const reasons = await session.unavailable?.(instruments.map(({ type }) => type)) ??
    new Map<NodeTypeId, string>();
  return instruments.map(({ type, title, instrument }) => {
    const reason = reasons.get(type) ?? instrument?.unavailable;
    return reason === undefined
      ? ok("instrument", `${type} can be used (${title})`)
      : warn("instrument", `${type} cannot be used: ${reason}`, remedyFor(reason));
  });
}

function remedyFor(reason: string): string {
  return /granted/i.test(reason) ? "grants add --help shows how to grant a key" : "";
}

function ok(check: string, detail: string): Finding {
  return { check, status: "ok", detail, remedy: "" };
}

function warn(check: string, detail: string, remedy: string): Finding {
  return { check, status: "warn", detail, remedy };
}

function findingText(services: CliServices, { check, status, detail, remedy }: Finding): string {
  const style = styleFor(services, services.stdout);
  const colour = ({ ok: "green", warn: "yellow", fail: "red" } as const)[status];
  const todo = remedy === "" ? "" : `        ${cleanLine(remedy)}\n`;
  return `${style(colour, pad(status, 4))}  ${pad(check, 14)}  ${cleanLine(detail)}\n${todo}`;
}
