/**
 * Settings of an instrument, as the person set them. What has the wrong type is named, not ignored.
 *
 * @module
 */

import { ExtensionFailure } from "symphony/sdk";

type Config = Readonly<Record<string, unknown>>;

/** A text setting; `otherwise` where it is absent or empty. @throws ExtensionFailure `input` for another type. */
export function textSetting(config: Config, name: string, otherwise: string): string {
  const value = own(config, name);
  if (value === undefined || value === null || value === "") return otherwise;
  if (typeof value !== "string") throw wrong(name, "text", value);
  return value.trim();
}

/** A number setting that is not negative; undefined where absent. @throws ExtensionFailure `input` for anything else. */
export function numberSetting(config: Config, name: string): number | undefined {
  const value = own(config, name);
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "number" || !Number.isFinite(value) || value < 0) {
    throw wrong(name, "a number that is not negative", value);
  }
  return value;
}

/** An http or https address without its trailing slash. @throws ExtensionFailure `input` for anything else. */
export function addressSetting(config: Config, name: string, otherwise: string): string {
  const text = textSetting(config, name, otherwise);
  const url = URL.parse(text);
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) {
    throw wrong(name, "an http or https address", text);
  }
  return text.replace(/\/+$/, "");
}

function own(config: Config, name: string): unknown {
  return Object.hasOwn(config, name) ? config[name] : undefined;
}

function wrong(name: string, expected: string, found: unknown): ExtensionFailure {
  return new ExtensionFailure(
    "input",
    `Setting "${name}": expected ${expected}, found ${JSON.stringify(found)?.slice(0, 100)}`,
  );
}
