/**
 * What one call on a paid instrument may cost, before it is made. A byte-level tokenizer makes at most one token of a byte,
 * so the bytes of all that is sent bound its tokens from above, whatever the model. The answer is bounded by what the
 * instrument is told to spend at most (`CallRequest.maxUsd`).
 *
 * @module
 */

import type { Json } from "../json.ts";
import type { InstrumentTraits } from "../workflow/catalog.ts";

/** What is sent: prompt and system together, and the schema of the answer where one is asked. */
export interface SentText {
  readonly text: string;
  readonly schema?: Json;
}

/** US dollars. */
export interface CallBounds {
  /** Below this not even a short answer can be asked for. */
  readonly leastUsd: number;
  /** Enough for two long answers, since one that does not fit is asked for again. */
  readonly ampleUsd: number;
  /** The same in tokens, sent and answered together. */
  readonly leastTokens: number;
  readonly ampleTokens: number;
}

/** Names, roles and what a protocol writes around a prompt; the schema may be sent by the protocol and in words. */
const AROUND_TOKENS = 200;
const SCHEMA_TIMES = 2;
const SHORT_ANSWER_TOKENS = 256;
const LONG_ANSWER_TOKENS = 4096;
/** No call holds more than this share of what is left while a tighter bound is enough, so that several run at once. */
const SHARE = 1 / 4;
/** An answer so many times as dear as expected is still paid for. */
const ROOM = 4;
const MILLION = 1_000_000;

export function callBounds({ text, schema }: SentText, { priceIn, priceOut }: InstrumentTraits): CallBounds {
  const schemaBytes = schema === undefined ? 0 : byteLength(JSON.stringify(schema));
  const sent = byteLength(text) + SCHEMA_TIMES * schemaBytes + AROUND_TOKENS;
  const again = sent + LONG_ANSWER_TOKENS + schemaBytes + AROUND_TOKENS;
  return {
    leastUsd: (sent * priceIn + SHORT_ANSWER_TOKENS * priceOut) / MILLION,
    ampleUsd: ((sent + again) * priceIn + 2 * LONG_ANSWER_TOKENS * priceOut) / MILLION,
    leastTokens: sent + SHORT_ANSWER_TOKENS,
    ampleTokens: sent + again + 2 * LONG_ANSWER_TOKENS,
  };
}

/** What a call may spend of `leftUsd`, which must be `leastUsd` or more. */
export function callLimit({ leastUsd, ampleUsd }: CallBounds, expectedUsd: number, leftUsd: number): number {
  const tight = Math.max(leastUsd, ROOM * expectedUsd);
  return Math.min(leftUsd, ampleUsd, Math.max(leftUsd * SHARE, tight));
}

/** Tokens that a call may take of `left`, which must be `leastTokens` or more. */
export function tokenLimit({ leastTokens, ampleTokens }: CallBounds, left: number): number {
  return Math.floor(Math.min(left, ampleTokens, Math.max(left * SHARE, leastTokens)));
}

function byteLength(text: string): number {
  let bytes = text.length;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    // A surrogate is half of four bytes; the rest up to there takes one to three.
    if (unit > 0x7f) bytes += unit > 0x7ff && (unit < 0xd800 || unit > 0xdfff) ? 2 : 1;
  }
  return bytes;
}
