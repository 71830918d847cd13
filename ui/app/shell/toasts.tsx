/** The stack of messages, in the corner. @module */

import { Button, IconButton } from "../parts/button.tsx";
import { Icon } from "../parts/icon.tsx";
import { closeToast, toasts } from "../state/toasts.ts";

const icons = { info: "info", good: "good", warn: "warn", bad: "bad" } as const;
const colours = { info: "var(--info)", good: "var(--good)", warn: "var(--warn)", bad: "var(--bad)" } as const;

export function Toasts() {
  return (
    <section class="toasts" aria-label="Messages" aria-live="polite">
      {toasts.value.map(({ id, look, title, text, action }) => (
        <div key={id} class={`toast ${look}`} role={look === "bad" ? "alert" : undefined}>
          <span style={{ color: colours[look], paddingTop: "5px" }}>
            <Icon name={icons[look]} />
          </span>
          <div class="toast-text">
            <strong>{title}</strong>
            {text === undefined ? null : <span class="muted">{text}</span>}
          </div>
          {action === undefined ? null : (
            <Button
              small
              onClick={() => {
                closeToast(id);
                action.run();
              }}
            >
              {action.title}
            </Button>
          )}
          <IconButton
            small
            icon="close"
            label="Close the message"
            onClick={() =>
              closeToast(id)}
          />
        </div>
      ))}
    </section>
  );
}
