/**
 * `ext docs`: the reference page of an extension, made from its manifest and schemas.
 *
 * @module
 */

import { isObject, type Json, type JsonObject, own } from "../../core/json.ts";
import { keysOf } from "../../core/policy/permission.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { Contribution } from "../sdk/runtime/describe.ts";

/** The page in Markdown. */
export function referencePage(manifest: Manifest, contributes: readonly Contribution[]): string {
  const parts = [
    `# ${manifest.name}`,
    manifest.description,
    `\`${manifest.id}\` ${manifest.version}, ${manifest.kind}${
      manifest.license === undefined ? "" : `, ${manifest.license}`
    }${manifest.author === undefined ? "" : `, by ${manifest.author}`}`,
    ...contributes.flatMap(sectionOf),
    ...uiSection(manifest),
    ...settingsSection(manifest),
    ...permissionSection(manifest),
    ...dependencySection(manifest),
  ];
  return `${parts.join("\n\n")}\n`;
}

function sectionOf(one: Contribution): readonly string[] {
  const head = [`## \`${one.type}\``, `**${one.title}** (${one.kind}). ${one.description}`];
  switch (one.kind) {
    case "operator":
      return [
        ...head,
        `Effect: ${one.effect ?? "not said, so what its permissions let it read"}.`,
        ...portTable("Inputs", one.input),
        ...portTable("Outputs", one.output),
        example(one.type, one.input),
      ];
    case "task":
      return [
        ...head,
        ...portTable("Inputs", one.input),
        ...portTable("Outputs", one.output),
        example(one.type, one.input),
      ];
    case "instrument": {
      const price = one.priceIn === 0 && one.priceOut === 0
        ? "Costs nothing."
        : `Costs $${one.priceIn} in and $${one.priceOut} out for a million tokens.`;
      const serves = one.serves.includes("*")
        ? "any task"
        : one.serves.map((task) => `\`${task}\``).join(", ");
      return [...head, `Serves ${serves === "" ? "no task" : serves}. ${price}`];
    }
    default:
      return head;
  }
}

function portTable(
  title: string,
  schema: JsonObject | { readonly [key: string]: unknown },
): readonly string[] {
  const properties = own(schema as JsonObject, "properties");
  const required = own(schema as JsonObject, "required");
  const needed = new Set(Array.isArray(required) ? required : []);
  const rows = Object.entries(isObject(properties) ? properties : {}).map(([name, port]) => {
    const standard = own(port, "default");
    const optional = needed.has(name)
      ? ""
      : standard === undefined
      ? "optional"
      : `\`${JSON.stringify(standard)}\``;
    return `| \`${name}\` | ${typeText(port)} | ${optional} | ${
      inCell(String(own(port, "description") ?? ""))
    } |`;
  });
  if (rows.length === 0) return [`${title}: none.`];
  return [
    `${title}:`,
    [`| name | type | default | what it is |`, `| --- | --- | --- | --- |`, ...rows].join("\n"),
  ];
}

/** A schema in a few words. */
export function typeText(schema: Json): string {
  if (!isObject(schema)) return "anything";
  const { type, items, anyOf } = schema;
  const choices = schema["enum"];
  if (Object.hasOwn(schema, "const")) return `\`${JSON.stringify(schema["const"])}\``;
  if (Array.isArray(choices)) return choices.map((one) => `\`${JSON.stringify(one)}\``).join(", ");
  if (Array.isArray(anyOf)) return anyOf.map(typeText).join(" or ");
  if (type === "array") return `list of ${typeText(items ?? null)}`;
  const names = Object.keys(isObject(schema["properties"]) ? schema["properties"] : {});
  if (type === "object" && names.length > 0) {
    return `object (${names.map((name) => `\`${name}\``).join(", ")})`;
  }
  return typeof type === "string" ? type : Array.isArray(type) ? type.join(" or ") : "anything";
}

function example(type: string, input: JsonObject | { readonly [key: string]: unknown }): string {
  const required = own(input as JsonObject, "required");
  const names = Array.isArray(required) ? required : [];
  const bound = names.map((name) => `"${String(name)}": "inputs.${String(name)}"`).join(", ");
  const name = type.split("/")[1]?.replaceAll("-", "_") ?? "node";
  return `\`\`\`jsonc\n"${name}": { "use": "${type}"${bound === "" ? "" : `, "in": { ${bound} }`} }\n\`\`\``;
}

function uiSection({ contributes }: Manifest): readonly string[] {
  const { themes, panels, nodeViews, editors, commands, keys, templates } = contributes;
  const keyOf = (command: string) =>
    keys.filter((one) => one.command === command).map(({ key }) => `\`${key}\``);
  const lines = [
    ...themes.map(({ title, ground }) => `- theme **${title}** (${ground})`),
    ...panels.map(({ title, place }) => `- panel **${title}** (${place})`),
    ...nodeViews.map(({ nodeType }) => `- how \`${nodeType}\` looks on the board`),
    ...editors.map(({ title, files }) =>
      `- editor **${title}** for ${files.map((glob) => `\`${glob}\``).join(", ")}`
    ),
    ...commands.map(({ title, command }) => `- command **${title}** ${keyOf(command).join(" ")}`.trimEnd()),
    ...templates.map(({ title, description }) => `- template **${title}**: ${description}`),
  ];
  return lines.length === 0 ? [] : ["## User interface", lines.join("\n")];
}

function settingsSection({ config }: Manifest): readonly string[] {
  const properties = config["properties"];
  if (!isObject(properties) || Object.keys(properties).length === 0) return [];
  return ["## Settings", ...portTable("Set with `symphony settings set`", config)];
}

function permissionSection({ permissions, id }: Manifest): readonly string[] {
  if (permissions.length === 0) {
    return ["## Permissions", "It asks for nothing: no files, no network, no keys."];
  }
  const rows = permissions.flatMap((permission) =>
    keysOf(permission).map((key) => `| \`${key}\` | ${inCell(permission.reason)} |`)
  );
  return [
    "## Permissions",
    ["| permission | why |", "| --- | --- |", ...rows].join("\n"),
    `Given with \`symphony grants add ${id} PERMISSION\`.`,
  ];
}

function dependencySection({ dependencies, engine }: Manifest): readonly string[] {
  const lines = Object.entries(dependencies).map(([id, range]) => `- \`${id}\` ${range}`);
  if (engine !== undefined) lines.unshift(`- Symphony ${engine}`);
  return lines.length === 0 ? [] : ["## Needs", lines.join("\n")];
}

function inCell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}
