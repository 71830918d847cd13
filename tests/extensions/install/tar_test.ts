import assert from "node:assert/strict";
import { gunzip, readTar, writeTar } from "../../../extensions/install/tar.ts";

const limits = { files: 3, bytes: 4096 };
const bytes = (text: string) => new TextEncoder().encode(text);

/** An archive of one file whose header is changed by `edit`, with a checksum that fits again. */
function forged(edit: (header: Uint8Array) => void, path = "a.txt"): Uint8Array<ArrayBuffer> {
  const tar = writeTar([{ path, bytes: bytes("hello") }]);
  const header = tar.subarray(0, 512);
  edit(header);
  header.fill(0x20, 148, 156);
  const sum = header.reduce((all, one) => all + one, 0);
  header.set(bytes(`${sum.toString(8).padStart(6, "0")}\0 `), 148);
  return tar;
}

const named = (name: string) =>
  forged((header) => {
    header.fill(0, 0, 100);
    header.set(bytes(name), 0);
  });

const refused: readonly (readonly [string, Uint8Array<ArrayBuffer>, RegExp])[] = [
  ["a path that climbs out", named("../evil.txt"), /leads out/],
  ["a path that climbs out in its middle", named("a/../../evil.txt"), /leads out/],
  ["an absolute path", named("/etc/passwd"), /leads out/],
  ["a path with backslashes", named("..\\evil.txt"), /leads out/],
  ["a path with a drive", named("C:evil.txt"), /leads out/],
  ["a path with a line end", named("a\nb"), /leads out/],
  ["a symbolic link", forged((header) => header[156] = 0x32), /no plain file/],
  ["a hard link", forged((header) => header[156] = 0x31), /no plain file/],
  ["a device", forged((header) => header[156] = 0x33), /no plain file/],
  ["a pipe", forged((header) => header[156] = 0x36), /no plain file/],
  ["a size that is no number", forged((header) => header.set(bytes("zzzzzzzzzzz"), 124)), /damaged/],
  ["a file that breaks off", forged((header) => header.set(bytes("00000007777"), 124)), /breaks off/],
  [
    "too many files",
    writeTar(["a", "b", "c", "d"].map((path) => ({ path, bytes: bytes("") }))),
    /more than 3 files/,
  ],
  ["too many bytes", writeTar([{ path: "a", bytes: new Uint8Array(5000) }]), /more than/],
  ["the same name twice", writeTar(["a", "a"].map((path) => ({ path, bytes: bytes("") }))), /twice/],
  [
    "names that differ in case only",
    writeTar(["a", "A"].map((path) => ({ path, bytes: bytes("") }))),
    /twice/,
  ],
];

for (const [what, tar, message] of refused) {
  Deno.test(`readTar refuses ${what}`, () => {
    assert.throws(() => readTar(tar, limits), { code: "bad-input", message });
  });
}

Deno.test("readTar refuses an entry whose checksum is wrong", () => {
  const tar = writeTar([{ path: "a", bytes: bytes("x") }]);
  tar[0] = 0x62;
  assert.throws(() => readTar(tar, limits), { code: "bad-input", message: /damaged/ });
});

Deno.test("readTar takes long paths by prefix and by extended header, and what npm writes beside files", () => {
  const long = `${"deep/".repeat(30)}file.txt`;
  assert.equal(readTar(writeTar([{ path: long, bytes: bytes("x") }]), limits)[0]?.path, long);
  const longer = `${"x".repeat(120)}.txt`;
  const record = ` path=${longer}\n`;
  const length = String(record.length + 3).length + record.length;
  const pax = writeTar([{ path: "PaxHeader/x", bytes: bytes(`${length}${record}`) }]).slice(0, 1024);
  pax[156] = 0x78;
  pax.fill(0x20, 148, 156);
  const sum = pax.subarray(0, 512).reduce((all, one) => all + one, 0);
  pax.set(bytes(`${sum.toString(8).padStart(6, "0")}\0 `), 148);
  const tar = new Uint8Array([...pax, ...writeTar([{ path: "short", bytes: bytes("x") }])]);
  assert.equal(readTar(tar, limits)[0]?.path, longer);
});

Deno.test("readTar takes what `tar -C folder .` writes, whose first entry is the folder itself", async () => {
  const folder = await Deno.makeTempDir({ prefix: "symphony-tar-" });
  try {
    await Deno.mkdir(`${folder}/tool/lib`, { recursive: true });
    await Deno.writeTextFile(`${folder}/tool/symphony.jsonc`, "{}");
    await Deno.writeTextFile(`${folder}/tool/lib/a.ts`, "a");
    const args = ["czf", "tool.tgz", "-C", "tool", "."];
    const { success } = await new Deno.Command("tar", { args, cwd: folder }).output();
    assert.ok(success);
    const tar = await gunzip(await Deno.readFile(`${folder}/tool.tgz`), 1 << 20);
    assert.deepEqual(readTar(tar, limits).map(({ path }) => path).sort(), ["lib/a.ts", "symphony.jsonc"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("readTar takes no file for the archive's own folder", () => {
  for (const name of [".", "./", "././"]) {
    assert.throws(() => readTar(named(name), limits), /leads out/, name);
  }
  for (const name of ["..", "./..", "../"]) {
    const folder = forged((header) => {
      header.fill(0, 0, 100);
      header.set(bytes(name), 0);
      header[156] = 0x35;
    });
    assert.throws(() => readTar(folder, limits), /leads out/, name);
  }
});

Deno.test("gunzip stops at its limit, and refuses what is no gzip", async () => {
  const stream = new Blob([new Uint8Array(1 << 20)]).stream().pipeThrough(new CompressionStream("gzip"));
  const bomb = new Uint8Array(await new Response(stream).arrayBuffer());
  assert.equal((await gunzip(bomb, 1 << 20)).length, 1 << 20);
  await assert.rejects(gunzip(bomb, 1 << 16), { code: "bad-input", message: /unpacks to more/ });
  await assert.rejects(gunzip(bytes("not gzip"), 1 << 16), { code: "bad-input", message: /no gzip/ });
});
