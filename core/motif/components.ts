/**
 * The components that a motif's tree may be made of: one table from which the validator, the JSON Schema and the
 * documentation are made. Whoever draws trees draws these; nothing else reaches the page.
 *
 * @module
 */

import type { JsonObject } from "../json.ts";

/** What a person can do to a component. `change` and `submit` carry the new value. */
export type TreeEventName = "click" | "change" | "submit" | "select" | "close";

export interface ComponentSpec {
  readonly description: string;
  /** True where it holds other nodes. */
  readonly holds: boolean;
  /** Properties by name, each a JSON Schema. */
  readonly props: Readonly<Record<string, JsonObject>>;
  readonly required: readonly string[];
  readonly events: readonly TreeEventName[];
}

const text = (description: string, maxLength = 100_000): JsonObject => ({
  type: "string",
  maxLength,
  description,
});
const label = (description: string): JsonObject => text(description, 1_000);
const flag = (description: string): JsonObject => ({ type: "boolean", description });
const count = (description: string, maximum: number, minimum = 0): JsonObject => ({
  type: "integer",
  minimum,
  maximum,
  description,
});
const one = (description: string, ...values: readonly string[]): JsonObject => ({
  enum: values,
  description,
});
const number = (description: string): JsonObject => ({ type: "number", description });
const tone = one("Its colour by meaning", "plain", "muted", "accent", "good", "warn", "bad");
const list = (description: string, items: JsonObject, maxItems = 1_000): JsonObject => ({
  type: "array",
  maxItems,
  items,
  description,
});
const record = (
  properties: Readonly<Record<string, JsonObject>>,
  required: readonly string[],
): JsonObject => ({
  type: "object",
  properties,
  required,
  additionalProperties: false,
});
const option = record({ value: label("What a choice sends"), label: label("What it shows") }, ["value"]);
const cell: JsonObject = {
  type: ["string", "number", "boolean", "null"],
  description: "What the cell shows",
};

type Draft = Omit<ComponentSpec, "holds" | "required" | "events"> & Partial<ComponentSpec>;
const component = (draft: Draft): ComponentSpec => ({ holds: false, required: [], events: [], ...draft });

/** Every component by its name. */
export const components: Readonly<Record<string, ComponentSpec>> = {
  stack: component({
    description: "Its children one after the other",
    holds: true,
    props: {
      direction: one("Which way they run; down without it", "row", "column"),
      gap: count("Space between them, in steps of 4 px", 16),
      padding: count("Space around them, in steps of 4 px", 16),
      align: one("How they lie across", "start", "center", "end", "stretch"),
      wrap: flag("True where a row may break"),
    },
  }),
  grid: component({
    description: "Its children in columns of equal width",
    holds: true,
    props: { columns: count("How many columns", 12, 1), gap: count("Space between, in steps of 4 px", 16) },
    required: ["columns"],
  }),
  card: component({
    description: "A framed group with a title",
    holds: true,
    props: { title: label("What stands above"), collapsed: flag("True where only the title shows") },
    events: ["click"],
  }),
  tabs: component({
    description: "One child at a time, chosen by a tab; the labels go with the children in order",
    holds: true,
    props: {
      labels: list("A label for each child", label("A tab"), 20),
      chosen: count("Which shows, from 0", 19),
    },
    required: ["labels"],
    events: ["select"],
  }),
  scroll: component({
    description: "Its children in a frame that scrolls",
    holds: true,
    props: { height: count("Height in pixels", 4_000, 16) },
  }),
  divider: component({ description: "A line", props: {} }),
  heading: component({
    description: "A heading",
    props: { value: label("The text"), level: count("1 is the largest", 4, 1) },
    required: ["value"],
  }),
  text: component({
    description: "Text, shown as it stands",
    props: {
      value: text("The text"),
      tone,
      weight: one("How heavy", "normal", "bold"),
      size: one("How large", "small", "normal", "large"),
      mono: flag("True for letters of equal width"),
      lines: count("Most lines before it is cut", 1_000, 1),
    },
    required: ["value"],
  }),
  markdown: component({
    description: "Markdown; HTML in it is shown as text, images are left out",
    props: { value: text("The text") },
    required: ["value"],
  }),
  code: component({
    description: "Source text with its colours",
    props: {
      value: text("The text"),
      language: label("A language's name, as typescript"),
      numbers: flag("Line numbers"),
    },
    required: ["value"],
  }),
  link: component({
    description: "Opens a page in the browser, after the person was asked",
    props: {
      value: label("The text"),
      href: {
        type: "string",
        pattern: "^https://[^\\s]+$",
        maxLength: 2_000,
        description: "An https address",
      },
    },
    required: ["value", "href"],
  }),
  badge: component({
    description: "A short word in a frame",
    props: { value: label("The word"), tone },
    required: ["value"],
  }),
  icon: component({
    description: "One of the icons that ship with the program",
    props: {
      name: { type: "string", pattern: "^[a-z][a-z0-9-]{0,40}$", description: "The icon's name, as check" },
      label: label("What it says to who cannot see it"),
      tone,
    },
    required: ["name"],
  }),
  image: component({
    description: "A picture out of the artifact store",
    props: {
      artifact: { type: "string", pattern: "^[0-9a-f]{64}$", description: "The artifact's id" },
      alt: label("What it shows"),
      height: count("Height in pixels", 4_000, 1),
    },
    required: ["artifact", "alt"],
  }),
  alert: component({
    description: "Something that must be seen",
    holds: true,
    props: { tone, title: label("In a few words"), value: text("More about it") },
    required: ["title"],
    events: ["close"],
  }),
  empty: component({
    description: "What stands where there is nothing yet",
    props: { title: label("In a few words"), value: text("What to do about it") },
    required: ["title"],
  }),
  progress: component({
    description: "How far something is; without a value it only says that something goes on",
    props: {
      value: number("How much is done"),
      max: number("How much there is; 1 without it"),
      label: label("Of what"),
    },
  }),
  figures: component({
    description: "Names and values in two columns",
    props: {
      rows: list("The rows", record({ name: label("A name"), value: cell, tone }, ["name", "value"])),
    },
    required: ["rows"],
  }),
  table: component({
    description: "Rows and columns; long ones are drawn only where they show",
    props: {
      columns: list(
        "The columns",
        record({
          key: label("Which member of a row"),
          title: label("The head"),
          align: one("Which side", "start", "end"),
        }, ["key"]),
        50,
      ),
      rows: list("The rows", { type: "object", additionalProperties: cell }, 10_000),
      chosen: count("The row that is marked, from 0", 9_999),
    },
    required: ["columns", "rows"],
    events: ["select"],
  }),
  list: component({
    description: "Items below each other, one of which may be chosen",
    props: {
      items: list(
        "The items",
        record({
          value: label("What a choice sends"),
          label: label("The text"),
          detail: label("Beside it"),
          tone,
        }, [
          "value",
        ]),
        10_000,
      ),
      chosen: label("The value that is marked"),
    },
    required: ["items"],
    events: ["select"],
  }),
  chart: component({
    description: "Numbers as a picture",
    props: {
      kind: one("Of which kind", "bar", "line", "spark"),
      labels: list("What stands below", label("A label")),
      series: list(
        "The rows of numbers",
        record({ name: label("Its name"), values: list("The numbers", { type: "number" }, 10_000), tone }, [
          "values",
        ]),
        20,
      ),
      label: label("What it shows, for who cannot see it"),
    },
    required: ["kind", "series", "label"],
  }),
  button: component({
    description: "Something to press",
    props: {
      label: label("What it does"),
      tone,
      icon: label("An icon's name"),
      disabled: flag("True where it cannot be pressed"),
    },
    required: ["label"],
    events: ["click"],
  }),
  input: component({
    description: "A line to type; `change` comes while typing stops, `submit` with Enter",
    props: {
      value: text("What is in it", 10_000),
      label: label("What it is"),
      placeholder: label("Shown while it is empty"),
      kind: one("What is typed", "text", "number", "search"),
      disabled: flag("True where it cannot be changed"),
    },
    required: ["label"],
    events: ["change", "submit"],
  }),
  area: component({
    description: "Several lines to type",
    props: {
      value: text("What is in it"),
      label: label("What it is"),
      rows: count("Height in lines", 100, 1),
      language: label("A language's name, for its colours"),
      disabled: flag("True where it cannot be changed"),
    },
    required: ["label"],
    events: ["change", "submit"],
  }),
  select: component({
    description: "One of several",
    props: {
      value: label("The value that is chosen"),
      label: label("What it is"),
      options: list("The choices", option, 1_000),
      disabled: flag("True where it cannot be changed"),
    },
    required: ["label", "options"],
    events: ["change"],
  }),
  checkbox: component({
    description: "On or off",
    props: {
      value: flag("True for on"),
      label: label("What it is"),
      disabled: flag("True where it cannot be changed"),
    },
    required: ["label"],
    events: ["change"],
  }),
  slider: component({
    description: "A number between two others",
    props: {
      value: number("Where it stands"),
      min: number("The least"),
      max: number("The most"),
      step: number("How far apart"),
      label: label("What it is"),
    },
    required: ["value", "min", "max", "label"],
    events: ["change"],
  }),
};
