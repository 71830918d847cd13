import assert from "node:assert/strict";
import { extensionId } from "../../core/ids.ts";
import type { Permission } from "../../core/policy/permission.ts";
import { agentNode } from "../../extensions/acp/acp_extensions.ts";
import type { AgentConfig } from "../../extensions/acp/agent_config.ts";
import { catalogOf, keysOf, readsFolder } from "../../extensions/catalog.ts";
import type { Resources } from "../../extensions/manifest/manifest.ts";
import type { Json } from "../../core/json.ts";
import { readContributions } from "../../extensions/contributions.ts";
import { parseKilobytes } from "../../extensions/host/process_reading.ts";
import { describe } from "../../extensions/sdk/runtime/describe.ts";
import zoo from "../fixtures/extensions/contract/main.ts";

const operator = {
  kind: "operator",
  type: "a/b",
  title: "A",
  description: "B",
  input: { type: "object" },
  output: { type: "object" },
  effect: "none",
};

Deno.test("readContributions() takes what describe() gives", () => {
  const described = describe(zoo);
  assert.deepEqual(
    readContributions(JSON.parse(JSON.stringify(described))),
    JSON.parse(JSON.stringify(described)),
  );
});

const refused: [string, Json, RegExp][] = [
  ["no list", {}, /a list/],
  ["an endless list", Array.from({ length: 201 }, () => operator), /at most 200/],
  ["a missing kind", [{ ...operator, kind: "gadget" }], /unknown kind "gadget"/],
  ["an inherited kind", [{ ...operator, kind: "constructor" }], /unknown kind/],
  ["a type without group", [{ ...operator, type: "scan" }], /group\/name/],
  ["a title that is no text", [{ ...operator, title: 3 }], /a\/b: title/],
  ["an unknown effect", [{ ...operator, effect: "all" }], /effect/],
  ["an input that is no object schema", [{ ...operator, input: { type: "string" } }], /input/],
  ["a schema that cannot be used", [{
    ...operator,
    output: { type: "object", properties: { a: { type: "strnig" } } },
  }], /output is no usable schema/],
  ["a negative price", [{
    kind: "instrument",
    type: "a/b",
    title: "",
    description: "",
    serves: [],
    priceIn: -1,
    priceOut: 0,
    asks: false,
  }], /priceIn/],
];

const instrument = {
  kind: "instrument",
  type: "a/b",
  title: "",
  description: "",
  serves: [],
  priceIn: 0,
  priceOut: 0,
  asks: false,
};
refused.push(
  ["a promised quality over 1", [{ ...instrument, promisedQuality: 3 }], /promisedQuality/],
  ["a context of no tokens", [{ ...instrument, contextTokens: 0 }], /contextTokens/],
);

Deno.test("readContributions() takes an instrument with and without what it promises", () => {
  assert.equal(
    readContributions([instrument, { ...instrument, contextTokens: 8192, promisedQuality: 0.8 }]).length,
    2,
  );
});

for (const [what, value, message] of refused) {
  Deno.test(`readContributions() refuses ${what}`, () => {
    assert.throws(() => readContributions(value), message);
  });
}

Deno.test("describe() refuses a module whose default export is no extension, and a type given twice", () => {
  assert.throws(() => describe(undefined), /default export is not an extension/);
  assert.throws(() => describe({ contributes: [{ ...operator }] }), /run must be a function/);
  const promising = { ...operator, kind: "instrument", serves: [], priceIn: 0, priceOut: 0, run: () => ({}) };
  assert.throws(() => describe({ contributes: [{ ...promising, promisedQuality: 2 }] }), /at most 1/);
  const one = { ...operator, run: () => ({}) };
  assert.throws(() => describe({ contributes: [one, one] }), /contributed twice/);
});

Deno.test("parseKilobytes() reads what ps and tasklist print", () => {
  assert.equal(parseKilobytes(" 12345\n"), 12_345 * 1024);
  assert.equal(parseKilobytes('"deno.exe","4711","Console","1","12,345 K"\r\n'), 12_345 * 1024);
  assert.equal(parseKilobytes("INFO: No tasks\n"), undefined);
});

Deno.test("catalogOf() names the keys of an extension by its manifest's permissions", () => {
  const secret = {
    kind: "secret",
    hosts: ["example.org"],
    header: "x",
    prefix: "",
    reason: "to be let in",
  } as const;
  const described = {
    version: "1.0.0",
    codeHash: "0",
    resources: { instances: 1, concurrency: 1 } as Resources,
  };
  const keys = (permissions: readonly Permission[]) => {
    const one = { ...described, id: extensionId("tests/one"), keys: keysOf(permissions), contributes: [] };
    return catalogOf([one], []).limits.get(one.id)?.keys;
  };
  assert.equal(keys([]), undefined);
  assert.deepEqual(keys([{ ...secret, name: "one" }, { ...secret, name: "two" }]), ["one", "two"]);
});

Deno.test("catalogOf() says of an instrument whether it may look at the run's folder, by its manifest's permissions", () => {
  const reason = "to see what is there";
  const resources = { instances: 1, concurrency: 1 } as Resources;
  const described = { id: extensionId("tests/one"), version: "1.0.0", codeHash: "0", resources };
  const traitsOf = (permissions: readonly Permission[]) =>
    [
      ...catalogOf([{
        ...described,
        readsFolder: readsFolder(permissions),
        contributes: readContributions([instrument]),
      }], [])
        .nodes.values(),
    ].map((node) => node.instrument?.readsFolder);
  assert.deepEqual(traitsOf([]), [undefined]);
  assert.deepEqual(traitsOf([{ kind: "net", hosts: ["example.org"], reason }]), [undefined]);
  assert.deepEqual(traitsOf([{ kind: "files", access: "read", reason }]), [true]);
  assert.deepEqual(traitsOf([{ kind: "git", reason }]), [true]);
  const agent = {
    name: "a",
    command: ["x"],
    policy: "read",
    serves: [],
    version: "1",
    env: [],
  } as unknown as AgentConfig;
  assert.equal(agentNode(agent).instrument?.readsFolder, true);
});
