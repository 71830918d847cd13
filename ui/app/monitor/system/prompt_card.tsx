/**
 * An extension that waits for leave, answered in place: what it wants, why it says so, what it could do with it, how long it waits.
 * The same among permissions, on the run whose call it holds, and on the board.
 *
 * @module
 */

import { useState } from "preact/hooks";
import type { PermissionPrompt } from "../../../api/permissions.ts";
import { Button } from "../../parts/button.tsx";
import { counted } from "../../parts/counted.ts";
import { Icon } from "../../parts/icon.tsx";
import { messageOf } from "../../parts/states.tsx";
import { useApp } from "../../state/app.ts";
import { hrefOf } from "../../state/route.ts";
import { showToast } from "../../state/toasts.ts";
import { durationText } from "../format.ts";
import { useNow } from "../now.ts";

export interface PromptCardProps {
  readonly prompt: PermissionPrompt;
  readonly isBoxed?: boolean;
  /** How the node that waits is called, and the way to it; without it the way to the run. */
  readonly place?: { readonly name: string; readonly onShow: () => void };
}

export function PromptCard({ prompt, isBoxed = false, place }: PromptCardProps) {
  const { client } = useApp();
  const now = useNow(true);
  const [isBusy, setBusy] = useState(false);
  const { extension, permission, run, notAsked, others = [] } = prompt;
  const answer = async (verdict: "allow" | "deny", scope: "once" | "session" | "always") => {
    setBusy(true);
    try {
      await client.call("POST /permissions/prompts/{id}", {
        params: { id: prompt.id },
        body: { verdict, scope },
      });
    } catch (error) {
      showToast({ look: "bad", title: "Cannot answer", text: messageOf(error) });
    } finally {
      setBusy(false);
    }
  };
  return (
    <div
      class={`monitor-ask ${isBoxed ? "boxed" : ""}`}
      role="group"
      aria-label={`${extension} asks for ${permission}`}
    >
      <Icon name="shield" />
      <div class="monitor-ask-text">
        <p>
          <strong>{extension}</strong> wants <code>{permission}</code>: to {prompt.what}{" "}
          <span class={`badge ${prompt.risk === "high" ? "bad" : prompt.risk === "medium" ? "warn" : ""}`}>
            {prompt.risk} risk
          </span>
        </p>
        {prompt.reason === "" ? null : <p class="faint">It says: “{prompt.reason}”</p>}
        <p class="faint">
          {place !== undefined
            ? (
              <>
                <button type="button" class="monitor-link" onClick={place.onShow}>{place.name}</button>{" "}
                {others.length === 0
                  ? "waits for it."
                  : `and ${counted(others.length, "other call")} wait for it.`}
                {" "}
              </>
            )
            : run === undefined
            ? null
            : (
              <>
                For <a href={hrefOf("runs", run)}>run {run}</a>.{" "}
              </>
            )}
          Refused by itself in {durationText(Math.max(0, prompt.until - now))}.
        </p>
        {notAsked.length === 0 ? null : (
          <details class="monitor-ask-about">
            <summary>What it does not ask for</summary>
            <p class="faint">{notAsked.join(", ")}</p>
          </details>
        )}
      </div>
      <span class="row monitor-wrap">
        <Button small look="primary" disabled={isBusy} onClick={() => void answer("allow", "once")}>
          Allow once
        </Button>
        <Button small disabled={isBusy} onClick={() => void answer("allow", "session")}>
          For this session
        </Button>
        <Button small disabled={isBusy} onClick={() => void answer("allow", "always")}>Always</Button>
        <Button small look="danger" disabled={isBusy} onClick={() => void answer("deny", "once")}>
          Deny
        </Button>
      </span>
    </div>
  );
}
