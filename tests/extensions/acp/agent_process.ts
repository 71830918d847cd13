/**
 * A coding agent made with the protocol's own library, as a process: its prompt is a script of what it does, one line
 * each: `say TEXT`, `read PATH`, `write PATH TEXT`, `replace PATH WORD WORD`, `ask KIND TITLE`, `direct PATH TEXT` and `remove PATH` (past the
 * client), `wait`, `die`, `refuse`, `burn MS`, `cost USD`, `tokens IN OUT`.
 *
 * @module
 */

import process from "node:process";
import { agent, ndJsonStream, PROTOCOL_VERSION } from "@agentclientprotocol/sdk";

/** Milliseconds of the processor that this process has had. */
function burnt(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

const stopped = new Map<string, AbortController>();
let folder = "/";

const app = agent({ name: "scripted" })
  .onRequest("initialize", () => ({
    protocolVersion: PROTOCOL_VERSION,
    agentCapabilities: {},
    agentInfo: { name: "scripted", title: "Scripted agent", version: "1.2.3" },
  }))
  .onRequest("session/new", ({ params }) => {
    folder = params.cwd;
    const sessionId = crypto.randomUUID();
    stopped.set(sessionId, new AbortController());
    return { sessionId };
  })
  .onNotification("session/cancel", ({ params }) => stopped.get(params.sessionId)?.abort())
  .onRequest("session/prompt", async ({ params, client }) => {
    const { sessionId } = params;
    const say = (text: string) =>
      client.notify("session/update", {
        sessionId,
        update: { sessionUpdate: "agent_message_chunk", content: { type: "text", text } },
      });
    const [part] = params.prompt;
    for (const line of (part?.type === "text" ? part.text : "").split("\n")) {
      const [word = "", first = "", ...rest] = line.split(" ");
      const path = `${folder}/${first}`;
      switch (word) {
        case "say":
          await say(line.slice(4));
          break;
        case "read":
          await say((await client.request("fs/read_text_file", { sessionId, path })).content);
          break;
        case "write":
          await client.request("fs/write_text_file", { sessionId, path, content: `${rest.join(" ")}\n` })
            .catch((error: Error) => say(`refused: ${error.message}`));
          break;
        case "replace": {
          const { content } = await client.request("fs/read_text_file", { sessionId, path });
          const [from = "", to = ""] = rest;
          await client.request("fs/write_text_file", { sessionId, path, content: content.replace(from, to) });
          break;
        }
        case "remove":
          await Deno.remove(path);
          break;
        case "direct":
          await Deno.writeTextFile(path, `${rest.join(" ")}\n`);
          break;
        case "ask": {
          const { outcome } = await client.request("session/request_permission", {
            sessionId,
            toolCall: { toolCallId: "1", title: rest.join(" "), kind: first as "edit" },
            options: [
              { optionId: "yes", name: "Yes", kind: "allow_once" },
              { optionId: "always", name: "Always", kind: "allow_always" },
              { optionId: "no", name: "No", kind: "reject_once" },
            ],
          });
          await say(`${outcome.outcome === "selected" ? outcome.optionId : outcome.outcome};`);
          break;
        }
        case "wait": {
          const signal = stopped.get(sessionId)?.signal;
          await new Promise<void>((resolve) => signal?.addEventListener("abort", () => resolve()));
          return { stopReason: "cancelled" };
        }
        case "deaf":
          await new Promise(() => {});
          break;
        case "die":
          Deno.exit(3);
          break;
        case "burn": {
          // By the processor's clock, so that it is as much on a busy machine.
          const until = burnt() + Number(first);
          while (burnt() < until);
          break;
        }
        case "cost":
          await client.notify("session/update", {
            sessionId,
            update: {
              sessionUpdate: "usage_update",
              used: 1,
              size: 10,
              cost: { amount: Number(first), currency: "USD" },
            },
          });
          break;
        case "tokens":
          return {
            stopReason: "end_turn",
            usage: {
              totalTokens: 9,
              inputTokens: Number(first),
              outputTokens: Number(rest[0]),
              thoughtTokens: 1,
            },
          } as { stopReason: "end_turn" };
        case "refuse":
          return { stopReason: "refusal" };
      }
    }
    return { stopReason: "end_turn" };
  });

app.connect(ndJsonStream(Deno.stdout.writable, Deno.stdin.readable));
