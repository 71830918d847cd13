/**
 * The capabilities of a fixture: files, git and artifacts are the real ones, the network is answered from the fixture.
 * What the manifest does not ask for is refused here as it is in the product.
 *
 * @module
 */

import { isObject, type Json, type JsonObject, own } from "../../core/json.ts";
import { Capabilities } from "../capabilities/broker.ts";
import { type CallScope, demand, type Reply, textArgument } from "../capabilities/capability.ts";
import { ExtensionFailure } from "../sdk/failure.ts";
import type { MockAnswer } from "./fixture.ts";
import { differences } from "./json_difference.ts";

export class MockCapabilities extends Capabilities {
  readonly #scope: CallScope;
  readonly #answers: readonly MockAnswer[];
  readonly #used: Set<MockAnswer>;
  readonly #bodies = new Map<Json, Uint8Array<ArrayBuffer>[]>();

  /** `used` collects the answers that were given. */
  constructor(scope: Omit<CallScope, "granted">, answers: readonly MockAnswer[], used: Set<MockAnswer>) {
    super(scope);
    this.#scope = { ...scope, granted: new Set() };
    this.#answers = answers;
    this.#used = used;
  }

  protected override async carryOut(
    operation: string,
    args: JsonObject,
    bytes: Uint8Array<ArrayBuffer> | undefined,
  ): Promise<Reply> {
    switch (operation) {
      case "fetch.open":
        return await this.#open(args, bytes);
      case "fetch.pull":
        return this.#pull(own(args, "id") ?? null);
      case "fetch.cancel":
        this.#bodies.delete(own(args, "id") ?? null);
        return { value: null };
      default:
        return await super.carryOut(operation, args, bytes);
    }
  }

  async #open(args: JsonObject, body: Uint8Array<ArrayBuffer> | undefined): Promise<Reply> {
    const url = new URL(textArgument(args, "url"));
    const method = textArgument(args, "method");
    const port = url.port === "" ? url.protocol === "http:" ? 80 : 443 : Number(url.port);
    await demand(this.#scope, `net:${url.hostname}:${port}`);
    const fits = this.#answers.filter((one) => answersTo(one, url.href, method));
    const answer = fits.find((one) => !this.#used.has(one)) ?? fits.at(-1);
    if (answer === undefined) {
      throw new ExtensionFailure("connection", `The fixture has no answer to ${method} ${url.href}`);
    }
    this.#used.add(answer);
    const wrong = answer.asked === undefined ? [] : differences(answer.asked, parsed(body), true);
    if (wrong.length > 0) {
      throw new ExtensionFailure(
        "input",
        `${method} ${url.href} was not asked as the fixture says: ${wrong.join("; ")}`,
      );
    }
    if (answer.breaks === true) {
      throw new ExtensionFailure("connection", `The fixture breaks ${method} ${url.href}`);
    }
    const id = own(args, "id") ?? null;
    const encoder = new TextEncoder();
    this.#bodies.set(id, piecesOf(answer).map((piece) => encoder.encode(piece)));
    const type = answer.json === undefined ? "text/plain; charset=utf-8" : "application/json";
    const headers = Object.entries({ "content-type": type, ...answer.headers });
    return {
      value: { id, status: answer.status ?? 200, statusText: "", url: url.href, redirected: false, headers },
    };
  }

  #pull(id: Json): Reply {
    const bytes = this.#bodies.get(id)?.shift();
    return bytes === undefined ? { value: null } : { value: null, bytes };
  }
}

function answersTo(answer: MockAnswer, href: string, method: string): boolean {
  if (answer.method !== undefined && answer.method.toUpperCase() !== method.toUpperCase()) return false;
  if (answer.url.endsWith("*")) return href.startsWith(answer.url.slice(0, -1));
  return href === answer.url || href === new URL(answer.url).href;
}

function piecesOf({ json, text, pieces }: MockAnswer): readonly string[] {
  if (pieces !== undefined) return pieces;
  return json === undefined ? [text ?? ""] : [JSON.stringify(json)];
}

function parsed(body: Uint8Array<ArrayBuffer> | undefined): Json {
  try {
    const value = JSON.parse(new TextDecoder().decode(body)) as Json;
    return isObject(value) ? value : { body: value };
  } catch {
    return { body: new TextDecoder().decode(body) };
  }
}
