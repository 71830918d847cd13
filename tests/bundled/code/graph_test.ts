import assert from "node:assert/strict";
import fc from "fast-check";
import { testOperator } from "../../../extensions/sdk/testing.ts";
import { withoutComments } from "../../../extensions/bundled/code/aliases.ts";
import { cyclicComponents, shortestCycle } from "../../../extensions/bundled/code/cycles.ts";
import { graphOperator, importGraph } from "../../../extensions/bundled/code/graph.ts";
import { rustPaths } from "../../../extensions/bundled/code/imports.ts";
import { measureSource } from "../../../extensions/bundled/code/metrics.ts";
import { joinPath } from "../../../extensions/bundled/code/resolve.ts";
import { assetFiles } from "./assets.ts";

type Sources = Readonly<Record<string, string>>;

async function modulesOf(sources: Sources) {
  const measured = [];
  for (const [file, source] of Object.entries(sources)) {
    measured.push((await measureSource(file, source, assetFiles)).metrics);
  }
  return measured;
}

async function edgesOf(sources: Sources, options = {}): Promise<string[]> {
  const { edges } = importGraph(await modulesOf(sources), options);
  return edges.map(({ from, to, line }) => `${from}:${line} > ${to}`).sort();
}

Deno.test("code/graph resolves TypeScript's relative imports with, without and with the emitted ending", async () => {
  const edges = await edgesOf({
    "src/a.ts":
      'import { b } from "./b.ts";\nimport c from "./c";\nexport * from "./d.js";\nimport "./lib";\nimport x from "npm:x";\nconst e = require("../e");\n',
    "src/b.ts": 'const f = await import("./a.ts");\n',
    "src/c.tsx": "",
    "src/d.ts": "",
    "src/lib/index.ts": "",
    "e.js": "",
  });
  assert.deepEqual(edges, [
    "src/a.ts:1 > src/b.ts",
    "src/a.ts:2 > src/c.tsx",
    "src/a.ts:3 > src/d.ts",
    "src/a.ts:4 > src/lib/index.ts",
    "src/a.ts:6 > e.js",
    "src/b.ts:1 > src/a.ts",
  ]);
});

Deno.test("code/graph reads aliases from deno.json, tsconfig.json and go.mod of the workspace", async () => {
  const sources = {
    "a.ts": 'import "kit";\nimport "lib/x.ts";\nimport "@/y";\n',
    "kit/mod.ts": "",
    "src/lib/x.ts": "",
    "app/y.ts": "",
    "cmd/main.go": 'package main\nimport "example.org/m/pkg/z"\n',
    "pkg/z/z.go": "package z\n",
  };
  const { output } = await testOperator<{ edges: { to: string }[] }>(graphOperator, {
    modules: await modulesOf(sources),
  }, {
    files: {
      "deno.json": '{ "imports": { "kit": "./kit/mod.ts", "lib/": "./src/lib/", "far": "npm:far" } }',
      "tsconfig.json": '{ // paths\n "compilerOptions": { "paths": { "@/*": ["./app/*"], }, } }',
      "go.mod": "module example.org/m\n\ngo 1.24\n",
    },
  });
  assert.deepEqual(output.edges.map(({ to }) => to), [
    "kit/mod.ts",
    "src/lib/x.ts",
    "app/y.ts",
    "pkg/z/z.go",
  ]);
});

Deno.test("code/graph resolves Python's packages, relative imports and submodules by name", async () => {
  const edges = await edgesOf({
    "pkg/__init__.py": "from .core import run\n",
    "pkg/core.py": "import os\nfrom . import tools, missing\nfrom ..pkg.deep import leaf\n",
    "pkg/tools.py": "import pkg.core\n",
    "pkg/deep/__init__.py": "",
    "pkg/deep/leaf.py": "",
  });
  assert.deepEqual(edges, [
    "pkg/__init__.py:1 > pkg/core.py",
    "pkg/core.py:2 > pkg/__init__.py",
    "pkg/core.py:2 > pkg/tools.py",
    "pkg/core.py:3 > pkg/deep/leaf.py",
    "pkg/tools.py:1 > pkg/core.py",
  ]);
});

Deno.test("code/graph resolves Rust's modules, Java's classes and C's includes", async () => {
  const edges = await edgesOf({
    "src/lib.rs": "mod a;\nmod b { }\n",
    "src/a.rs": "use crate::c::{self, Thing};\nuse std::io;\nmod inner;\n",
    "src/c/mod.rs": "use super::a::run;\n",
    "src/a/inner.rs": "",
    "j/A.java": "package x.y;\nimport x.z.B;\nimport java.util.List;\nimport static x.z.B.of;\n",
    "j/B.java": "package x.z;\nclass B { }\n",
    "c/main.c": '#include "util.h"\n#include <stdio.h>\n#include "deep/d.h"\n',
    "c/util.h": "",
    "c/include/deep/d.h": "",
  });
  assert.deepEqual(edges, [
    "c/main.c:1 > c/util.h",
    "c/main.c:3 > c/include/deep/d.h",
    "j/A.java:2 > j/B.java",
    "src/a.rs:1 > src/c/mod.rs",
    "src/a.rs:3 > src/a/inner.rs",
    "src/c/mod.rs:1 > src/a.rs",
    "src/lib.rs:1 > src/a.rs",
  ]);
});

Deno.test("code/graph names a shortest way round a cycle, with the line of each import", async () => {
  const { cycles, orphans } = importGraph(
    await modulesOf({
      "a.ts": '\nimport "./b.ts";\n',
      "b.ts": 'import "./c.ts";\nimport "./d.ts";\n',
      "c.ts": '\n\nimport "./a.ts";\n',
      "d.ts": 'import "./b.ts";\n',
      "alone.ts": "",
    }),
  );
  assert.deepEqual(cycles, [{
    files: ["a.ts", "b.ts", "c.ts", "d.ts"],
    example: [{ from: "b.ts", to: "d.ts", line: 2 }, { from: "d.ts", to: "b.ts", line: 1 }],
  }]);
  assert.deepEqual(orphans, ["alone.ts"]);
});

Deno.test("code/graph sees no cycle in imports of types, in late imports or under TYPE_CHECKING", async () => {
  const { cycles, edges } = importGraph(
    await modulesOf({
      "a.ts": 'import { b } from "./b.ts";\n',
      "b.ts": 'import type { A } from "./a.ts";\nfunction late() { return import("./c.ts"); }\n',
      "c.ts": 'import "./b.ts";\n',
      "p.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import q\ndef f():\n    import r\n",
      "q.py": "import p\n",
      "r.py": "import p\n",
    }),
  );
  assert.deepEqual(cycles, []);
  assert.deepEqual(edges.filter(({ typeOnly }) => typeOnly).map(({ from, line }) => `${from}:${line}`), [
    "b.ts:1",
    "p.py:3",
  ]);
  assert.deepEqual(edges.filter(({ late }) => late).map(({ from, line }) => `${from}:${line}`), [
    "b.ts:2",
    "p.py:5",
  ]);
});

Deno.test("cyclicComponents() groups nodes exactly where each reaches the other", () => {
  const graph = fc.integer({ min: 1, max: 9 }).chain((size) =>
    fc.array(fc.uniqueArray(fc.nat(size - 1), { maxLength: 3 }), { minLength: size, maxLength: size })
  );
  fc.assert(fc.property(graph, (successors) => {
    const reach = successors.map((_, from) => {
      const seen = new Set<number>();
      const open = [...successors[from] as number[]];
      for (let at = open.pop(); at !== undefined; at = open.pop()) {
        if (seen.has(at)) continue;
        seen.add(at);
        open.push(...successors[at] as number[]);
      }
      return seen;
    });
    const naive = new Set<string>();
    for (const [node, seen] of reach.entries()) {
      if (!seen.has(node)) continue;
      naive.add(
        JSON.stringify(
          successors.map((_, at) => at).filter((at) => at === node || (seen.has(at) && reach[at]?.has(node))),
        ),
      );
    }
    const found = cyclicComponents(successors);
    assert.deepEqual(new Set(found.map((component) => JSON.stringify(component))), naive);
    for (const component of found) {
      const cycle = shortestCycle(successors, component);
      assert.ok(cycle.length > 0 && cycle.length <= component.length);
      for (const [at, node] of cycle.entries()) {
        assert.ok(
          successors[node]?.includes(cycle[(at + 1) % cycle.length] as number),
          "each step is an edge",
        );
      }
    }
  }));
});

Deno.test("cyclicComponents() takes a ring of 100,000 nodes without ending the stack", () => {
  const ring = Array.from({ length: 100_000 }, (_, at) => [(at + 1) % 100_000]);
  assert.equal(cyclicComponents(ring)[0]?.length, 100_000);
});

Deno.test("rustPaths() opens nested braces, self, globs and renames", () => {
  assert.deepEqual(rustPaths("a::{b,c::{d,self},e::*}"), ["a::b", "a::c::d", "a::c", "a::e"]);
});

Deno.test("joinPath() refuses to lead out of the workspace", () => {
  assert.equal(joinPath("a/b", "../../c"), "c");
  assert.equal(joinPath("a", "../../c"), undefined);
});

Deno.test("withoutComments() keeps what looks like a comment or a comma inside strings", () => {
  assert.deepEqual(JSON.parse(withoutComments('{ "a": "//x,]", /* b */ "c": [1, 2,], // d\n }')), {
    a: "//x,]",
    c: [1, 2],
  });
});
