/**
 * From FILE or TEMPLATE on the command line to a checked workflow.
 *
 * @module
 */

import { SymphonyError } from "../core/errors.ts";
import type { Catalog } from "../core/workflow/catalog.ts";
import { checkPart, checkWorkflow } from "../core/workflow/check.ts";
import type { WorkflowDefinition } from "../core/workflow/definition.ts";
import type { PartNote } from "../core/workflow/part_of.ts";
import type { Problem } from "../core/workflow/problem.ts";
import { didYouMean } from "../core/workflow/suggest.ts";
import { printProblems } from "./problem_text.ts";
import type { CliServices, WorkflowResolver } from "./services.ts";
import { cleanLine } from "./text.ts";

/** A workflow's text and where it comes from. */
export interface WorkflowSource {
  readonly file: string;
  readonly text: string | Uint8Array;
}

/** Finds FILE or TEMPLATE. @throws SymphonyError `bad-input` naming the templates where there is neither. */
export function readWorkflow(services: CliServices, reference: string): WorkflowSource {
  const templates = services.templates();
  // What looks like a path is one, so that a template cannot stand in for a file that was meant.
  if (!isPath(reference)) {
    const template = templates.find(({ id }) => id === reference);
    if (template !== undefined) return { file: template.file, text: template.text };
  }
  try {
    return { file: reference, text: services.readFile(services.absolute(reference)) };
  } catch (error) {
    if (!(error instanceof SymphonyError)) throw error;
    if (error.code !== "not-found") throw new SymphonyError("bad-input", error.message, { cause: error });
    const ids = templates.map(({ id }) => id);
    throw new SymphonyError(
      "bad-input",
      `Cannot find workflow "${reference}": neither a file nor a template`,
      {
        cause: error,
        hint: isPath(reference)
          ? "Give the path of a .workflow.jsonc file"
          : didYouMean(reference, ids, "templates"),
      },
    );
  }
}

/** Checks a workflow against the catalogue, sub-workflows included. */
export function check(services: CliServices, source: WorkflowSource, catalog: Catalog) {
  return checkWorkflow(source.text, source.file, catalog, resolver(services));
}

/** What is carried out: a workflow, or as much of it as some of its nodes need. */
export interface RunnableWorkflow {
  readonly definition: WorkflowDefinition;
  readonly part?: PartNote;
}

/** The checked definition. @throws SymphonyError `bad-workflow` with every problem and its place. */
export function checkedDefinition(
  services: CliServices,
  source: WorkflowSource,
  catalog: Catalog,
): WorkflowDefinition {
  const { definition, problems } = check(services, source, catalog);
  return definition ?? refused(services, source, catalog, problems);
}

/**
 * As much of the workflow as the nodes `to` need, which alone is checked; all of it where none are named.
 * @throws SymphonyError `bad-workflow` with every problem and its place, `bad-input` for a node that there is not
 */
export function checkedWorkflow(
  services: CliServices,
  source: WorkflowSource,
  catalog: Catalog,
  to: readonly string[],
): RunnableWorkflow {
  if (to.length === 0) return { definition: checkedDefinition(services, source, catalog) };
  const part = checkPart(source.text, source.file, catalog, to, resolver(services));
  const [unknown] = part.unknown;
  if (unknown !== undefined) throw unknownNode(unknown, part.known, "--to");
  const { definition, note, problems } = part;
  if (definition === undefined || note === undefined) return refused(services, source, catalog, problems);
  return { definition, part: note };
}

/** For a flag that names a node that there is not. */
export function unknownNode(name: string, known: Iterable<string>, flag: string): SymphonyError {
  const hint = didYouMean(name, known, "nodes");
  return new SymphonyError("bad-input", `Cannot find the node "${cleanLine(name)}" for ${flag}: ${hint}`);
}

function refused(
  services: CliServices,
  source: WorkflowSource,
  catalog: Catalog,
  problems: readonly Problem[],
): never {
  const errors = problems.filter(({ severity }) => severity === "error");
  throw new SymphonyError("bad-workflow", problemList(source, errors), {
    hint: catalog.problems.length === 0
      ? `Put these right, then look again with: ${services.program} check ${source.file}`
      : catalog.problems.map(({ where, message }) => `Extension ${where} could not be read: ${message}`).join(
        "\n  ",
      ),
  });
}

function problemList(source: WorkflowSource, errors: readonly Problem[]): string {
  const text = printProblems(errors, source, (_colour, text) => text);
  return `Cannot run "${source.file}": ${errors.length} error${errors.length === 1 ? "" : "s"}\n${text}`
    .trimEnd();
}

function resolver(services: CliServices): WorkflowResolver {
  return (reference, from) => {
    if (!isPath(reference)) {
      const template = services.templates().find(({ id }) => id === reference);
      if (template !== undefined) return { file: template.file, text: template.text };
    }
    const file = services.absolute(reference, services.absolute("..", services.absolute(from)));
    try {
      return { file, text: new TextDecoder().decode(services.readFile(file)) };
    } catch (error) {
      if (error instanceof SymphonyError) return undefined;
      throw error;
    }
  };
}

function isPath(reference: string): boolean {
  return /[/\\.]/.test(reference);
}
