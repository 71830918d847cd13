/**
 * From one item to the next of a node that runs once for each: which is shown, how many there are, and the way to those that gave
 * nothing. Items are counted from 0, as in expressions.
 *
 * @module
 */

import type { ItemCounts, ItemValue } from "../../../api/runs.ts";
import { IconButton } from "../../parts/button.tsx";
import { StateDot } from "../../parts/state_dot.tsx";

/** Places of failed and skipped items that are offered at once. */
const MOST_PLACES = 8;

export interface ItemStepperProps {
  readonly items: ItemCounts;
  readonly item: ItemValue;
  /** What was asked for; undefined follows the newest. */
  readonly onItem: (item: number | undefined) => void;
  /** False where the newest is followed. */
  readonly isChosen: boolean;
}

export function ItemStepper({ items, item: { index, state }, onItem, isChosen }: ItemStepperProps) {
  const { total } = items;
  const go = (text: string) => {
    const wanted = Math.round(Number(text));
    if (text.trim() !== "" && wanted >= 0 && wanted < total) onItem(wanted);
  };
  return (
    <div class="items" role="group" aria-label="Items">
      <div class="row">
        <IconButton
          small
          icon="left"
          label="Item before"
          disabled={index === 0}
          onClick={() => onItem(index - 1)}
        />
        <label class="row items-at">
          <span>Item</span>
          <input
            class="input numbers"
            type="number"
            min={0}
            max={total - 1}
            value={index}
            aria-label={`Item, 0 to ${total - 1}`}
            onChange={({ currentTarget }) => go(currentTarget.value)}
          />
          <span class="faint numbers">of 0 to {total - 1}</span>
        </label>
        <IconButton
          small
          icon="right"
          label="Next item"
          disabled={index + 1 >= total}
          onClick={() => onItem(index + 1)}
        />
        <StateDot state={state} word />
      </div>
      <p class="row items-about faint">
        <span class="numbers">{words(items)}</span>
        {isChosen
          ? <button type="button" class="monitor-link" onClick={() => onItem(undefined)}>Newest</button>
          : <span>the newest</span>}
      </p>
      <Places what="Failed" places={items.failedAt} count={items.failed} at={index} onItem={onItem} />
      <Places what="Skipped" places={items.skippedAt} count={items.skipped} at={index} onItem={onItem} />
    </div>
  );
}

/** `12 of 13 completed`. */
function words({ total, completed }: ItemCounts): string {
  return completed === total
    ? `all ${total.toLocaleString("en")} completed`
    : `${completed.toLocaleString("en")} of ${total.toLocaleString("en")} completed`;
}

function Places(
  { what, places, count, at, onItem }: {
    readonly what: string;
    readonly places: readonly number[];
    readonly count: number;
    readonly at: number;
    readonly onItem: (item: number) => void;
  },
) {
  if (count === 0) return null;
  const here = places.findIndex((place) => place >= at);
  const from = Math.max(0, Math.min(here < 0 ? places.length : here, places.length - MOST_PLACES));
  const shown = places.slice(from, from + MOST_PLACES);
  return (
    <p class="row items-places">
      <span class="faint">{what}:</span>
      {shown.map((place) => (
        <button
          key={place}
          type="button"
          class="monitor-link numbers"
          aria-label={`${what} item ${place}`}
          aria-current={place === at}
          onClick={() => onItem(place)}
        >
          {place}
        </button>
      ))}
      {count > shown.length ? <span class="faint numbers">of {count.toLocaleString("en")}</span> : null}
    </p>
  );
}

/** Why the item has no value. */
export function NoItemValue({ item: { index, state, failure, reason } }: { readonly item: ItemValue }) {
  switch (state) {
    case "failed":
      return <p class="field-error">Item {index} failed: {failure?.message ?? "it is not known why"}</p>;
    case "skipped":
      return (
        <p class="field-help">
          Item {index} was skipped: {reason ?? failure?.message ?? "no reason was given"}
        </p>
      );
    case "retrying":
      return <p class="field-help">Item {index} is tried again after: {failure?.message}</p>;
    case "running":
    case "waiting":
      return <p class="field-help">Item {index} is under way: nothing has come out yet.</p>;
    case "pending":
      return <p class="field-help">Item {index} has not begun.</p>;
    case "completed":
      return <p class="field-help">Nothing came out here.</p>;
  }
}
