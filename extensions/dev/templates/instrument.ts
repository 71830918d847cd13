/** The files of a new instrument. @module */

import type { TemplateNames } from "../scaffold.ts";

export function instrumentFiles(
  { id, type, title, name, slug }: TemplateNames,
): Readonly<Record<string, string>> {
  return {
    "symphony.jsonc": `{
  "id": "${id}",
  "name": "${title}",
  "version": "0.1.0",
  "kind": "instrument",
  "description": "A model behind an API that speaks OpenAI's protocol.",
  "entry": "main.ts",
  "license": "MIT",
  "permissions": [
    { "kind": "net", "hosts": ["api.example.com"], "reason": "Sends prompts to the model." },
    {
      "kind": "secret",
      "name": "${slug}",
      "hosts": ["api.example.com"],
      "header": "Authorization",
      "prefix": "Bearer ",
      "env": "${slug.toUpperCase().replaceAll("-", "_")}_API_KEY",
      "reason": "The API takes a key; Symphony adds it, and this extension never sees it."
    }
  ],
  "config": {
    "type": "object",
    "properties": {
      "model": { "type": "string", "default": "example-large", "description": "The model that answers." }
    }
  }
}
`,
    "main.ts":
      `import { defineExtension, defineInstrument, ExtensionFailure, type InstrumentReply } from "symphony/sdk";

const ${name} = defineInstrument({
  type: "${type}",
  title: "${title}",
  description: "A model behind an API that speaks OpenAI's protocol.",
  serves: ["*"], // the tasks that it can do; "*" for any
  priceIn: 1, // US dollars for a million tokens
  priceOut: 4,
  contextTokens: 128_000,
  async run(request, context): Promise<InstrumentReply> {
    const model = request.model ?? String(context.config["model"]);
    // The core adds the key. Only the hosts that the manifest names can be reached.
    const response = await context.fetch("https://api.example.com/v1/chat/completions", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        model,
        messages: [{ role: "system", content: request.system }, { role: "user", content: request.prompt }],
      }),
    });
    if (response.status === 429) {
      throw new ExtensionFailure("rate-limit", "The API asks to come back later", {
        retryAfterMs: Number(response.headers.get("retry-after") ?? 1) * 1000,
      });
    }
    if (!response.ok) {
      const what = response.status === 401 ? "auth" : response.status >= 500 ? "unavailable" : "input";
      throw new ExtensionFailure(what, \`The API answered \${response.status}: \${(await response.text()).slice(0, 300)}\`);
    }
    const answer = await response.json() as Answer;
    const text = answer.choices[0]?.message.content ?? "";
    context.token(text); // whoever watches sees it; call it for each piece where the API streams
    return {
      text,
      model,
      finish: answer.choices[0]?.finish_reason === "length" ? "length" : "stop",
      tokensIn: answer.usage.prompt_tokens,
      tokensOut: answer.usage.completion_tokens,
    };
  },
});

interface Answer {
  readonly choices: readonly { readonly message: { readonly content: string }; readonly finish_reason: string }[];
  readonly usage: { readonly prompt_tokens: number; readonly completion_tokens: number };
}

export default defineExtension({ contributes: [${name}] });
`,
    "tests/answers.test.jsonc": `{
  "use": "${type}",
  "input": { "prompt": "Say hello" },
  // The network is not reached: these are the answers, and what must have been asked for them.
  "answers": [
    {
      "url": "https://api.example.com/v1/chat/completions",
      "asked": { "model": "example-large" },
      "json": {
        "choices": [{ "message": { "content": "Hello" }, "finish_reason": "stop" }],
        "usage": { "prompt_tokens": 9, "completion_tokens": 1 }
      }
    }
  ],
  "expect": { "output": { "text": "Hello", "finish": "stop" }, "tokens": "Hello" }
}
`,
    "tests/waits.test.jsonc": `{
  "use": "${type}",
  "input": { "prompt": "Say hello" },
  "answers": [
    { "url": "https://api.example.com/*", "status": 429, "headers": { "retry-after": "3" } }
  ],
  "expect": { "failure": { "class": "rate-limit" } }
}
`,
  };
}
