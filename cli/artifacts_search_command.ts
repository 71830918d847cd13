/** `artifacts search`. @module */

import { SymphonyError } from "../core/errors.ts";
import { isNodeId } from "../core/ids.ts";
import type { ArtifactHit, ArtifactQuery, SearchResult } from "../core/ports/artifact_catalog.ts";
import { isoTime, numberFlag, openLibrary, say, shortId, timeFlag } from "./artifact_store.ts";
import { type Arguments, exitCodes } from "./command.ts";
import { findRun } from "./prefix.ts";
import { localTime } from "./runs_list_command.ts";
import type { CliServices, Store } from "./services.ts";
import { type Style, styleFor } from "./style.ts";
import { cleanLine, count, size, table } from "./text.ts";

const PAGE = 20;

/** A page of what fits, with where the words stand, and how many there are by type, tag and run. */
export async function artifactsSearchCommand(services: CliServices, args: Arguments): Promise<number> {
  const limit = numberFlag(args, "limit", { least: 1, most: 1_000 }) ?? PAGE;
  const page = numberFlag(args, "page", { least: 1, most: 1_000_000 }) ?? 1;
  await using store = await openLibrary(services, args);
  const query = await queryOf(services, args, store);
  const result = await store.pit.library.search.search({ ...query, limit, offset: (page - 1) * limit });
  const record = {
    total: result.total,
    ...result.looked === undefined ? {} : { looked: result.looked },
    page,
    pages: Math.ceil(result.total / limit),
    hits: result.hits.map((hit) => ({ ...hit, createdAt: isoTime(hit.createdAt) })),
    facets: result.facets,
  };
  await say(
    services,
    args,
    record,
    () => resultText(result, { page, limit }, styleFor(services, services.stdout)),
  );
  return exitCodes.completed;
}

async function queryOf(services: CliServices, args: Arguments, store: Store): Promise<ArtifactQuery> {
  const text = args.positionals[0];
  const [type, tag, run, node] = ["type", "tag", "run", "node"].map((name) => args.value(name));
  if (node !== undefined && !isNodeId(node)) {
    throw new SymphonyError(
      "bad-input",
      `Cannot search for --node "${cleanLine(node)}": no node can be called so`,
    );
  }
  const now = services.clock.now();
  const [since, until] = [timeFlag(args, "since", now), timeFlag(args, "until", now)];
  if (since !== undefined && until !== undefined && since > until) {
    throw new SymphonyError("bad-input", "Cannot search: --since is later than --until");
  }
  const minQuality = numberFlag(args, "min-quality", { least: 0, most: 1, isWhole: false });
  return {
    ...text === undefined ? {} : { text },
    ...type === undefined ? {} : { type },
    ...tag === undefined ? {} : { tag },
    ...run === undefined ? {} : { run: (await findRun(store.pit.dag, run)).run },
    ...node === undefined ? {} : { node },
    ...since === undefined ? {} : { since },
    ...until === undefined ? {} : { until },
    ...minQuality === undefined ? {} : { minQuality },
  };
}

function resultText(
  { hits, total, looked, facets }: SearchResult,
  { page, limit }: { readonly page: number; readonly limit: number },
  style: Style,
): string {
  if (total === 0) return "Nothing found\n";
  if (hits.length === 0) return `${count(total, "artifact")}; there is no page ${page}\n`;
  const from = (page - 1) * limit;
  const ranked = looked === undefined ? "" : `, ranked among the newest ${looked}`;
  const lines = [`${from + 1} to ${from + hits.length} of ${count(total, "artifact")}${ranked}\n`];
  for (const hit of hits) lines.push(hitText(hit, style));
  const facetLines = (["type", "tag", "run"] as const).flatMap((name) => {
    const values = Object.entries(facets[name]).slice(0, 5);
    if (values.length === 0) return [];
    return [[`  ${name}`, values.map(([value, n]) => `${cleanLine(value)} (${n})`).join("  ")]];
  });
  return `${lines.join("")}${facetLines.length === 0 ? "" : table(facetLines)}`;
}

function hitText(
  { artifact, name, type, createdAt, sizeBytes, highlight }: ArtifactHit,
  style: Style,
): string {
  const head = `${style("cyan", shortId(artifact))}  ${size(sizeBytes)}  ${localTime(createdAt)}  ${
    cleanLine(type)
  }  ${style("bold", cleanLine(name))}\n`;
  const found = cleanLine(highlight).replace(/\[([^[\]]*)\]/g, (all) => style("yellow", all));
  return found === "" ? head : `${head}    ${found}\n`;
}
