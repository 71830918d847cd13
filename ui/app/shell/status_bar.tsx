/**
 * The line at the bottom: the connection, and what views put there (`statusItems`).
 *
 * @module
 */

import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { useApp } from "../state/app.ts";
import { Icon } from "../parts/icon.tsx";
import { palette } from "./command_palette.tsx";
import { keyText } from "../parts/keys.ts";

const items = signal<readonly { readonly id: string; readonly content: ComponentChildren }[]>([]);

/** Shows `content` in the line while the component is there. */
export function useStatus(id: string, content: ComponentChildren, keys: readonly unknown[]): void {
  useEffect(() => {
    items.value = [...items.peek().filter((item) => item.id !== id), { id, content }];
  }, keys);
  useEffect(() => () => {
    items.value = items.peek().filter((item) => item.id !== id);
  }, [id]);
}

const words = { connecting: "Connecting", open: "Connected", lost: "Disconnected" } as const;
const colours = { connecting: "var(--warn)", open: "var(--good)", lost: "var(--bad)" } as const;

export function StatusBar() {
  const { live } = useApp();
  const state = live.state.value;
  return (
    <footer class="status">
      <button type="button" onClick={() => state === "open" || live.retry()}>
        <span class="dot" style={{ background: colours[state] }} />
        {words[state]}
      </button>
      {items.value.map(({ id, content }) => <span key={id} class="row">{content}</span>)}
      <span class="grow" />
      <button type="button" onClick={() => palette.value = ""}>
        <Icon name="command" size={12} />
        {keyText("mod+k")}
      </button>
    </footer>
  );
}
