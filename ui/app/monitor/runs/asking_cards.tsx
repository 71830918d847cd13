/** What the run asks of a person, answered in place: leave for its calls, gates, failures that wait for a word, signals. @module */

import type { NodeId } from "../../../../core/ids.ts";
import { PromptCard } from "../system/prompt_card.tsx";
import { AskingCard, placeOf } from "./asking_card.tsx";
import { keyOf } from "./run_model.ts";
import type { RunWatch } from "./run_watch.ts";

/** More are answered one after the other. */
const MOST_SHOWN = 3;

export function AskingCards(
  { watch, onShow }: { readonly watch: RunWatch; readonly onShow: (key: string) => void },
) {
  void watch.model.tick.value;
  if (watch.model.account.endedAt !== undefined) return null;
  const asking = watch.model.asking.filter((one) => one.for.kind !== "time");
  const { prompts } = watch.model;
  if (asking.length + prompts.length === 0) return null;
  return (
    <section class="monitor-asking" aria-label="Questions to you">
      {prompts.map((prompt) => (
        <PromptCard
          key={prompt.id}
          prompt={prompt}
          {...prompt.node === undefined ? {} : {
            place: {
              name: placeOf(prompt, watch.titleOf(prompt.node)),
              onShow: () => onShow(watch.model.keyNamed(prompt.node as string)),
            },
          }}
        />
      ))}
      {asking.slice(0, MOST_SHOWN).map((one) => (
        <AskingCard
          key={`${keyOf(one.node, one.scope)}/${one.item ?? ""}`}
          asking={one}
          place={placeOf(one, watch.titleOf(one.node, one.scope))}
          isBusy={watch.isBusy.value}
          onAnswer={(answer) => void watch.approve(answer)}
          onSignal={(name, value) =>
            void watch.command({ type: "signal", signal: name, value }, "Send the signal")}
          onSkip={() =>
            void watch.command({
              type: "skip-node",
              node: one.node as NodeId,
              ...one.item === undefined ? {} : { item: one.item },
              reason: "skipped on the monitor after it failed",
            }, "Skip")}
          onShow={() => onShow(keyOf(one.node, one.scope))}
        />
      ))}
      {asking.length > MOST_SHOWN
        ? <p class="faint">{asking.length - MOST_SHOWN} more wait behind these.</p>
        : null}
    </section>
  );
}
