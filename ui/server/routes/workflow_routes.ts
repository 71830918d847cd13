/** Workflows, templates, the catalogue. @module */

import { SymphonyError } from "../../../core/errors.ts";
import { forecastFor } from "../../../core/orchestration/run_forecast.ts";
import { didYouMean } from "../../../core/workflow/suggest.ts";
import type { Route } from "../../api/api.ts";
import type { JsonEdit } from "../../api/workflows.ts";
import type { Desk } from "../desk.ts";
import { type HandlersOf, Reply } from "../http/handlers.ts";
import { Refusal } from "../http/problems.ts";
import type { TemplateText } from "../services.ts";
import { components } from "../workflows/components.ts";
import { templateLine } from "../workflows/template_line.ts";
import { hashOf } from "../workflows/versions.ts";
import { editedText } from "../workflows/workflow_store.ts";

type WorkflowRoute = Extract<
  Route,
  `${string} /workflow${string}` | `${string} /templates${string}` | "GET /catalog"
>;

export function workflowRoutes(desk: Desk): HandlersOf<WorkflowRoute> {
  const { workflows, services } = desk;
  return {
    "GET /workflows": () => workflows.list(),
    "GET /workflow": async ({ query }) => tagged(await workflows.open(query.file, query.textOnly)),
    "PUT /workflow": async ({ query, body, headers }) => {
      const saved = await workflows.save(query.file, body, seenIn(headers, true));
      desk.fileChanged(query.file, "changed", saved.hash);
      return tagged(saved);
    },
    "DELETE /workflow": async ({ query, headers }) => {
      await workflows.remove(query.file, seenIn(headers, false));
      desk.fileChanged(query.file, "removed");
      return null;
    },
    "POST /workflow/rename": async ({ query, body }) => {
      const renamed = await workflows.rename(query.file, body.to);
      desk.fileChanged(query.file, "removed");
      desk.fileChanged(body.to, "made", renamed.hash);
      return renamed;
    },
    "GET /workflow/versions": async ({ query }) => {
      // What is on the disk now is a version too.
      await workflows.open(query.file).catch(() => undefined);
      return await desk.versions.list(query.file);
    },
    "GET /workflow/versions/{hash}": async ({ query, params }) => {
      const text = await desk.versions.text(query.file, params.hash);
      const version = (await desk.versions.list(query.file)).find(({ hash }) => hash === params.hash);
      if (text === undefined || version === undefined) {
        throw new SymphonyError("not-found", `Cannot find version ${params.hash} of "${query.file}"`);
      }
      const { graph } = await workflows.check(text, query.file);
      return { ...version, text, ...graph === undefined ? {} : { graph } };
    },
    "POST /workflows/check": ({ body }) => workflows.check(body.text, body.file ?? "workflow.jsonc"),
    "POST /workflows/forecast": async ({ body }) => {
      const draft = workflows.read(body.text, body.file ?? "workflow.jsonc");
      const { dag } = (await desk.backend()).pit;
      const forecast = draft === undefined ? undefined : await forecastFor(dag, draft);
      return forecast === undefined ? {} : { forecast };
    },
    "POST /workflows/edit": ({ body }) => {
      const text = editedText(body.text, body.edits);
      return { text, hash: hashOf(text) };
    },
    "POST /workflows/compose": async ({ body }) => {
      const { candidates, notes } = await services.composition.propose({
        goal: body.goal,
        catalog: await desk.catalog(),
        templates: await desk.templates(),
      });
      return {
        notes,
        candidates: candidates.map((one) => ({
          source: one.source,
          text: one.text,
          name: one.name,
          description: one.description,
          reason: one.reason,
          problems: one.problems,
          usdMost: one.price.usdMost,
          ...one.price.seconds === undefined ? {} : { seconds: one.price.seconds },
          score: one.score,
        })),
      };
    },
    "GET /catalog": async () => {
      const { nodes, tasks, problems, limits } = await desk.catalog();
      return {
        nodes: [...nodes.values()],
        tasks: [...tasks.values()],
        components,
        problems,
        limits: Object.fromEntries(limits),
      };
    },
    "GET /templates": async () => (await desk.templates()).map(templateLine),
    "GET /templates/{id}": async ({ params }) => {
      const template = templateNamed(await desk.templates(), params.id);
      const { graph } = await workflows.check(template.text, template.file);
      return { ...templateLine(template), text: template.text, ...graph === undefined ? {} : { graph } };
    },
    "POST /templates/{id}/instantiate": async ({ params, body }) => {
      const template = templateNamed(await desk.templates(), params.id);
      const edits: JsonEdit[] = [
        ...body.name === undefined ? [] : [{ path: ["name"], value: body.name }],
        ...Object.entries(body.inputs ?? {}).map(([name, value]) => ({
          path: ["inputs", name, "default"],
          value,
        })),
      ];
      const text = editedText(template.text, edits);
      const made = await workflows.save(
        body.file,
        { text, message: `from template ${template.id}` },
        undefined,
      );
      desk.fileChanged(body.file, "made", made.hash);
      const { isMerged: _, ...file } = made;
      return file;
    },
  };
}

function tagged<T extends { readonly hash: string }>(answer: T): Reply<T> {
  return new Reply({ answer, headers: { etag: `"${answer.hash}"` } });
}

/** The hash in `If-Match`; undefined for `If-None-Match: *`. @throws Refusal 428 */
function seenIn(headers: Headers, mayBeNew: boolean): string | undefined {
  const match = headers.get("if-match");
  if (match !== null) return match.trim().replace(/^(W\/)?"(.*)"$/, "$2");
  if (mayBeNew && headers.get("if-none-match") === "*") return undefined;
  const right = `If-Match: "HASH" of the text that was seen${
    mayBeNew ? ", or If-None-Match: * for a new file" : ""
  }`;
  throw new Refusal(428, "bad-input", `Cannot change the file: missing header, expected ${right}`, {
    faults: [{ place: "header.If-Match", found: "nothing", right }],
  });
}

function templateNamed(templates: readonly TemplateText[], id: string): TemplateText {
  const found = templates.find((template) => template.id === id);
  if (found !== undefined) return found;
  const known = didYouMean(id, templates.map((template) => template.id), "templates");
  throw new SymphonyError("not-found", `Cannot find template "${id.slice(0, 100)}"`, { hint: known });
}
