import assert from "node:assert/strict";
import { checkWorkflow } from "../../../core/workflow/check.ts";
import { makePlan } from "../../../core/workflow/make_plan.ts";
import { parseWorkflow, type ResolveWorkflow } from "../../../core/workflow/parse.ts";
import { edgeKinds, type Plan, type PlanNode } from "../../../core/workflow/plan.ts";
import { catalog, codeReview } from "./catalog.ts";

type Members = Readonly<Record<string, unknown>>;

const gate = { use: "control/gate", question: "Go on?" };
const write = { use: "files/write", with: { text: "x" } };
const scan = { use: "files/scan" };

function file(nodes: Members, more: Members = {}): string {
  return JSON.stringify({ schema: 1, id: "w", nodes, ...more });
}

function planOf(
  nodes: Members,
  more: Members = {},
  resolve?: ResolveWorkflow,
): { plan: Plan; codes: string[] } {
  const { plan, problems } = checkWorkflow(file(nodes, more), "w", catalog, resolve);
  assert.ok(plan !== undefined, problems.map(({ message }) => message).join("\n"));
  return { plan, codes: problems.map(({ code, path }) => `${code} ${path}`) };
}

function node(plan: Plan, id: string): PlanNode {
  const found = plan.nodes.find((one) => one.id === id);
  assert.ok(found !== undefined);
  return found;
}

function gatedOf({ nodes }: Plan): string[] {
  return nodes.filter(({ gated }) => gated).map(({ id }) => id);
}

/** `source -kind:port> target`, in the order of the adjacency. */
function edgesOf(plan: Plan): string[] {
  return plan.nodes.flatMap(({ id }, index) => {
    const [from, to] = [plan.offsets[index] as number, plan.offsets[index + 1] as number];
    return Array.from(plan.targets.subarray(from, to), (target, place) => {
      const kind = edgeKinds[plan.kinds[from + place] as number];
      const port = plan.ports[plan.edgePorts[from + place] as number];
      return `${id} -${kind}${port === "" ? "" : `:${port}`}> ${plan.nodes[target]?.id}`;
    });
  }).sort();
}

Deno.test("makePlan() makes an edge of each kind where the architecture says so", () => {
  const { plan } = planOf({
    scan,
    needs: { use: "code/metrics", in: { file: "scan.files[0]" } },
    wants: { use: "files/scan", in: { root: "needs.source" } },
    order: { use: "files/scan", after: "scan" },
    when: { use: "files/scan", when: "size(scan.files) > 0" },
    gate: { ...gate, after: "order" },
    behind: { use: "files/scan", after: "gate" },
    no: { use: "files/scan", after: "gate.rejected" },
    branch: {
      use: "control/branch",
      in: { value: "scan.files" },
      cases: { few: "size(value) < 9", else: "true" },
    },
    few: { use: "files/scan", in: { include: "branch.few" } },
    merge: { use: "control/merge", in: { a: "few.files", b: "branch.else" } },
  });
  assert.deepEqual(edgesOf(plan), [
    "branch -any:else> merge",
    "branch -wants:few> few",
    "few -any> merge",
    "gate -needs:approved> behind",
    "gate -needs:rejected> no",
    "needs -wants> wants",
    "order -order> gate",
    "scan -needs> branch",
    "scan -needs> needs",
    "scan -needs> when",
    "scan -order> order",
  ]);
});

Deno.test("makePlan() keeps the bindings of a merge in the file's order, constants among them", () => {
  const { plan } = planOf({
    scan,
    m: { use: "control/merge", in: { first: "scan.files", then: 3 }, with: { last: "x" } },
  });
  assert.deepEqual(node(plan, "m").bindings.map(({ port, kind }) => [port, kind]), [
    ["first", "expression"],
    ["then", "constant"],
    ["last", "constant"],
  ]);
});

Deno.test("makePlan() marks as gated only what runs after a yes", () => {
  const { plan, codes } = planOf({
    g: gate,
    yes: { ...write, after: "g" },
    far: { use: "text/trim", in: { text: "yes.path" } },
    no: { ...write, after: "g.rejected" },
    second: { ...gate, after: "g" },
    refused: { ...write, after: "second.rejected" },
    order: { ...write, after: "yes" },
    optional: { use: "files/scan", in: { root: "yes.path" } },
    both: { use: "control/merge", in: { a: "yes.path", b: "far.text" } },
    either: { use: "control/merge", in: { a: "yes.path", b: "no.path" } },
  });
  assert.deepEqual(gatedOf(plan), ["yes", "far", "second", "both"]);
  assert.deepEqual(codes.filter((code) => code.startsWith("ungated-write")), [
    "ungated-write nodes.no",
    "ungated-write nodes.refused",
    "ungated-write nodes.order",
  ]);
});

Deno.test("makePlan() lets a gate before a loop or a sub-workflow stand for what their bodies write", () => {
  const body = { nodes: { w: write, inner: { use: "control/loop", max: 2, body: { nodes: { v: write } } } } };
  const resolve: ResolveWorkflow = () => ({ file: "other", text: file({ w: write }) });
  const { plan, codes } = planOf(
    {
      g: gate,
      closed: { use: "control/loop", max: 2, after: "g", body },
      open: { use: "control/loop", max: 2, body },
      sub: { use: "control/workflow", workflow: "other", after: "g" },
      free: { use: "control/workflow", workflow: "other" },
      freer: { use: "control/workflow", workflow: "other" },
    },
    {},
    resolve,
  );
  const bodyOf = (id: string) => node(plan, id).body as Plan;
  assert.deepEqual(gatedOf(bodyOf("closed")), ["w", "inner"]);
  assert.deepEqual(gatedOf(node(bodyOf("closed"), "inner").body as Plan), ["v"]);
  assert.deepEqual(gatedOf(bodyOf("open")), []);
  assert.deepEqual(gatedOf(bodyOf("sub")), ["w"]);
  assert.deepEqual(gatedOf(bodyOf("free")), []);
  assert.deepEqual(codes.sort(), [
    "ungated-write nodes.open.body.nodes.inner.body.nodes.v",
    "ungated-write nodes.open.body.nodes.w",
    "ungated-write nodes.w",
  ]);
});

Deno.test("makePlan() says nothing against writes of bodies that always stand behind a gate", () => {
  const resolve: ResolveWorkflow = () => ({ file: "other", text: file({ w: write }) });
  const { codes } = planOf(
    { g: gate, sub: { use: "control/workflow", workflow: "other", after: "g" } },
    {},
    resolve,
  );
  assert.deepEqual(codes, []);
});

Deno.test("makePlan() warns of inputs that nothing reads and of results that nobody takes", () => {
  const { codes } = planOf({ scan, lone: scan }, {
    inputs: { never: { type: "string" } },
    outputs: { files: "scan.files" },
  });
  assert.deepEqual(codes.sort(), ["unused-input inputs.never", "unused-node nodes.lone"]);
});

Deno.test("makePlan() lifts a node into a space only where the gathered array cannot fit", () => {
  const measure = { use: "code/metrics", each: "scan.files", in: { file: "item" } };
  const { plan } = planOf({
    scan,
    measure,
    lifted: { use: "text/trim", in: { text: "measure.source" } },
    again: { use: "text/trim", in: { text: "lifted.text" } },
    named: { use: "math/add", each: "measure", in: { a: "measure.complexity" } },
    gathered: { use: "files/scan", in: { include: "lifted.text" } },
  }, { outputs: { all: "again.text" } });
  assert.deepEqual(plan.nodes.map(({ id, fan, space }) => [id, fan.kind, space]), [
    ["scan", "single", -1],
    ["measure", "over", 1],
    ["lifted", "with", 1],
    ["again", "with", 1],
    ["named", "with", 1],
    ["gathered", "single", -1],
  ]);
});

Deno.test("makePlan() needs no positions, and gives levels and indegrees", () => {
  const { definition } = parseWorkflow(codeReview, "w");
  assert.ok(definition !== undefined);
  const { plan, problems } = makePlan(definition, catalog);
  assert.deepEqual(problems, []);
  assert.deepEqual([...plan?.levels ?? []], [0, 1, 2, 3]);
  assert.deepEqual([...plan?.indegree ?? []], [0, 1, 1, 2]);
  assert.deepEqual(plan?.outputs.map(({ name, sources }) => [name, sources]), [["report", [3]]]);
});

Deno.test("makePlan() plans a chain of 10,000 nodes without recursion", () => {
  const text = (index: number) =>
    index === 0 ? { with: { text: "x" } } : { in: { text: `n${index - 1}.text` } };
  const nodes = Object.fromEntries(
    Array.from({ length: 10_000 }, (_, index) => [`n${index}`, { use: "text/trim", ...text(index) }]),
  );
  const { plan } = planOf(nodes);
  assert.equal(plan.levels.at(-1), 9999);
});
