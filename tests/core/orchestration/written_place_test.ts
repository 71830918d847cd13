import assert from "node:assert/strict";
import { writtenPlace } from "../../../core/orchestration/written_place.ts";

Deno.test("writtenPlace() gives one name to a file however it is spelled, and another to another", () => {
  const place = writtenPlace("/work/x", "a.txt");
  for (const spelled of ["./a.txt", "b/../a.txt", "/work/x/a.txt", ".//a.txt", "../x/a.txt", ".\\a.txt"]) {
    assert.equal(writtenPlace("/work/x", spelled), place, spelled);
  }
  assert.equal(writtenPlace("/work/x/", "a.txt"), place);
  for (const other of ["b/a.txt", "a.txt.bak", "../a.txt", "."]) {
    assert.notEqual(writtenPlace("/work/x", other), place, other);
  }
  assert.notEqual(writtenPlace("/work/y", "a.txt"), place, "a file of another workspace");
  assert.equal(writtenPlace("/work/x", undefined), "file:/work/x");
});
