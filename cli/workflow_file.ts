/**
 * From FILE or TEMPLATE on the command line to a checked workflow.
 *
 * @module
 */

import { SymphonyError } from "../core/errors.ts";
import type { Catalog } from "../core/workflow/catalog.ts";
import { checkWorkflow } from "../core/workflow/check.ts";
import type { Problem } from "../core/workflow/problem.ts";
import { didYouMean } from "../core/workflow/suggest.ts";
import { printProblems } from "./problem_text.ts";
import type { CliServices, WorkflowResolver } from "./services.ts";

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

/** The checked definition. @throws SymphonyError `bad-workflow` with every problem and its place. */
export function checkedDefinition(services: CliServices, source: WorkflowSource, catalog: Catalog) {
  const { definition, problems } = check(services, source, catalog);
  const errors = problems.filter(({ severity }) => severity === "error");
  if (definition !== undefined && errors.length === 0) return definition;
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
