/**
 * What can be found from every view by its name: runs, workflows, artifacts, extensions, settings, and the parts of views.
 *
 * @module
 */

import { effect } from "@preact/signals";
import { agoText } from "../monitor/format.ts";
import { areRunsKnown, sortedRuns } from "../monitor/runs/run_index.ts";
import { stateWord } from "../parts/state_dot.tsx";
import type { App } from "../state/app.ts";
import { hrefOf, navigate } from "../state/route.ts";
import { addPageFinder, type Finding } from "./command_palette.tsx";

/** How long an answer is good for: one look into the palette. */
const FRESH_MS = 10_000;
const MOST_RUNS = 500;
const MOST_ARTIFACTS = 8;

const parts: readonly (readonly [title: string, view: string, path: string, tab: string])[] = [
  ["System: extensions", "system", "extensions", ""],
  ["System: permissions and audit", "system", "permissions", ""],
  ["System: settings", "system", "settings", ""],
  ["System: storage", "system", "storage", ""],
  ["System: themes", "system", "themes", ""],
  ["Performance: overview", "performance", "", "overview"],
  ["Performance: latency and cost", "performance", "", "latency"],
  ["Performance: pool and extensions", "performance", "", "pool"],
  ["Performance: decisions of the Conductor", "performance", "", "decisions"],
];

/** Offers them from now on. */
export function findEverywhere(app: App): void {
  const { client } = app;
  const workflows = fresh(() => client.call("GET /workflows", {}));
  const extensions = fresh(() => client.call("GET /extensions", {}));
  const settings = fresh(() => client.call("GET /settings", {}));
  const to = (view: string, path = "", query: Readonly<Record<string, string>> = {}) => () =>
    navigate(hrefOf(view, path, query));

  addPageFinder(() =>
    parts.map(([title, view, path, tab]) => ({
      id: title,
      title,
      group: "Views",
      icon: "step",
      run: to(view, path, tab === "" ? {} : { tab }),
    }))
  );
  addPageFinder(async () => {
    await runsKnown();
    return sortedRuns.peek().slice(0, MOST_RUNS).map(({ run, workflow, state, startedAt }) => ({
      id: run,
      title: `${workflow} ${run}`,
      about: `${stateWord(state)}, ${agoText(startedAt, Date.now())}`,
      group: "Runs",
      icon: "runs",
      run: to("runs", run),
    }));
  });
  addPageFinder(async (query) => {
    if (query === "") return [];
    const [files, installed, lines] = await Promise.all([workflows(), extensions(), settings()]);
    return [
      ...files.map(({ file, name }): Finding => ({
        id: file,
        title: name === "" ? file : name,
        about: file,
        group: "Workflows",
        icon: "workflow",
        run: to("board", file),
      })),
      ...installed.map(({ id, name }): Finding => ({
        id,
        title: `${name} ${id}`,
        group: "Extensions",
        icon: "extension",
        run: to("system", "extensions"),
      })),
      ...lines.map(({ extension, name, description }): Finding => ({
        id: `${extension}/${name}`,
        title: `${extension} ${name}`,
        about: description,
        group: "Settings",
        icon: "settings",
        run: to("system", "settings", { extension }),
      })),
    ];
  });
  addPageFinder(async (query) => {
    const words = query.match(/[\p{L}\p{N}]{2,}/gu);
    if (words === null) return [];
    const text = words.map((word) => `${word}*`).join(" ");
    const { hits } = await client.call("GET /artifacts", { query: { text, limit: MOST_ARTIFACTS } });
    return hits.map(({ artifact, title }) => ({
      id: artifact,
      title,
      about: artifact.slice(0, 12),
      group: "Artifacts",
      icon: "artifact",
      isBehind: true,
      run: to("artifacts", artifact),
    }));
  });
}

/** Resolves as soon as the page knows of runs. */
function runsKnown(): Promise<void> {
  return new Promise((resolve) => {
    const stop = effect(() => {
      if (!areRunsKnown.value) return;
      resolve();
      queueMicrotask(() => stop());
    });
  });
}

/** Asks again only after a while; a failure finds nothing, and is asked again. */
function fresh<T>(ask: () => Promise<readonly T[]>): () => Promise<readonly T[]> {
  let known: { readonly at: number; readonly answer: Promise<readonly T[]> } | undefined;
  return () => {
    if (known === undefined || performance.now() - known.at > FRESH_MS) {
      const answer = ask().catch(() => {
        known = undefined;
        return [];
      });
      known = { at: performance.now(), answer };
    }
    return known.answer;
  };
}
