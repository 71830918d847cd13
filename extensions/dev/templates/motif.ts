/** The files of a new motif. @module */

import type { TemplateNames } from "../scaffold.ts";

export function motifFiles({ id, type, title, slug }: TemplateNames): Readonly<Record<string, string>> {
  return {
    "symphony.jsonc": `{
  "id": "${id}",
  "name": "${title}",
  "version": "0.1.0",
  "kind": "motif",
  "description": "A list of things to do beside the board, and a theme.",
  "entry": "main.ts",
  "license": "MIT",
  "permissions": [],
  "contributes": {
    "panels": [{ "id": "${slug}", "title": "${title}", "icon": "check", "place": "side", "view": "${type}" }],
    "commands": [{ "command": "${type}-greet", "title": "${title}: greet" }],
    "keys": [{ "command": "${type}-greet", "key": "mod+alt+g" }],
    "themes": [
      {
        "id": "${slug}-dusk",
        "title": "${title} dusk",
        "ground": "dark",
        "colors": { "background": "#14121a", "foreground": "#e6e1f0", "accent": "#c792ea" }
      }
    ]
  },
  "config": {
    "type": "object",
    "properties": {
      "heading": { "type": "string", "default": "To do", "description": "What stands above the list." }
    }
  }
}
`,
    "main.ts": `import { defineCommand, defineExtension, defineView } from "symphony/sdk";

interface Item {
  readonly text: string;
  readonly done: boolean;
}

// A view keeps nothing itself: it is given its state and what the person did, and says what to show.
const view = defineView({
  type: "${type}",
  title: "${title}",
  description: "Things to do; a new one with Enter",
  run({ state, event }, context) {
    let items = (Array.isArray(state) ? state : []) as readonly Item[];
    if (event?.id === "add" && String(event.value).trim() !== "") {
      items = [...items, { text: String(event.value).trim(), done: false }];
    }
    if (event?.id.startsWith("done-")) {
      const at = Number(event.id.slice("done-".length));
      items = items.map((item, i) => i === at ? { ...item, done: event.value === true } : item);
    }
    return {
      state: items,
      tree: {
        is: "stack",
        props: { gap: 2, padding: 3 },
        children: [
          { is: "heading", props: { value: String(context.config["heading"]), level: 3 } },
          { is: "input", key: "new", props: { label: "New", value: "" }, on: { submit: "add" } },
          ...items.map((item, at) => ({
            is: "checkbox",
            key: String(at),
            props: { label: item.text, value: item.done },
            on: { change: \`done-\${at}\` },
          })),
          { is: "progress", props: { value: items.filter(({ done }) => done).length, max: Math.max(1, items.length) } },
        ],
      },
    };
  },
});

const greet = defineCommand({
  type: "${type}-greet",
  title: "${title}: greet",
  description: "Says hello; what a command gives back is shown as a notice",
  run: () => ({ notice: "Hello from ${id}" }),
});

export default defineExtension({ contributes: [view, greet] });
`,
    "tests/adds.test.jsonc": `{
  "use": "${type}",
  "input": {
    "props": {},
    "state": [{ "text": "Write a motif", "done": false }],
    "event": { "id": "done-0", "name": "change", "value": true }
  },
  "expect": { "output": { "state": [{ "text": "Write a motif", "done": true }] } }
}
`,
    "tests/greets.test.jsonc": `{
  "use": "${type}-greet",
  "expect": { "output": { "notice": "Hello from ${id}" } }
}
`,
  };
}
