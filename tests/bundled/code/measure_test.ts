/**
 * Values counted by hand, a small source in each language. The comment beside a line says what it adds: c for
 * cyclomatic, g for cognitive complexity.
 */

import assert from "node:assert/strict";
import { measureSource } from "../../../extensions/bundled/code/metrics.ts";
import { assetFiles } from "./assets.ts";

async function functionsOf(file: string, source: string) {
  const { metrics } = await measureSource(file, source, assetFiles);
  assert.equal(metrics.parseErrors, false, "the test's own source parses");
  return metrics.functions.map((one) => [
    one.name,
    one.line,
    one.endLine,
    one.complexity,
    one.cognitive,
    one.parameters,
    one.nesting,
  ]);
}

Deno.test("code/metrics counts TypeScript: else-if chains stay flat, runs of equal operators cost one", async () => {
  const source = `
export function grade(score: number, strict?: boolean): string {
  if (score > 90 && strict && score < 101) { // c+3 g+1, g+1 for the run of &&
    return "a";
  } else if (score > 50 || strict) { // c+2 g+1 for else, g+1 for ||
    for (const x of [1]) { // c+1 g+2
      if (x) continue; // c+1 g+3
    }
  } else { // g+1
    return strict ? "b" : "c"; // c+1 g+2
  }
  return "d";
}
class Box { #put(item: string, ...rest: string[]) { return item ?? rest; } }
const twice = (n: number) => n * 2;
`;
  assert.deepEqual(await functionsOf("a.ts", source), [
    ["grade", 2, 13, 9, 12, 2, 3],
    ["#put", 14, 14, 2, 1, 2, 0],
    ["twice", 15, 15, 1, 0, 1, 0],
  ]);
});

Deno.test("code/metrics counts a callback with the named function around it, and alone as a function", async () => {
  const source = `function outer(list) {
  return list.map((item) => {
    if (item) return 1; // c+1 g+2: the callback nests
    return 2;
  });
}
register("name", () => { while (true) {} });
`;
  assert.deepEqual(await functionsOf("a.js", source), [
    ["outer", 1, 6, 2, 2, 1, 2],
    ["callback of register", 7, 7, 2, 1, 0, 1],
  ]);
});

Deno.test("code/metrics costs one for each run of equal operators", async () => {
  const source = "function f(a, b, c) { return a && b || c && a; }\n"; // c+3 g+3
  assert.deepEqual(await functionsOf("a.js", source), [["f", 1, 1, 4, 3, 3, 0]]);
});

Deno.test("code/metrics counts TSX with its markup", async () => {
  const source = "export function View(p: { on: boolean }) {\n  return <b>{p.on ? <i/> : null}</b>;\n}\n";
  assert.deepEqual(await functionsOf("a.tsx", source), [["View", 1, 3, 2, 1, 1, 1]]);
});

Deno.test("code/metrics counts JavaScript's switch: each case decides, the default does not", async () => {
  const source = `function kind(x) {
  switch (x) { // g+1
    case 1: return "a"; // c+1
    case 2: return "b"; // c+1
    default: return "c";
  }
}
`;
  assert.deepEqual(await functionsOf("a.js", source), [["kind", 1, 7, 3, 1, 1, 1]]);
});

Deno.test("code/metrics counts Python: elif, comprehensions, except, conditional expressions", async () => {
  const source = `def f(a, b=1, *rest):
    """Doc."""
    if a and b: # c+2 g+1 g+1
        return [x for x in rest if x] # c+2
    elif b: # c+1 g+1
        try:
            return 1 if a else 2 # c+1 g+2
        except ValueError: # c+1 g+2
            pass
    else: # g+1
        pass
`;
  assert.deepEqual(await functionsOf("a.py", source), [["f", 1, 11, 8, 8, 3, 2]]);
});

Deno.test("code/metrics counts Go: methods, select and labelled breaks; a function's literal nests in it", async () => {
  const source = `package p
func (s *S) Run(a, b int) error {
outer:
	for i := range s.items { // c+1 g+1
		switch i { // g+2
		case 1: // c+1
			break outer // g+1
		default:
		}
	}
	go func() { if a > b { return } }() // c+1 g+2
	return nil
}
`;
  assert.deepEqual(await functionsOf("a.go", source), [["Run", 2, 13, 4, 6, 2, 2]]);
});

Deno.test("code/metrics counts Rust: arms but the wildcard, let-else, labelled breaks", async () => {
  const source = `impl T {
    fn f(&self, a: Option<u8>) -> u8 {
        let Some(x) = a else { return 0 }; // c+1
        match x { // g+1
            1 | 2 => 1, // c+1
            3 if x > 1 && x < 9 => 2, // c+2 g+1
            _ => { if x > 4 { 1 } else { 2 } } // c+1 g+2 g+1
        }
    }
}
`;
  assert.deepEqual(await functionsOf("a.rs", source), [["f", 2, 9, 6, 5, 1, 2]]);
});

Deno.test("code/metrics counts Java: constructors, lambdas, catch, ternary", async () => {
  const source = `class A {
  A(int x) { }
  int f(int a, String b) {
    try { g(() -> a > 0 || a < -9); } // c+1 g+1
    catch (Exception e) { // c+1 g+1
      do { a--; } while (a > 0); // c+1 g+2
    }
    switch (a) { case 1: return 1; case 2: return 2; default: return 3; } // c+2 g+1
  }
}
`;
  assert.deepEqual(await functionsOf("A.java", source), [
    ["A", 2, 2, 1, 0, 1, 0],
    ["f", 3, 9, 6, 5, 2, 2],
  ]);
});

Deno.test("code/metrics counts C: goto, default arms, void parameters, pointers to the name", async () => {
  const source = `static int *find(const char *key, int n) {
  for (int i = 0; i < n; i++) { // c+1 g+1
    if (!key) goto out; // c+1 g+2 g+1
  }
out:
  switch (n) { case 1: case 2: return 0; default: return 0; } // c+2 g+1
}
int none(void) { return 0; }
`;
  assert.deepEqual(await functionsOf("a.c", source), [
    ["find", 1, 7, 5, 5, 2, 2],
    ["none", 8, 8, 1, 0, 0, 0],
  ]);
});

Deno.test("code/metrics counts C++: methods by their full name, range loops, catch, lambdas", async () => {
  const source = `int Box::sum(const std::vector<int>& v) const {
  try {
    for (auto x : v) { if (x > 1) total += x; } // c+2 g+1 g+2
  } catch (...) { return 0; } // c+1 g+1
  auto f = [](int y) { return y ? 1 : 2; };
  return f(1);
}
`;
  assert.deepEqual(await functionsOf("a.cpp", source), [
    ["Box::sum", 1, 7, 4, 4, 1, 2],
    ["f", 5, 5, 2, 1, 1, 1],
  ]);
});

Deno.test("code/metrics adds decisions outside functions to the file's complexity", async () => {
  const { metrics, complexity } = await measureSource(
    "a.js",
    "if (a) b();\nfunction f() { if (c) d(); }\n",
    assetFiles,
  );
  assert.equal(complexity, 3);
  assert.equal(metrics.maxComplexity, 2);
});
