import assert from "node:assert/strict";
import fc from "fast-check";
import { checkFolder } from "../../../extensions/dev/check_folder.ts";
import { pack } from "../../../extensions/dev/pack_folder.ts";
import { referencePage } from "../../../extensions/dev/reference_page.ts";
import { extensionKinds, scaffold } from "../../../extensions/dev/scaffold.ts";
import { runFixtures } from "../../../extensions/dev/run_fixtures.ts";
import { gunzip, readTar } from "../../../extensions/install/tar.ts";
import { bench, inFolder, manifestText, namesIn, operatorText, put } from "./bench.ts";

const limits = { files: 100, bytes: 10 << 20 };

async function packed(folder: string) {
  const { built, problems } = await checkFolder(folder, bench);
  assert.ok(built !== undefined, JSON.stringify(problems));
  return await pack(built);
}

Deno.test("pack gives the same bytes for the same files, wherever and whenever they lie", async () => {
  const files = {
    "symphony.jsonc": manifestText({ assets: ["words.txt"] }),
    "main.ts": operatorText("    void context; return input;"),
    "words.txt": "one",
    "README.md": "# Tool",
    "tests/a.test.jsonc": "{}",
  };
  const one = await inFolder(files, packed);
  const two = await inFolder({}, async (folder) => {
    await put(`${folder}/deeper/still`, Object.fromEntries(Object.entries(files).reverse()));
    await Deno.utime(`${folder}/deeper/still/main.ts`, 1, 1);
    return await packed(`${folder}/deeper/still`);
  });
  assert.equal(one.sha256, two.sha256);
  const changed = await inFolder({ ...files, "words.txt": "two" }, packed);
  assert.notEqual(changed.sha256, one.sha256);
  const inside = readTar(await gunzip(one.archive, 10 << 20), limits).map(({ path }) => path);
  assert.deepEqual(
    inside,
    ["README.md", "dist/main.js", "dist/main.js.map", "symphony.jsonc", "words.txt"]
      .map((path) => `package/${path}`),
  );
});

Deno.test("pack gives an archive that is an extension again, whose places are still the author's", async () => {
  const thrower = "export function deep(text: string): string {\n  throw new Error(text);\n}\n";
  const files = {
    "symphony.jsonc": manifestText(),
    "main.ts": operatorText(
      "    void context; return { text: deep(input.text) };",
      'import { deep } from "./deep.ts";',
    ),
    "deep.ts": thrower,
  };
  const { archive } = await inFolder(files, packed);
  await inFolder({}, async (folder) => {
    for (const { path, bytes } of readTar(await gunzip(archive, 10 << 20), limits)) {
      await put(folder, { [path]: new TextDecoder().decode(bytes) });
    }
    await put(folder, { "package/tests/a.test.jsonc": '{ "use": "acme/tool", "input": { "text": "no" } }' });
    const { built, problems } = await checkFolder(`${folder}/package`, bench);
    assert.deepEqual(problems, []);
    assert.ok(built !== undefined);
    const [result] = await runFixtures(built, bench);
    assert.match(result?.faults[0] ?? "", /failed \(thrown\): no, at dist\/deep\.ts:2:9/);
  });
});

for (const kind of extensionKinds) {
  Deno.test(`scaffold makes a ${kind} that is sound, whose fixtures pass, and that has a reference page`, async () => {
    await inFolder({}, async (folder) => {
      const made = await scaffold({ name: "acme/my-thing", kind, folder: `${folder}/new` });
      assert.equal(made.id, "acme/my-thing");
      const { built, problems, contributes } = await checkFolder(made.folder, bench);
      assert.deepEqual(problems, []);
      assert.ok(built !== undefined && contributes !== undefined);
      const results = await runFixtures(built, bench);
      assert.ok(results.length >= 2);
      assert.deepEqual(results.filter(({ passed }) => !passed), []);
      const page = referencePage(built.manifest, contributes);
      assert.match(page, /^# My thing\n/);
      for (const { type } of contributes) assert.ok(page.includes(`## \`${type}\``), type);
    });
  });
}

Deno.test("scaffold refuses names that are none, and a folder that is there", async () => {
  await inFolder({ "there/x": "" }, async (folder) => {
    for (const name of ["Acme/x", "a/b/c", "", "symphony/x", "1x", "a b"]) {
      await assert.rejects(scaffold({ name, kind: "operator", folder: `${folder}/new` }), {
        code: "bad-input",
      });
    }
    await assert.rejects(scaffold({ name: "x", kind: "operator", folder: `${folder}/there` }), {
      code: "exists",
    });
    assert.deepEqual(await namesIn(folder), ["there"]);
  });
});

Deno.test("readTar gives back what writeTar was given, for any files", async () => {
  const { writeTar } = await import("../../../extensions/install/tar.ts");
  const name = fc.stringMatching(/^[a-zA-Z0-9_é-]{1,40}$/);
  const path = fc.array(name, { minLength: 1, maxLength: 5 }).map((steps) => steps.join("/"));
  const files = fc.uniqueArray(fc.record({ path, bytes: fc.uint8Array({ maxLength: 2000 }) }), {
    selector: ({ path }) => path.toLowerCase().normalize("NFC"),
    maxLength: 8,
  });
  fc.assert(
    fc.property(files, (given) => {
      const exact = given.map(({ path, bytes }) => ({ path, bytes: new Uint8Array(bytes) }));
      const short = exact.filter(({ path }) => new TextEncoder().encode(path).length <= 100);
      assert.deepEqual(readTar(writeTar(short), limits), short);
    }),
    { seed: 11, numRuns: 200 },
  );
});
