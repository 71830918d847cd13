/** What stands in place of a view while the server does not know this page. @module */

import { useEffect, useState } from "preact/hooks";
import { Button } from "../parts/button.tsx";
import { EmptyState, LoadingState } from "../parts/states.tsx";
import { useApp } from "../state/app.ts";
import { readKey } from "../state/read_key.ts";
import { keyFault, openSession, session } from "../state/session.ts";

const RETRY_MS = 2000;

export function SessionGate() {
  const { client, live } = useApp();
  const [key, setKey] = useState("");
  const open = (given?: string) => {
    session.value = "unknown";
    openSession(client, given).then(() => session.value === "open" && live.retry());
  };
  const isOffline = session.value === "offline";
  useEffect(() => {
    if (!isOffline) return;
    // It may be started again at any moment; the page goes on by itself.
    const timer = setInterval(() => {
      openSession(client, undefined).then(() => session.value === "open" && live.retry());
    }, RETRY_MS);
    return () => clearInterval(timer);
  }, [isOffline]);
  if (session.value === "unknown") return <LoadingState what="Symphony" />;
  if (session.value === "offline") {
    return (
      <EmptyState
        icon="plug"
        title="Symphony does not answer"
        action={<Button icon="retry" look="primary" onClick={() => open()}>Try again</Button>}
      >
        The server behind this page has stopped. Start it again with{" "}
        <code>symphony serve</code>; this page goes on by itself.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      icon="shield"
      title="This page needs its key"
      action={
        <form
          class="row"
          onSubmit={(event) => {
            event.preventDefault();
            // The whole address may be pasted.
            const read = readKey(key);
            if (read.place !== "") location.hash = read.place;
            open(read.key);
          }}
        >
          <input
            class="input mono gate-key"
            aria-label="One-time address or key"
            aria-invalid={keyFault.value !== undefined}
            aria-describedby="key-fault"
            placeholder="http://127.0.0.1:…/#t=…"
            autocomplete="off"
            value={key}
            onInput={(event) => setKey(event.currentTarget.value)}
          />
          <Button type="submit" look="primary" disabled={key.trim() === ""}>Open</Button>
        </form>
      }
    >
      Only the person who started Symphony may use it. Open the address that it printed, or paste it here.
      <span id="key-fault" class="key-fault" role="alert">{keyFault.value}</span>
    </EmptyState>
  );
}
