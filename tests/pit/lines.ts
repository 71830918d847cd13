/**
 * Lines of a byte stream.
 *
 * @module
 */

/** Whole lines without their end; text after the last line end is dropped, for a killed writer may have cut it. */
export async function* lines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of stream) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = parts.pop() as string;
    yield* parts;
  }
}
