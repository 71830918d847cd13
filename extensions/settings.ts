/**
 * What the person set of the extensions' settings: `settings.jsonc` in the data folder. What is not set has the default
 * of the manifest's `config` schema.
 *
 * @module
 */

import { join } from "node:path";
import { SymphonyError } from "../core/errors.ts";
import { type ExtensionId, extensionId } from "../core/ids.ts";
import { isObject, type Json, type JsonObject } from "../core/json.ts";
import { validate } from "../core/workflow/json_schema.ts";
import { didYouMean } from "../core/workflow/suggest.ts";
import { readDataFile, writeDataFile } from "./data_file.ts";
import type { ExtensionSource } from "./installed.ts";
import type { Manifest } from "./manifest/manifest.ts";
import { isSecret, SettingSecrets, shownSetting } from "./setting_secrets.ts";

const HEAD = "Settings of extensions. `symphony settings` changes them; so may you.";

/** One setting of one extension. */
export interface SettingLine {
  readonly extension: string;
  readonly name: string;
  /** Undefined where it is not set and has no default. */
  readonly value: Json | undefined;
  readonly isSet: boolean;
  readonly description: string;
  readonly schema: JsonObject;
}

/** The settings by extension. @throws SymphonyError `io` | `bad-input` | `bad-id` */
export async function readSettings(data: string): Promise<ReadonlyMap<ExtensionId, JsonObject>> {
  const file = fileIn(data);
  const kept = await readDataFile(file) ?? {};
  if (!isObject(kept)) throw new SymphonyError("bad-input", `${file}: expected { "EXTENSION": { … } }`);
  return new Map(
    Object.entries(kept).map(([id, values]) => {
      if (!isObject(values)) throw new SymphonyError("bad-input", `${file}: expected an object of "${id}"`);
      return [extensionId(id), values];
    }),
  );
}

/** The settings as extensions get them, secret ones in the clear. @throws SymphonyError as `readSettings`, or `corrupt` */
export async function openSettings(data: string): Promise<ReadonlyMap<ExtensionId, JsonObject>> {
  const secrets = new SettingSecrets(data);
  const kept = await readSettings(data);
  return new Map(
    await Promise.all([...kept].map(async ([id, values]) => [id, await secrets.unsealAll(values)] as const)),
  );
}

/** Every setting that an installed extension knows, of all or of one. @throws SymphonyError `not-found` */
export async function listSettings(
  data: string,
  source: ExtensionSource,
  only?: string,
): Promise<readonly SettingLine[]> {
  const kept = await readSettings(data);
  const manifests = only === undefined
    ? (await source.load()).installed.map(({ manifest }) => manifest)
    : [await manifestOf(source, only)];
  return manifests.flatMap(({ id, config }) =>
    Object.entries(propertiesOf(config)).map(([name, schema]) => {
      const set = kept.get(id)?.[name];
      const { description = "", default: standard } = schema;
      return {
        extension: id,
        name,
        value: shownSetting(schema, set ?? standard),
        isSet: set !== undefined,
        description: String(description),
        schema,
      };
    })
  );
}

/**
 * Sets a setting; `undefined` takes it back to its default. `read` makes the value of the text by the setting's schema.
 * @throws SymphonyError `not-found` | `bad-input` | `io`
 */
export async function changeSetting(
  data: string,
  source: ExtensionSource,
  { extension, name, value }: {
    readonly extension: string;
    readonly name: string;
    readonly value: Json | undefined;
  },
): Promise<void> {
  const { id, config } = await manifestOf(source, extension);
  const known = propertiesOf(config);
  const schema = Object.hasOwn(known, name) ? known[name] : undefined;
  if (schema === undefined) {
    const near = didYouMean(name, Object.keys(known), `settings of ${id}`);
    throw new SymphonyError("not-found", `${id} has no setting "${name}": ${near}`);
  }
  const faults = value === undefined ? [] : validate(schema, value);
  if (faults.length > 0) {
    const said = faults.map(({ path, message }) => path === "" ? message : `${path}: ${message}`).join("; ");
    throw new SymphonyError("bad-input", `Cannot set ${id} ${name}: ${said}`);
  }
  const all = Object.fromEntries(await readSettings(data)) as Record<string, JsonObject>;
  const { [name]: _, ...rest } = all[id] ?? {};
  const isSealed = value !== undefined && isSecret(schema);
  const stored = isSealed ? await new SettingSecrets(data).seal(value) : value;
  const values = stored === undefined ? rest : { ...rest, [name]: stored };
  const { [id]: __, ...others } = all;
  await writeDataFile(
    fileIn(data),
    HEAD,
    Object.keys(values).length === 0 ? others : { ...others, [id]: values },
  );
}

/** Takes away all settings of an extension. @throws SymphonyError `io` */
export async function forgetSettings(data: string, extension: ExtensionId): Promise<void> {
  const all = Object.fromEntries(await readSettings(data)) as Record<string, JsonObject>;
  if (!Object.hasOwn(all, extension)) return;
  const { [extension]: _, ...others } = all;
  await writeDataFile(fileIn(data), HEAD, others);
}

function fileIn(data: string): string {
  return join(data, "settings.jsonc");
}

async function manifestOf(source: ExtensionSource, extension: string): Promise<Manifest> {
  const id = extensionId(extension);
  const { installed } = await source.load();
  const found = installed.find(({ manifest }) => manifest.id === id);
  if (found !== undefined) return found.manifest;
  const near = didYouMean(id, installed.map(({ manifest }) => manifest.id), "extensions");
  throw new SymphonyError("not-found", `Cannot find extension "${id}": ${near}`);
}

function propertiesOf(config: JsonObject): Readonly<Record<string, JsonObject>> {
  const { properties } = config;
  if (!isObject(properties)) return {};
  return Object.fromEntries(
    Object.entries(properties).filter((entry): entry is [string, JsonObject] => isObject(entry[1])),
  );
}
