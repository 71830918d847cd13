/**
 * What every TrainingDataPort promises of a decision log.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { PitPort } from "../../core/ports/pit.ts";
import { collect, type Make } from "./subject.ts";

const key = "sk-proj-abcdefghijklmnop1234567890";

/** A log with every odd thing: outcomes in several parts, none, twice the same decision, secrets, a torn line. */
export function decisionLog(runs = 40): readonly string[] {
  const lines: string[] = [];
  const add = (entry: object) => lines.push(JSON.stringify(entry));
  for (let at = 0; at < runs; at++) {
    const decision = {
      id: `d${String(at).padStart(4, "0")}`,
      type: "route",
      at: 1_000 + at,
      run: `r${String(at).padStart(15, "0")}`,
      node: "review",
      attempt: 1,
      kind: `review/kind${at % 10} for jane.doe@example.org, https://user:pa55@host/x ${
        "ab".repeat(32)
      } ${key}`,
      features: Array.from({ length: 34 }, (_, place) => place === 0 ? at % 10 : 0.5),
      preference: { perUsd: 1, perSecond: 0.01, perFailure: 0.1 },
      actions: ["anthropic/claude", "openai/gpt"],
      masked: [{ action: "local/server", reason: `Bearer ${key} was refused` }],
      action: at % 2,
      propensities: [0.75, 0.25],
      heads: [],
      scores: [0.5, 0.4],
      explored: at % 2 === 1,
      policy: "p1",
      facts: {
        tokensIn: 100,
        candidates: ["anthropic/claude", "openai/gpt"].map((id) => ({ id, priceIn: 1, priceOut: 2 })),
        standard: 0,
        mode: "learned",
        isGated: false,
        note: `mail jane.doe@example.org, https://user:pa55@host/x, hash ${"ab".repeat(32)}`,
      },
    };
    add({ entry: "decision", decision });
    if (at % 8 === 7) continue;
    add({
      entry: "outcome",
      outcome: { decision: decision.id, at: 2_000, quality: 0.5, usd: 0.01, seconds: 2 },
    });
    if (at % 8 !== 1) continue;
    add({ entry: "outcome", outcome: { decision: decision.id, at: 3_000, quality: 0.9, source: "person" } });
    add({ entry: "outcome", outcome: { decision: decision.id, at: 4_000, quality: 0.1, source: "check" } });
  }
  add({
    entry: "decision",
    decision: { id: "w1", type: "prewarm", at: 2_000, actions: ["keep"], action: 0, propensities: [1] },
  });
  add({ entry: "outcome", outcome: { decision: "w1", at: 2_100, quality: 1 } });
  add({ entry: "policy", change: { at: 1, change: "train", policy: "p1", reason: "r" } });
  lines.push('{"entry":"decision","decis');
  return lines;
}

/** Registers the suite for one Pit; `make` is given the lines of the log. */
export function testTrainingDataPort(
  name: string,
  make: (lines: readonly string[]) => ReturnType<Make<PitPort>>,
): void {
  const rowsOf = async (pit: PitPort, validationShare = 0.25, since?: number) => {
    const { version, summary } = await pit.training.curate({
      validationShare,
      ...since === undefined ? {} : { since },
    });
    const text = new TextDecoder().decode(await pit.artifacts.get(version.artifact));
    const rows = text.trimEnd().split("\n").map((line) => JSON.parse(line) as Record<string, unknown>);
    return { version, summary, rows, text };
  };

  Deno.test(`${name}.curate() joins decisions with outcomes, counts equal ones once, splits by run and says what it left out`, async () => {
    await using subject = await make(decisionLog());
    const { version, summary, rows } = await rowsOf(subject.port);
    assert.deepEqual([version.name, version.version], ["training/decisions", 1]);
    assert.ok(rows.every(({ format }) => format === "symphony-decisions/1"));
    assert.equal(new Set(rows.map(({ id }) => id)).size, rows.length);
    const { decisions, withoutOutcome, otherKinds, unreadable } = summary;
    assert.deepEqual([decisions, withoutOutcome, otherKinds, unreadable], [41, 5, 1, 1]);
    assert.equal(rows.length, summary.rows);
    assert.equal(summary.rows + summary.duplicates, 35);
    assert.equal(rows.reduce((sum, row) => sum + Number(row["weight"]), 0), 35);
    assert.ok(summary.duplicates > 0 && summary.validation > 0 && summary.train > summary.validation);
    const [first] = rows as [Record<string, unknown>];
    assert.deepEqual(first["rewards"], { quality: 0.5, usd: 0.01, seconds: 2 });
    assert.deepEqual([first["action"], first["propensities"], first["policy"]], [0, [0.75, 0.25], "p1"]);
    assert.deepEqual((first["actions"] as { id: string }[]).map(({ id }) => id), [
      "anthropic/claude",
      "openai/gpt",
    ]);
    const judged = rows.find(({ id }) => id === "d0001") as Record<string, unknown> | undefined;
    assert.deepEqual(
      judged?.["rewards"],
      { quality: 0.9, usd: 0.01, seconds: 2, source: "person" },
      "a person's word counts",
    );
  });

  Deno.test(`${name}.curate() takes secrets out and leaves hashes and numbers`, async () => {
    await using subject = await make(decisionLog());
    const { text, summary } = await rowsOf(subject.port);
    for (const secret of [key, "jane.doe", "pa55"]) assert.ok(!text.includes(secret), secret);
    assert.ok(text.includes("ab".repeat(32)) && text.includes("[redacted:"));
    assert.ok(summary.redacted >= 3 * 35);
  });

  Deno.test(`${name}.curate() gives the same bytes for the same log, a new version for another, and archives rather than deletes them`, async () => {
    await using subject = await make(decisionLog());
    const pit = subject.port;
    const { version } = await rowsOf(pit);
    assert.equal((await rowsOf(pit)).version.version, 1);
    const later = await rowsOf(pit, 0.25, 1_020);
    assert.deepEqual([later.version.version, later.version.parent, later.summary.decisions], [2, 1, 21]);
    assert.deepEqual((await pit.library.catalog.labels(version.artifact)).tags, ["training-data"]);
    const plan = await pit.retention.preview([{ name: "all", action: "delete", when: { olderThanDays: 0 } }]);
    assert.ok(!plan.items.some(({ artifact }) => artifact === version.artifact));
    const none = await rowsOf(pit, 0);
    assert.equal(none.summary.validation, 0);
  });

  Deno.test(`${name}.curate() refuses a log that has no decision`, async () => {
    await using subject = await make([]);
    await assert.rejects(rowsOf(subject.port), { code: "not-found" });
    assert.deepEqual(await collect(subject.port.library.catalog.names()), []);
  });
}
