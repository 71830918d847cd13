/**
 * A page of an extension: in a sandbox, on an origin of its own that has no API, without network. It may call the
 * extension's own commands over one port, and is told the colours in force; nothing else passes.
 *
 * Invariants:
 * F1. The port is handed over once, when the page that the manifest names is loaded. A frame that goes elsewhere is cut off.
 * F2. What it may call are the commands that its extension's manifest lists, without leave to write.
 * F3. A frame that says too much, or what nobody understands, is cut off, and the person is told.
 *
 * @module
 */

import { useEffect, useRef, useState } from "preact/hooks";
import type { JsonObject } from "../../../core/json.ts";
import { ErrorState, messageOf } from "../parts/states.tsx";
import { useApp } from "../state/app.ts";
import { paint, tokenColours } from "../state/theme.ts";
import {
  FRAME_VERSION,
  MAX_CALLS,
  MAX_PER_SECOND,
  MessageRate,
  readFrameMessage,
  type ToFrame,
} from "./frame_messages.ts";
import { motifs, type PanelOf } from "./motifs.ts";

const colourNames = [
  "surface",
  "raised",
  "text",
  "text-2",
  "line-soft",
  "line-strong",
  "accent",
  "on-accent",
  "good-text",
  "warn-text",
  "bad-text",
  "focus",
] as const;

/** `frames`: where the server has pages of extensions. */
export function MotifFrame({ frames, panel }: { readonly frames: string; readonly panel: PanelOf }) {
  const { client } = useApp();
  const [fault, setFault] = useState<string | undefined>(undefined);
  const [round, setRound] = useState(0);
  const port = useRef<MessagePort | undefined>(undefined);
  const hasLoaded = useRef(false);
  const { extension, frame = "", id, path, title } = panel;
  const cutOff = (why: string) => {
    port.current?.close();
    port.current = undefined;
    setFault(why);
  };
  const say = (message: ToFrame) => port.current?.postMessage(JSON.stringify(message));
  useEffect(() => () => port.current?.close(), []);
  useEffect(() => paint.subscribe(() => say({ type: "theme", colours: tokenColours(colourNames) })), []);

  const call = async (id: number, command: string, input: JsonObject) => {
    const own = motifs.peek()?.find((one) => one.extension === extension)?.commands ?? [];
    try {
      if (!own.some((one) => one.command === command)) {
        throw new Error(`${extension} lists no command "${command}"`);
      }
      const reply = await client.call("POST /motifs/commands", { body: { extension, command, input } });
      if (!reply.ok) throw new Error(reply.failure.message);
      say({ type: "answer", id, output: reply.output });
    } catch (error) {
      say({ type: "answer", id, message: messageOf(error) });
    }
  };
  const listen = (from: MessagePort) => {
    const rate = new MessageRate();
    let calls = 0;
    from.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (from !== port.current) return;
      if (!rate.take(performance.now())) {
        return cutOff(`It sent more than ${MAX_PER_SECOND} messages in a second`);
      }
      const message = readFrameMessage(data);
      if (typeof message === "string") return cutOff(`It sent a message that is none. ${message}`);
      if (calls >= MAX_CALLS) {
        return say({ type: "answer", id: message.id, message: `${MAX_CALLS} commands are under way` });
      }
      calls++;
      void call(message.id, message.command, message.input).finally(() => calls--);
    };
  };
  const load = (event: Event) => {
    if (hasLoaded.current) return cutOff("It has gone to another page");
    hasLoaded.current = true;
    const { contentWindow } = event.currentTarget as HTMLIFrameElement;
    const channel = new MessageChannel();
    port.current = channel.port1;
    listen(channel.port1);
    const colours = tokenColours(colourNames);
    const hello: ToFrame = { type: "hello", version: FRAME_VERSION, panel: id, colours };
    // A page in a sandbox has no origin that could be named; the sandbox and the policy keep it to its own address.
    contentWindow?.postMessage(JSON.stringify(hello), "*", [channel.port2]);
  };
  const retry = () => {
    hasLoaded.current = false;
    setFault(undefined);
    setRound(round + 1);
  };
  if (fault !== undefined) {
    return <ErrorState title={`${title} was cut off`} error={new Error(fault)} onRetry={retry} />;
  }
  const address = `${extension}/${frame}`.split("/").map(encodeURIComponent).join("/");
  return (
    <iframe
      key={`${path}/${round}`}
      class="motif-frame"
      title={`${title}, a page of ${extension}`}
      sandbox="allow-scripts"
      referrerpolicy="no-referrer"
      allow=""
      src={`${frames}/${address}`}
      onLoad={load}
    />
  );
}
