import assert from "node:assert/strict";
import { exclusiveThing, writtenPlace } from "../../../core/orchestration/written_place.ts";

Deno.test("writtenPlace() gives one name to a file however it is spelled, and another to another", () => {
  const place = writtenPlace("/home/ann/x", "a.txt");
  for (
    const spelled of ["./a.txt", "b/../a.txt", "/home/ann/x/a.txt", ".//a.txt", "../x/a.txt", ".\\a.txt"]
  ) {
    assert.equal(writtenPlace("/home/ann/x", spelled), place, spelled);
  }
  assert.equal(writtenPlace("/home/ann/x/", "a.txt"), place);
  for (const other of ["b/a.txt", "a.txt.bak", "../a.txt", "."]) {
    assert.notEqual(writtenPlace("/home/ann/x", other), place, other);
  }
  assert.notEqual(writtenPlace("/home/ann/y", "a.txt"), place, "a file of another workspace");
  assert.equal(writtenPlace("/home/ann/x", undefined), "file:/home/ann/x");
});

Deno.test("exclusiveThing() names a file by its place and leaves other names alone", () => {
  assert.equal(exclusiveThing("/home/ann/x", "file:b/../a.txt"), writtenPlace("/home/ann/x", "a.txt"));
  assert.equal(exclusiveThing("/home/ann/x", "file:/tmp/a.txt"), "file:/tmp/a.txt");
  assert.equal(exclusiveThing("/home/ann/x", "port:80"), "port:80");
});
