import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import iconv from "iconv-lite";
import { SymphonyError } from "../../../core/errors.ts";
import { decode } from "../../../editor/files/decode.ts";
import { encode } from "../../../editor/files/encode.ts";
import { loadEncodings } from "../../../editor/files/encodings.ts";
import { lineEndings, type TextForm } from "../../../editor/files/text_form.ts";

await loadEncodings();

function joined(pieces: Iterable<Uint8Array>): Uint8Array {
  return new Uint8Array(Buffer.concat([...pieces]));
}

function thrown(act: () => unknown): SymphonyError {
  try {
    act();
  } catch (error) {
    assert.ok(error instanceof SymphonyError, String(error));
    return error;
  }
  assert.fail("nothing was thrown");
}

const samples: readonly (readonly [string, boolean, string])[] = [
  ["utf-8", false, "grüße 🎼 plain\n"],
  ["utf-8", true, "with a mark\r\nand CRLF\r\n"],
  ["utf-8", false, ""],
  ["utf-8", true, ""],
  ["utf-16le", true, "wide 🎼\n"],
  ["utf-16be", true, "wide 🎼\r\n"],
  ["utf-32le", true, "very wide 🎼\n"],
  ["utf-16le", false, "no mark, but every second byte is zero\n"],
  ["utf-16be", false, "no mark, but every second byte is zero\n"],
  ["shift_jis", false, "これは日本語のテキストです。\nエディタで開きます。\n"],
  ["gb18030", false, "这是一个用于测试编辑器的中文文本文件。\n第二行也是中文。\n"],
  ["koi8-r", false, "Привет мир, это обычный текст на русском языке.\n"],
  ["windows-1252", false, "caf\u00e9 \u201cquoted\u201d \u2014 \u20ac 5\n"],
];

for (const [encoding, mark, text] of samples) {
  const name = `${encoding}${mark ? " with a mark" : ""}${text === "" ? " of no text" : ""}`;
  Deno.test(`decode() finds ${name} by itself, and encode() gives the same bytes back`, () => {
    const bytes = joined(encode([text], { encoding, mark }));
    const decoded = decode(bytes);
    assert.deepEqual(decoded.form, { encoding, mark });
    assert.equal(decoded.chunks.join(""), text);
    assert.deepEqual(joined(encode(decoded.chunks, decoded.form)), bytes);
  });
}

Deno.test("decode() and encode() give back any bytes that decode() takes for text", () => {
  const lines = fc.array(fc.integer({ min: 9, max: 255 }), { maxLength: 200 });
  let taken = 0;
  fc.assert(
    fc.property(lines, (values) => {
      const bytes = Uint8Array.from(values.map((value) => value > 13 && value < 32 ? 10 : value));
      let decoded: ReturnType<typeof decode>;
      try {
        decoded = decode(bytes);
      } catch (error) {
        assert.ok(error instanceof SymphonyError && error.code === "unsupported");
        return;
      }
      taken++;
      assert.deepEqual(joined(encode(decoded.chunks, decoded.form)), bytes);
    }),
    { seed: 20261126, numRuns: 400 },
  );
  assert.ok(taken > 300, `only ${taken} of 400 were taken for text`);
});

Deno.test("decode() keeps pairs together and gives back a text of several pieces", () => {
  const text = `${"x".repeat((1 << 18) - 1)}🎼${"ü".repeat(300_000)}`;
  const { chunks } = decode(new TextEncoder().encode(text));
  assert.ok(chunks.length > 2);
  assert.ok(chunks.every((chunk) => chunk.isWellFormed()));
  assert.equal(chunks.join(""), text);
});

const binaries: readonly (readonly [string, Uint8Array])[] = [
  ["an ELF header", Uint8Array.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0])],
  ["a PNG", Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13, 0x49])],
  ["text with a zero byte", new TextEncoder().encode("abc\0def and more and more and more")],
  ["bytes of every value without zero", Uint8Array.from({ length: 4000 }, (_, at) => (at * 7919) % 255 + 1)],
  ["UTF-16 with an odd byte", Uint8Array.from([0xff, 0xfe, 0x61, 0, 0x62])],
];

for (const [name, bytes] of binaries) {
  Deno.test(`decode() refuses ${name} as binary`, () => {
    const error = thrown(() => decode(bytes));
    assert.equal(error.code, "unsupported");
    assert.match(error.message, /binary, expected text/);
  });
}

Deno.test("decode() with a given encoding reads in it, and refuses bytes that are not valid there", () => {
  const bytes = joined(encode(["Grüße"], { encoding: "windows-1252", mark: false }));
  assert.equal(decode(bytes, "latin1").chunks.join(""), "Grüße");
  assert.equal(decode(bytes, "latin1").form.encoding, "iso-8859-1");
  assert.equal(thrown(() => decode(bytes, "utf-8")).code, "bad-input");
  const unknown = thrown(() => decode(bytes, "klingon"));
  assert.equal(unknown.code, "bad-input");
  assert.match(unknown.message, /"klingon"/);
});

Deno.test("encode() refuses a character that the encoding lacks, and names it and its line", () => {
  const form: TextForm = { encoding: "windows-1252", mark: false };
  const error = thrown(() => [...encode(["one\ntwo\n", "thr→ee\n"], form)]);
  assert.equal(error.code, "unsupported");
  assert.match(error.message, /line 3 holds "→" \(U\+2192\)/);
});

Deno.test("encode() keeps what iconv-lite writes for every character that an encoding has", () => {
  for (const encoding of ["windows-1251", "iso-8859-15", "euc-kr", "big5"]) {
    const text = encoding === "big5" ? "編輯器測試文字" : encoding === "euc-kr" ? "편집기 시험 글" : "abc";
    assert.deepEqual(
      joined(encode([...text], { encoding, mark: false })),
      new Uint8Array(iconv.encode(text, encoding)),
    );
  }
});

Deno.test("lineEndings() gives the ending that most lines have, also across pieces", () => {
  assert.deepEqual(lineEndings(["a\nb\n"]), { ending: "\n", mixed: false });
  assert.deepEqual(lineEndings(["a\r", "\nb\r\n"]), { ending: "\r\n", mixed: false });
  assert.deepEqual(lineEndings(["a\r\nb\r\nc\n"]), { ending: "\r\n", mixed: true });
  assert.deepEqual(lineEndings(["a\rb\r"]), { ending: "\r", mixed: false });
  assert.deepEqual(lineEndings(["one line"]), { ending: "\n", mixed: false });
  assert.deepEqual(lineEndings([]), { ending: "\n", mixed: false });
});
