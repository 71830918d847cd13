/** Says that the connection is lost, when it has been for more than a moment. @module */

import { useEffect, useState } from "preact/hooks";
import { Button } from "../parts/button.tsx";
import { Icon } from "../parts/icon.tsx";
import { useApp } from "../state/app.ts";
import { session } from "../state/session.ts";

/** A restart of the server takes less; nobody need be told. */
const PATIENCE_MS = 800;
const ASK_MS = 3000;

export function LostBanner() {
  const { client, live } = useApp();
  const isLost = live.state.value === "lost" && session.value === "open";
  const [isLong, setLong] = useState(false);
  useEffect(() => {
    setLong(false);
    if (!isLost) return;
    const timer = setTimeout(() => setLong(true), PATIENCE_MS);
    // A server that is there but does not know this page any more refuses the socket: asking says so, and the gate opens.
    const asking = setInterval(() => void client.call("GET /session", {}).catch(() => undefined), ASK_MS);
    return () => {
      clearTimeout(timer);
      clearInterval(asking);
    };
  }, [isLost]);
  if (!isLost || !isLong) return null;
  return (
    <div class="lost" role="status">
      <Icon name="plug" />
      <span class="grow">
        The connection to Symphony is lost. What you see may be old; what you change here is kept until it is
        back.
      </span>
      <Button small icon="retry" onClick={() => live.retry()}>Try now</Button>
    </div>
  );
}
