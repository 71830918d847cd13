import assert from "node:assert/strict";
import { Keyring, passphraseFrom } from "../../system/secrets.ts";

Deno.test("passphraseFrom() takes the variable, else the file that it names without its last line end", async () => {
  const file = await Deno.makeTempFile();
  await Deno.writeTextFile(file, "from a file\n");
  const from = (variables: Record<string, string>) =>
    passphraseFrom("PHRASE", "?", { env: (name) => variables[name] });
  assert.equal(await from({ PHRASE: "given", PHRASE_FILE: file }), "given");
  assert.equal(await from({ PHRASE_FILE: file }), "from a file");
  await assert.rejects(from({ PHRASE_FILE: `${file}.nowhere` }), { code: "permission" });
  await Deno.remove(file);
});

Deno.test("Keyring keeps and finds secrets through the system's own program, never as its argument", async () => {
  const folder = await Deno.makeTempDir();
  const before = Deno.env.get("PATH") ?? "";
  const keyring = new Keyring({ os: "linux" });
  try {
    Deno.env.set("PATH", folder);
    assert.equal(await keyring.set("a", "s3cret"), false, "there is no keyring");
    assert.equal(await keyring.get("a"), undefined);
    // As secret-tool behaves: store reads the secret from standard input, lookup prints it or fails.
    await Deno.writeTextFile(
      `${folder}/secret-tool`,
      `#!/bin/sh
PATH=/usr/bin:/bin
echo "$@" >> ${folder}/arguments
for last; do :; done
case "$1" in
  store) cat > "${folder}/$last.secret" ;;
  lookup) cat "${folder}/$last.secret" 2>/dev/null || exit 1 ;;
esac
`,
      { mode: 0o755 },
    );
    Deno.env.set("PATH", folder);
    assert.equal(await keyring.set("a", "s3cret"), true);
    assert.equal(await keyring.get("a"), "s3cret");
    assert.equal(await keyring.get("b"), undefined);
    assert.ok(!(await Deno.readTextFile(`${folder}/arguments`)).includes("s3cret"));
  } finally {
    Deno.env.set("PATH", before);
    await Deno.remove(folder, { recursive: true });
  }
});
