/**
 * A small evaluation folder in memory, in the formats of the real ones.
 *
 * @module
 */

import type { FolderSource } from "../../../conductor/evaluate/folder_source.ts";

/** A source of these texts and bytes. */
export function sourceOf(files: Readonly<Record<string, string | Uint8Array>>): FolderSource {
  return {
    folder: "trial",
    files: () =>
      Promise.resolve(
        Object.entries(files).sort(([a], [b]) => a < b ? -1 : 1).map(([name, content]) => ({
          name,
          bytes: () =>
            Promise.resolve(typeof content === "string" ? new TextEncoder().encode(content) : content),
        })),
      ),
  };
}

export const meta = {
  name: "tiny",
  task: "q = correct",
  arms: [{ id: "cheap", price: 0.2 }, { id: "dear", "price_in": 3, "price_out": "15" }],
  features: ["log_chars", "f"],
  profiles: { balanced: { lc: 20, ll: 0.02, lf: 0.05 } },
};

/** `count` items of two kinds: the cheap arm is good at one, the dear one at both. */
export function items(count: number): object[] {
  return Array.from({ length: count }, (_, at) => ({
    id: `item/${at}`,
    slice: "s",
    kind: at % 2 === 0 ? "easy" : "hard",
    x: [0.5 + (at % 7) / 50, (at % 5) / 5],
    q: [at % 2 === 0 ? 1 : at % 8 === 1 ? 1 : 0, at % 10 === 3 ? 0 : 1],
    c: [0.0001, 0.002],
    l: [0.5, 1.5],
    f: [0, 0],
  }));
}

export function lines(values: readonly object[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join("");
}

export const graph = {
  name: "g",
  app: "a",
  "makespan_recorded": 3,
  tasks: [
    { id: "a", kind: "k", rt: 1, par: [], bytes: [], in: 0, out: 1, cores: 1 },
    { id: "b", kind: "k", rt: null, par: [0], bytes: [5], in: 0, out: 1, cores: null },
  ],
};

export const banditTable = "ts,item,position,click,propensity,u0,affinity_nonzero\n" +
  "2019-11-24 00:00:01,2,1,0,0.25,abc,\n2019-11-24 00:00:02,0,2,1,0.5,def,\n";

export const activity = "app,mem_mb,invocations,minutes_nonzero(minute:containers;...)\n" +
  "one,100,3,5:1;7:2\ntwo,0,0,\n";

/** Everything at once, at several depths. */
export function everything(): Record<string, string | Uint8Array> {
  return {
    "README.md": "read me",
    "routing/tiny/meta.json": JSON.stringify(meta),
    "routing/tiny/items.jsonl": lines(items(40)),
    "deep/er/graph.json": JSON.stringify(graph),
    "ope/x/random.csv": banditTable,
    "ope/y/log.vw": "2 1:1:0.5 | a b\n1 2:0:0.25 | c\n",
    "use.csv": activity,
    "azure.csv":
      "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:17:04.5,10,5\n2023-11-16 18:17:03.25,20,6\n",
    "moon.csv": "t_ms,input_tokens,output_tokens\n0,1,2\n1500,3,4\n",
    "load.csv": "hardware,run,n,load_mean_s,load_p95_s,infer_mean_s\nh,r,5,1.5,2,3\n",
    "board.csv": "model,pass_rate_2,percent_cases_well_formed,seconds_per_case,total_cost_usd,test_cases\n" +
      "best,80,100,60,45,225\nfair,70,100,10,2.25,225\nfree,20,90,5,,225\n",
    "other.csv": "model,pass\nm,1\n",
  };
}
