/** Lets a long computation be seen and be stopped. @module */

/** Gives way once, so that what was said is written; then throws where `signal` has fired. */
export async function pause(signal: AbortSignal | undefined): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
  signal?.throwIfAborted();
}
