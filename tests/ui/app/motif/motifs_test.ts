import assert from "node:assert/strict";
import { extensionId } from "../../../../core/ids.ts";
import { components } from "../../../../core/motif/components.ts";
import { noUi } from "../../../../core/motif/contributions.ts";
import { editorsFor, fits, motifs, nodeViews, panels } from "../../../../ui/app/motif/motifs.ts";
import { drawnComponents } from "../../../../ui/app/motif/tree_view.tsx";
import { ownChord } from "../../../../ui/app/parts/keys.ts";

Deno.test("every documented component is drawn, and no other", () => {
  assert.deepEqual([...drawnComponents].sort(), Object.keys(components).sort());
});

Deno.test("fits() knows * and ?, not the case, and is quick for hostile globs", () => {
  for (
    const [glob, name, isFit] of [
      ["*.csv", "a.CSV", true],
      ["*.csv", "a.csv.txt", false],
      ["data-??.json", "data-01.json", true],
      ["data-??.json", "data-1.json", false],
      ["*", "", true],
      ["a*b*c", "axxbyyc", true],
      ["a*b*c", "axxbyy", false],
      ["[a].csv", "a.csv", false],
      [`${"*a".repeat(50)}b`, "a".repeat(2_000), false],
    ] as const
  ) assert.equal(fits(glob, name), isFit, `${glob} ${name}`);
});

Deno.test("panels, editors and node views are found by what they are for; the first of two counts", () => {
  const ui = (name: string) => ({
    ...noUi,
    extension: extensionId(`acme/${name}`),
    title: name,
    version: "1.0.0",
    settings: {},
    panels: [{ id: "p", title: "P", place: "side" as const, view: "acme/p" }],
    editors: [{ id: "e", title: "E", files: ["*.csv"], view: "acme/e" }],
    nodeViews: [{ nodeType: "acme/scan", icon: name }],
  });
  motifs.value = [ui("one"), ui("two")];
  assert.deepEqual(panels.value.map(({ path }) => path), ["acme/one/p", "acme/two/p"]);
  assert.deepEqual(editorsFor("some/where/a.csv").map(({ path }) => path), ["acme/one/e", "acme/two/e"]);
  assert.deepEqual(editorsFor("a.txt"), []);
  assert.equal(nodeViews.value.get("acme/scan")?.icon, "one");
  motifs.value = undefined;
});

Deno.test("ownChord() writes modifiers in the page's order, whatever the manifest's", () => {
  assert.equal(ownChord("shift+alt+ctrl+g"), "mod+alt+shift+g");
  assert.equal(ownChord("alt+mod+s"), "mod+alt+s");
  assert.equal(ownChord("f5"), "f5");
});
