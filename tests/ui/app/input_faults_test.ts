import { numberFault } from "../../../ui/app/parts/form_faults.ts";
import assert from "node:assert/strict";
import { faultAbout, faultsAt, faultyInputs } from "../../../ui/app/board/run/input_faults.ts";
import { ApiError } from "../../../ui/app/state/client.ts";

const faults = [
  { place: "body.inputs.count", found: "3.5", right: "integer" },
  { place: "body.inputs.names.1", found: "null", right: "string" },
  { place: "body.inputs.where.root", found: "7", right: "string" },
  { place: "body.inputs.key", found: "nothing", right: "a value" },
  { place: "body.folder", found: "nowhere", right: "an existing folder" },
];
const inputs = { count: 3.5, names: ["a", null], where: { root: 7 } };

Deno.test("faultsAt() puts each fault at its field, and those of a list's parts at the list", () => {
  const at = (...path: readonly (string | number)[]) =>
    faultsAt(faults, path, inputs).map(({ message }) => message);
  assert.deepEqual(at("count"), ["Expected integer, found 3.5"]);
  assert.deepEqual(at("names"), ["1: Expected string, found null"]);
  assert.deepEqual(at("names", 1), ["Expected string, found null"]);
  assert.deepEqual(at("where"), []);
  assert.deepEqual(at("where", "root"), ["Expected string, found 7"]);
  assert.deepEqual(at("key"), ["Needs a value"]);
  // The beginning of a name is another name.
  assert.deepEqual(at("cou"), []);
  assert.deepEqual(faultyInputs(faults), ["count", "names", "where", "key"]);
});

Deno.test("faultAbout() says what stands at no field, and why a run is refused that has no faults", () => {
  const refusal = (problem: object) => new ApiError(problem as never, "bad-input", "Cannot start", "Mend it");
  assert.equal(
    faultAbout(refusal({ faults }), ["count", "names", "where", "key"]),
    "folder: Expected an existing folder, found nowhere",
  );
  assert.equal(faultAbout(refusal({ faults: faults.slice(0, 1) }), ["count"]), undefined);
  assert.equal(faultAbout(refusal({}), []), "Cannot start. Mend it");
});

Deno.test("numberFault() says what a number is and what was found; empty is none", () => {
  for (const text of ["", " ", "3", " -0.5", "1e3"]) assert.equal(numberFault(text), undefined);
  for (const text of ["3.5x", "abc", "1,000", "-", "Infinity"]) {
    assert.equal(numberFault(text), `Expected a number, as 3 or 0.5, found "${text}"`);
  }
});
