/**
 * Guards of models, the editor and messages.
 *
 * @module
 */

import type { Guard } from "./guard.ts";

const runModels = "tests/core/orchestration/models_test.ts";
const models = "tests/extensions/models_test.ts";
const editor = "tests/extensions/editor_test.ts";
const zoo = "tests/extensions/zoo_test.ts";

export const askingGuards: readonly Guard[] = [
  {
    name: "models are asked by leave",
    file: "extensions/capabilities/models.ts",
    find: "      await demand(scope, `models:${use}`);\n",
    replace: "",
    test: models,
    only: "a model is asked by a name",
  },
  {
    name: "no policy for unnamed models",
    file: "core/policy/permission.ts",
    find: 'return !permission.use.some((pattern) => pattern !== "*" && modelKeyMatches(pattern, key));',
    replace: "return false;",
    test: models,
    only: "no policy grants a model",
  },
  {
    name: "models count against the run's budget",
    file: "core/orchestration/run_models.ts",
    find: "usd: budget.hold({ maxUsd: usd }),",
    replace: "usd: () => {},",
    test: runModels,
    only: "is never passed",
  },
  {
    name: "models count against the manifest's limits",
    file: "extensions/monitor/resource_monitor.ts",
    find: "meter.usd += taken.usd;",
    replace: "",
    test: models,
    only: "counted by the core",
  },
  {
    name: "models cannot be asked for more than is left",
    file: "core/orchestration/assignment.ts",
    find: "const budgetUsd = least(limits.budgetUsd, left.usd);",
    replace: "const budgetUsd = limits.budgetUsd;",
    test: runModels,
    only: "its own allowance",
  },
  {
    name: "nobody is asked in the midst of its own call",
    file: "core/orchestration/run_models.ts",
    find: "if (named !== undefined && chain.includes(named.extension)) {",
    replace: "if (false) {",
    test: runModels,
    only: "nobody is asked",
  },
  {
    name: "models ask models only so deep",
    file: "core/orchestration/run_models.ts",
    find: "if (chain.length > MOST_DEEP) {",
    replace: "if (false) {",
    test: runModels,
    only: "nobody is asked",
  },
  {
    name: "a call asks models only so often",
    file: "core/orchestration/run_models.ts",
    find: "if (++this.#asks > MOST_ASKS) {",
    replace: "if (++this.#asks > 1e9) {",
    test: zoo,
    only: "every hostile",
    zoo: "model-flood",
  },
  {
    name: "nobody waits for a model for ever",
    file: "core/orchestration/run_models.ts",
    find: "waitMs: WAIT_MS, ",
    replace: "",
    test: runModels,
    only: "only place",
  },
  {
    name: "arguments of a capability are short",
    file: "extensions/host/host_channel.ts",
    find: 'if (jsonBytesOf(body) > MOST_ASK_JSON) return this.#refuse(id, "input", TOO_MUCH_JSON);',
    replace: "",
    test: zoo,
    only: "every hostile",
    zoo: "long-arguments",
  },
  {
    name: "what a model is asked has a size",
    file: "extensions/capabilities/models.ts",
    find: "const MOST_BYTES = 4 << 20;",
    replace: "const MOST_BYTES = 4 << 28;",
    test: zoo,
    only: "every hostile",
    zoo: "model-payload",
  },
  {
    name: "proposals stay in the folder",
    file: "extensions/capabilities/editor.ts",
    find: "const file = await realBelow(root, path);",
    replace: "const file = await Deno.realPath(`${root}/${path}`);",
    test: zoo,
    only: "every hostile",
    zoo: "propose-outside",
  },
  {
    name: "no proposal to git's own folder",
    file: "extensions/capabilities/editor.ts",
    find: "      refuseGitSteps(root, file);\n",
    replace: "",
    test: editor,
    only: "no text outside",
  },
  {
    name: "a text that is proposed to has a size",
    file: "extensions/capabilities/editor.ts",
    find: 'if (typeof one === "string" && one.length > limits.chars) {',
    replace: "if (false) {",
    test: editor,
    only: "a proposal is bounded",
  },
  {
    name: "a call proposes only so often",
    file: "extensions/capabilities/editor.ts",
    find: "if (proposals > limits.proposals || proposedChars > limits.proposedChars) {",
    replace: "if (false) {",
    test: editor,
    only: "a proposal is bounded",
  },
  {
    name: "the editor is used by leave",
    file: "extensions/capabilities/editor.ts",
    find: '      await demand(scope, "editor:propose");\n',
    replace: "",
    test: editor,
    only: "nobody proposes",
  },
  {
    name: "messages are few",
    file: "extensions/notices.ts",
    find: "if (savedMs < REFILL_MS) {",
    replace: "if (false) {",
    test: zoo,
    only: "every hostile",
    zoo: "notice-flood",
  },
  {
    name: "messages are plain text of one line",
    file: "extensions/notices.ts",
    find: "const line = cleaned(text);",
    replace: "const line = text;",
    test: "tests/extensions/notices_test.ts",
    only: "one line of plain text",
  },
  {
    name: "messages are shown by leave",
    file: "extensions/capabilities/notifications.ts",
    find: '      await demand(scope, "notifications");\n',
    replace: "",
    test: zoo,
    only: "every hostile",
    zoo: "notice-unasked",
  },
];
