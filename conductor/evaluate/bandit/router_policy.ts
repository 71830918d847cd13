/**
 * The product's router as a bandit policy: the same class with the same settings as in a run.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import { Router } from "../../routing/router.ts";
import type { Candidate, RouteRequest } from "../../routing/route_request.ts";
import type { BanditPolicy, BanditRequest, BanditSetting, Observed } from "./world.ts";

export class RouterPolicy implements BanditPolicy {
  readonly router: Router;
  readonly #setting: BanditSetting;
  readonly #candidates: readonly Candidate[];
  #propensity = 1;
  #now: number;

  /** `now` is where its clock, a second a round, begins. */
  constructor(setting: BanditSetting, router: Router, now = 0) {
    this.#setting = setting;
    this.router = router;
    this.#now = now;
    this.#candidates = setting.arms.map(({ id, priceIn, priceOut }, at) => ({
      id,
      priceIn,
      priceOut,
      ...(setting.quotes === undefined ? {} : { quoteUsd: setting.quotes[at] as number }),
    }));
  }

  get now(): number {
    return this.#now;
  }

  /** The request as the router is asked it; `allowed` are the first so many arms. */
  request({ kind, features, tokensIn }: BanditRequest, allowed = this.#candidates.length): RouteRequest {
    const candidates = allowed === this.#candidates.length
      ? this.#candidates
      : this.#candidates.slice(0, allowed);
    return { kind, features, tokensIn, candidates, preference: this.#setting.preference, now: this.#now };
  }

  choose(request: BanditRequest): number {
    const { action, propensities } = this.router.decide(this.request(request));
    this.#propensity = propensities[action] as number;
    return action;
  }

  learn(request: BanditRequest, arm: number, { quality, usd, seconds, failure }: Observed): void {
    this.#now += 1000;
    this.router.learn(this.request(request), arm, this.#propensity, {
      quality,
      usd,
      seconds,
      ...(failure > 0 ? { failure: "visible" } : {}),
    });
  }

  best(request: BanditRequest): number {
    return this.router.best(this.request(request)).action;
  }
}
