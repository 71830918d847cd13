/**
 * Secret settings on disk: those whose schema has `"format": "secret"` are kept encrypted (AES-GCM, 256 bits), under a
 * key in a file of its own that only its owner may read. It keeps a copied settings file from giving them away; who can
 * read the whole data folder as its owner can read them, as the program can.
 *
 * @module
 */

import { dirname, join } from "node:path";
import { messageOf, SymphonyError } from "../core/errors.ts";
import { type Json, type JsonObject, own } from "../core/json.ts";

const MARK = "$secret";

/** True for a setting that is kept encrypted. */
export function isSecret(schema: Json | undefined): boolean {
  return own(schema, "format") === "secret";
}

/** True for a value as `seal` made it. */
export function isSealed(value: Json | undefined): boolean {
  return typeof own(value, MARK) === "string";
}

export class SettingSecrets {
  readonly #file: string;
  #key: Promise<CryptoKey> | undefined;

  /** The key is made when the first secret is kept. */
  constructor(data: string) {
    this.#file = join(data, "secrets", ".settings-key");
  }

  /** The value as it is kept. @throws SymphonyError `io` */
  async seal(value: Json): Promise<JsonObject> {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const text = new TextEncoder().encode(JSON.stringify(value));
    const sealed = new Uint8Array(
      await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await this.#open(true), text),
    );
    return { [MARK]: `${base64(iv)}.${base64(sealed)}` };
  }

  /** The value again. @throws SymphonyError `corrupt` where the key or the text is another */
  async unseal(value: Json): Promise<Json> {
    const [iv = "", sealed = ""] = String(own(value, MARK)).split(".");
    try {
      const options = { name: "AES-GCM", iv: bytes(iv) };
      const text = await crypto.subtle.decrypt(options, await this.#open(false), bytes(sealed));
      return JSON.parse(new TextDecoder().decode(text)) as Json;
    } catch (cause) {
      throw new SymphonyError(
        "corrupt",
        `Cannot read a secret setting: its key in "${this.#file}" does not fit`,
        {
          cause,
          hint: "Set it again with: symphony settings set",
        },
      );
    }
  }

  /** Every sealed value of an extension's settings in the clear. */
  async unsealAll(settings: JsonObject): Promise<JsonObject> {
    const entries = await Promise.all(
      Object.entries(settings).map(async ([name, value]) =>
        [name, isSealed(value) ? await this.unseal(value) : value] as const
      ),
    );
    return Object.fromEntries(entries);
  }

  #open(make: boolean): Promise<CryptoKey> {
    this.#key ??= this.#read(make).then((raw) =>
      crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"])
    );
    this.#key.catch(() => this.#key = undefined);
    return this.#key;
  }

  async #read(make: boolean): Promise<Uint8Array<ArrayBuffer>> {
    const kept = await Deno.readFile(this.#file).catch(() => undefined);
    if (kept?.length === 32) return kept;
    if (!make) throw new SymphonyError("not-found", `There is no key "${this.#file}"`);
    const key = crypto.getRandomValues(new Uint8Array(32));
    try {
      await Deno.mkdir(dirname(this.#file), { recursive: true, mode: 0o700 });
      await Deno.writeFile(this.#file, key, { mode: 0o600, createNew: true });
      return key;
    } catch (cause) {
      // Another process made one at the same moment.
      const other = await Deno.readFile(this.#file).catch(() => undefined);
      if (other?.length === 32) return other;
      throw new SymphonyError("io", `Cannot write "${this.#file}": ${messageOf(cause)}`, { cause });
    }
  }
}

function base64(from: Uint8Array): string {
  return btoa(String.fromCharCode(...from));
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
}

/** What is shown of settings: never a secret. */
export function shownSetting(schema: Json | undefined, value: Json | undefined): Json | undefined {
  const isKept = isSealed(value) || (isSecret(schema) && value !== undefined && value !== "");
  return isKept ? "••••••" : value;
}
