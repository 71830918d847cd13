/**
 * A two-way stream of bytes: a pipe to a process, this process's own standard streams, a socket.
 *
 * @module
 */

export interface ByteChannel {
  /** Reads into `buffer`; null at the end, also where the other side has died. Never rejects. */
  read(buffer: Uint8Array<ArrayBuffer>): Promise<number | null>;
  /** Writes all of `bytes`. @throws where the other side is gone */
  write(bytes: Uint8Array<ArrayBuffer>): Promise<void> | void;
  close(): void;
}

/** The standard streams of this process. */
export function standardStreams(): ByteChannel {
  return {
    read: (buffer) => Deno.stdin.read(buffer).catch(() => null),
    // A pipe whose reader is slow blocks here; that is the back-pressure, and nobody else is served meanwhile who could be.
    async write(bytes) {
      for (let at = 0; at < bytes.length;) at += await Deno.stdout.write(bytes.subarray(at));
    },
    close() {
      Deno.stdout.close();
    },
  };
}

/** A connected socket. */
export function socketChannel(socket: Deno.Conn): ByteChannel {
  return {
    read: (buffer) => socket.read(buffer).catch(() => null),
    async write(bytes) {
      for (let at = 0; at < bytes.length;) at += await socket.write(bytes.subarray(at));
    },
    close() {
      try {
        socket.close();
      } catch {
        // It has gone already.
      }
    },
  };
}

/** The pipes to a child's standard input and output. */
export function childStreams(child: Deno.ChildProcess): ByteChannel {
  const reader = child.stdout.getReader({ mode: "byob" });
  const writer = child.stdin.getWriter();
  let spare: Uint8Array<ArrayBuffer> = new Uint8Array(1 << 16);
  return {
    async read(buffer) {
      const { done, value } = await reader.read(spare).catch(() => ({ done: true, value: undefined }));
      if (done || value === undefined) return null;
      buffer.set(value);
      spare = new Uint8Array(value.buffer);
      return value.length;
    },
    write: (bytes) => writer.write(bytes),
    close() {
      writer.close().catch(() => undefined);
      reader.cancel().catch(() => undefined);
    },
  };
}
