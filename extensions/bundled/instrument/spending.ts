/**
 * What serving one request may cost and has cost. A byte-level tokenizer makes at most one token of a byte, so what is sent
 * is bounded by its bytes; the answer is bounded by the tokens that are asked for at most.
 *
 * @module
 */

import { costUsd, type Price, type Tokens } from "./price.ts";

const MILLION = 1_000_000;
/** Names, roles and what the protocol writes around the messages. */
const AROUND_TOKENS = 200;
const encoder = new TextEncoder();

export class Spending {
  readonly #price: Price | undefined;
  readonly #maxUsd: number | undefined;
  readonly #maxTokens: number | undefined;
  #tokens = { input: 0, output: 0 };
  #areTokensUnknown = false;
  #usd = 0;
  #isUnknown = false;
  /** Of the request under way: most tokens sent, and most tokens that came. */
  #sent = 0;
  #came = 0;

  /** No money is limited where the price or `maxUsd` is unknown, no tokens where `maxTokens` is. */
  constructor(price: Price | undefined, maxUsd: number | undefined, maxTokens?: number) {
    this.#price = price;
    this.#maxUsd = maxUsd;
    this.#maxTokens = maxTokens;
  }

  /** What limits it, for people. */
  get limitText(): string {
    return this.#maxUsd === undefined ? `${this.#maxTokens} tokens` : `$${this.#maxUsd.toFixed(4)}`;
  }

  /** Most tokens that the answer to what is sent may have; 0 where not even sending is paid for, undefined where no limit is. */
  tokensFor(sent: unknown, wanted: number | undefined): number | undefined {
    this.#sent = encoder.encode(JSON.stringify(sent)).length + AROUND_TOKENS;
    this.#came = 0;
    const paid = this.#paidTokens(wanted);
    if (this.#maxTokens === undefined) return paid;
    const left = Math.max(0, this.#maxTokens - this.#tokens.input - this.#tokens.output - this.#sent);
    return paid === undefined ? left : Math.min(paid, left);
  }

  #paidTokens(wanted: number | undefined): number | undefined {
    const price = this.#price;
    if (this.#maxUsd === undefined || price === undefined || price.output <= 0) return wanted;
    const input = Math.max(price.input, price.cacheWrite ?? 0);
    const left = this.#maxUsd - this.#usd - this.#sent * input / MILLION;
    const most = Math.max(0, Math.floor(left * MILLION / price.output));
    return wanted === undefined ? most : Math.min(wanted, most);
  }

  /** A piece of the answer came. */
  came(text: string): void {
    this.#came += encoder.encode(text).length;
  }

  /** The answer ended; the server says how many tokens it took. */
  ended(tokens: Tokens): void {
    const usd = costUsd(tokens, this.#price);
    this.#tokens.input += tokens.input ?? this.#sent;
    this.#tokens.output += tokens.output ?? this.#came;
    if (tokens.input === undefined || tokens.output === undefined) this.#areTokensUnknown = true;
    if (usd === undefined) this.#isUnknown = true;
    this.#usd += usd ?? this.#open();
    this.#sent = this.#came = 0;
  }

  /** What was spent, a broken-off answer by what came of it; undefined where nothing is known to have been. */
  get usd(): number | undefined {
    if (this.#price === undefined || this.#isUnknown && this.#maxUsd === undefined) return undefined;
    const usd = this.#usd + (this.#came > 0 ? this.#open() : 0);
    return usd > 0 ? usd : undefined;
  }

  /** The tokens of the same, with the same exceptions. */
  get tokens(): Pick<Tokens, "input" | "output"> | undefined {
    if (this.#areTokensUnknown && this.#maxTokens === undefined) return undefined;
    const isOpen = this.#came > 0;
    const input = this.#tokens.input + (isOpen ? this.#sent : 0);
    const output = this.#tokens.output + (isOpen ? this.#came : 0);
    return input + output > 0 ? { input, output } : undefined;
  }

  #open(): number {
    const { input, output } = this.#price ?? { input: 0, output: 0 };
    return (this.#sent * input + this.#came * output) / MILLION;
  }
}
