/**
 * Whether anybody knows the language of the open file: nothing is said while a server answers, else which one is missing and how
 * it is got, or why the one that is there does not run.
 *
 * @module
 */

import { useEffect, useState } from "preact/hooks";
import { bufferId } from "../../../core/ids.ts";
import type { LanguageServerInfo } from "../../../core/ports/language.ts";
import { Button } from "../parts/button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { isWorkflow } from "./code/language.ts";
import { serverHintFor } from "./code/server_hints.ts";
import type { OpenText } from "./open_text.ts";

interface Known {
  /** True where a language server answers for the text. */
  readonly isServed: boolean;
  readonly failed: readonly LanguageServerInfo[];
}

export function ServerState({ text }: { readonly text: OpenText }) {
  // What a workflow file needs is here.
  const hint = isWorkflow(text) ? undefined : serverHintFor(text.file);
  const state = text.state.value;
  const [known, setKnown] = useState<Known | undefined>(undefined);
  const [round, setRound] = useState(0);
  const [isOpen, setOpen] = useState(false);
  useEffect(() => {
    if (state !== "open" || hint === undefined) return;
    let isLeft = false;
    const ask = async () => {
      const isServed = await text.ask("language.isServed", { buffer: bufferId(text.buffer) });
      const servers = await text.ask("language.servers", {});
      if (isLeft) return;
      setKnown({ isServed, failed: servers.filter((one) => one.state === "failed") });
    };
    // Without an answer nothing is said: the connection's own state is shown elsewhere.
    ask().catch(() => isLeft || setKnown(undefined));
    return () => {
      isLeft = true;
    };
  }, [text, state, round]);
  if (hint === undefined || known === undefined || known.isServed) return null;
  const [failed] = known.failed;
  const again = () => {
    setOpen(false);
    const restarted = failed === undefined
      ? Promise.resolve(null)
      : text.ask("language.restart", { server: failed.name });
    restarted.catch(() => null).then(() => setRound((before) => before + 1));
  };
  return (
    <>
      <button type="button" class="editor-server" onClick={() => setOpen(true)}>
        {failed === undefined ? `No ${hint.language} server` : `${failed.name} does not run`}
      </button>
      {isOpen
        ? (
          <Dialog
            title={failed === undefined
              ? `No language server for ${hint.language}`
              : `${failed.name} does not run`}
            onClose={() => setOpen(false)}
            onSubmit={again}
            foot={
              <>
                <Button onClick={() => setOpen(false)}>Close</Button>
                <Button type="submit" look="primary">Look again</Button>
              </>
            }
          >
            {failed?.reason === undefined ? null : <p role="alert">{failed.reason}</p>}
            <p>
              Colours, faults of the syntax, completion by names and words, and the way to a definition work
              by the grammar here. Faults of types, what else stands under the pointer, and renaming
              everywhere come from a language server; one that is on the PATH is used by itself.
            </p>
            <dl class="editor-servers" tabIndex={0} aria-label="How to get one">
              {hint.servers.map(({ program, install }) => (
                <div key={program}>
                  <dt>{program}</dt>
                  <dd>
                    <code>{install}</code>
                  </dd>
                </div>
              ))}
            </dl>
          </Dialog>
        )
        : null}
    </>
  );
}
