import { defineOperator, ExtensionFailure, mergeEdits, Type, withEditMarkers } from "symphony/sdk";

const MOST_UNITS = 8 << 20;

/** `diff/merge`: brings together what several authors made of one text. */
export const merge = defineOperator({
  type: "diff/merge",
  title: "Merge edits",
  description:
    "Brings together the texts that several authors made of one, three-way by lines and then by words. Where they contradict, the first stands and all are told.",
  input: Type.Object({
    base: Type.String({ title: "Base", description: "The text that every author began with." }),
    edits: Type.Array(
      Type.Object({
        by: Type.String({ maxLength: 200, description: "Who made it." }),
        text: Type.String({ description: "The whole text as they want it." }),
      }),
      { maxItems: 100, title: "Edits", description: "In order of precedence." },
    ),
  }),
  output: Type.Object({
    text: Type.String({ title: "Text", description: "The merged text, without markers." }),
    clean: Type.Boolean({ title: "Clean", description: "True where no two edits contradict." }),
    marked: Type.String({
      title: "Marked",
      description: "The same with all sides of each conflict between markers, for a person.",
    }),
    conflicts: Type.Array(
      Type.Object({
        line: Type.Integer({ description: "Where in the base, from 1." }),
        base: Type.String({ description: "What was there." }),
        kept: Type.String({ description: "Whose side stands in the text." }),
        sides: Type.Array(Type.Object({ by: Type.String(), text: Type.String() })),
      }),
      { title: "Conflicts", description: "Places that two or more want differently." },
    ),
  }),
  run({ base, edits }) {
    const units = edits.reduce((sum, { text }) => sum + text.length, base.length);
    if (units > MOST_UNITS) {
      throw new ExtensionFailure(
        "input",
        `Cannot merge ${units} characters: at most ${MOST_UNITS} are taken at once`,
      );
    }
    const { text, conflicts } = mergeEdits(base, edits);
    return {
      text,
      clean: conflicts.length === 0,
      marked: withEditMarkers(base, edits),
      conflicts: conflicts.map((conflict) => ({
        line: base.slice(0, conflict.base.from).split("\n").length,
        base: conflict.base.text,
        kept: conflict.kept,
        sides: conflict.sides.map(({ by, text }) => ({ by, text })),
      })),
    };
  },
});
