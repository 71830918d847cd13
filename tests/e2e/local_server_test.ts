/**
 * A server of somebody else's that speaks OpenAI's protocol: `npm i @dwmkerr/mock-llm`, where SYMPHONY_MOCK_LLM names its
 * program. It answers with the last message.
 *
 * @module
 */

import assert from "node:assert/strict";
import { inFolder } from "../extensions/dev/bench.ts";
import { symphony } from "./symphony_process.ts";

Deno.test("local/server is answered by an OpenAI-compatible server of somebody else's", async () => {
  const program = Deno.env.get("SYMPHONY_MOCK_LLM");
  // Forty megabytes that not everybody has: said plainly, and asserted where it is there.
  if (program === undefined) return;
  const workflow = {
    schema: 1,
    id: "ask",
    nodes: { ask: { use: "local/server", with: { prompt: "good evening" } } },
    outputs: { text: "ask.text", model: "ask.model" },
  };
  await inFolder({ "ask.workflow.jsonc": JSON.stringify(workflow) }, async (folder) => {
    const socket = Deno.listen({ port: 0, hostname: "127.0.0.1" });
    const { port } = socket.addr;
    socket.close();
    const quiet = { stdin: "null", stdout: "piped", stderr: "null" } as const;
    const server = new Deno.Command("node", { args: [program], env: { PORT: String(port) }, ...quiet })
      .spawn();
    try {
      const reader = server.stdout.getReader();
      await reader.read();
      const up = () => fetch(`http://127.0.0.1:${port}/v1/models`).then((answer) => answer.text(), () => "");
      while (!(await up()).includes("data")) await new Promise((resolve) => setTimeout(resolve, 50));
      const env = { SYMPHONY_DATA: `${folder}/data` };
      const address = `http://127.0.0.1:${port}/v1`;
      assert.equal(
        (await symphony(["settings", "set", "symphony/local", "baseUrl", address], { env })).code,
        0,
      );
      const { code, out, err } = await symphony(["run", `${folder}/ask.workflow.jsonc`], { env });
      assert.equal(code, 0, err);
      assert.match(out, /text: good evening/);
      await reader.cancel();
    } finally {
      server.kill("SIGKILL");
      await server.status;
    }
  });
});
