/**
 * The few names of the platform that libraries want even when they compute only: UTF-8 and microtasks, in the language
 * itself. Installed before a light extension is evaluated.
 *
 * @module
 */

/** UTF-8 of a text; lone surrogates become U+FFFD, as the Encoding Standard says. */
function encode(text = ""): Uint8Array<ArrayBuffer> {
  const bytes: number[] = [];
  for (const character of String(text)) {
    const point = character.codePointAt(0) ?? 0;
    const safe = point >= 0xd800 && point <= 0xdfff ? 0xfffd : point;
    if (safe < 0x80) bytes.push(safe);
    else if (safe < 0x800) bytes.push(0xc0 | safe >> 6, 0x80 | safe & 63);
    else if (safe < 0x10000) bytes.push(0xe0 | safe >> 12, 0x80 | safe >> 6 & 63, 0x80 | safe & 63);
    else bytes.push(0xf0 | safe >> 18, 0x80 | safe >> 12 & 63, 0x80 | safe >> 6 & 63, 0x80 | safe & 63);
  }
  return new Uint8Array(bytes);
}

class Encoder {
  readonly encoding = "utf-8";

  encode(text?: string): Uint8Array<ArrayBuffer> {
    return encode(text);
  }
}

class Decoder {
  readonly encoding = "utf-8";
  readonly fatal: boolean;

  constructor(_label?: string, options: { fatal?: boolean } = {}) {
    this.fatal = options.fatal ?? false;
  }

  decode(given: ArrayBuffer | ArrayBufferView = new Uint8Array(0)): string {
    const bytes = ArrayBuffer.isView(given)
      ? new Uint8Array(given.buffer, given.byteOffset, given.byteLength)
      : new Uint8Array(given);
    let text = "";
    for (let at = 0; at < bytes.length;) {
      const [point, length] = pointAt(bytes, at);
      if (point === undefined && this.fatal) throw new TypeError(`The bytes are not UTF-8, from byte ${at}`);
      text += String.fromCodePoint(point ?? 0xfffd);
      at += length;
    }
    return text;
  }
}

/** The code point at `at`, undefined where it is malformed, and how many bytes it takes. */
function pointAt(bytes: Uint8Array, at: number): readonly [number | undefined, number] {
  const first = bytes[at] as number;
  if (first < 0x80) return [first, 1];
  const length = first >= 0xf0 && first < 0xf5
    ? 4
    : first >= 0xe0 && first < 0xf0
    ? 3
    : first >= 0xc2 && first < 0xe0
    ? 2
    : 0;
  if (length === 0) return [undefined, 1];
  let point = first & (0xff >> length + 1);
  for (let step = 1; step < length; step++) {
    const next = bytes[at + step];
    if (next === undefined || (next & 0xc0) !== 0x80) return [undefined, step];
    point = point << 6 | next & 63;
  }
  const least = length === 2 ? 0x80 : length === 3 ? 0x800 : 0x10000;
  if (point < least || point > 0x10ffff || point >= 0xd800 && point <= 0xdfff) return [undefined, 1];
  return [point, length];
}

const given: Readonly<Record<string, unknown>> = {
  TextEncoder: Encoder,
  TextDecoder: Decoder,
  queueMicrotask: (act: () => void) => void Promise.resolve().then(() => act()),
  self: globalThis,
};
for (const [name, value] of Object.entries(given)) {
  if (!(name in globalThis)) {
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
  }
}
