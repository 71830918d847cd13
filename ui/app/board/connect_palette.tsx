/**
 * Connecting without a pointer: from an output of the chosen node, every port of the workflow with whether it fits and why not.
 *
 * @module
 */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { describe } from "../../../core/workflow/port_type.ts";
import { fuzzySort } from "../parts/fuzzy.ts";
import { useModal } from "../parts/use_modal.ts";
import { Icon } from "../parts/icon.tsx";
import type { Board } from "./board.ts";
import { INPUTS, OUTPUTS } from "./model/board_node.ts";
import { ConnectionJudge, type End, type Verdict } from "./model/connection_judge.ts";

interface Offer {
  readonly text: string;
  readonly from: End;
  readonly to: End;
  readonly kind: "data" | "each" | "after";
  readonly verdict: Verdict;
  readonly detail: string;
  readonly isBound: boolean;
}

/** Everything that an output of `source` could go to, what fits first. */
function offersFrom(board: Board, source: string): readonly Offer[] {
  const graph = board.graph.peek();
  const node = graph.nodes.get(source);
  if (node === undefined) return [];
  const offers: Offer[] = [];
  const name = source === INPUTS ? "inputs" : source;
  for (const output of node.outputs) {
    const from = { node: source, port: output.name };
    const judge = new ConnectionJudge(graph, board.types, from, true);
    for (const target of graph.nodes.values()) {
      if (target.id === source || target.id === INPUTS) continue;
      for (const input of target.inputs) {
        const to = { node: target.id, port: input.name };
        const shown = target.id === OUTPUTS ? "outputs" : target.id;
        const verdict = judge.judge(to);
        offers.push({
          text: `${name}.${output.name} → ${shown}.${input.name}`,
          from,
          to,
          kind: "data",
          verdict,
          detail: describe(input.schema),
          isBound: input.isBound,
        });
      }
      const type = judge.outputType(from);
      const isList = typeof type === "object" && type["type"] === "array";
      if (isList && target.id !== OUTPUTS && target.value["each"] === undefined) {
        const to = { node: target.id, port: "" };
        offers.push({
          text: `${name}.${output.name} ⇉ ${target.id}`,
          from,
          to,
          kind: "each",
          verdict: judge.judge(to),
          detail: "once for each item",
          isBound: false,
        });
      }
    }
  }
  const whole = { node: source, port: "" };
  const judge = new ConnectionJudge(graph, board.types, whole, true);
  if (source !== INPUTS) {
    for (const target of graph.nodes.values()) {
      if (target.id === source || target.id === INPUTS || target.id === OUTPUTS) continue;
      const to = { node: target.id, port: "" };
      offers.push({
        text: `${name} ⇢ ${target.id}`,
        from: whole,
        to,
        kind: "after",
        verdict: judge.judge(to),
        detail: "order only",
        isBound: false,
      });
    }
  }
  const rank = ({ verdict, isBound, kind }: Offer) =>
    (verdict.fits === "yes" ? 0 : verdict.fits === "maybe" ? 2 : 6) + (isBound ? 1 : 0) +
    (kind === "after" ? 3 : 0);
  return offers.map((offer, index) => ({ offer, index })).sort((a, b) =>
    rank(a.offer) - rank(b.offer) || a.index - b.index
  )
    .map(({ offer }) => offer);
}

export interface ConnectPaletteProps {
  readonly board: Board;
  readonly source: string;
  readonly onConnect: (offer: Pick<Offer, "from" | "to" | "kind">) => void;
  readonly onRefused: (reason: string) => void;
  readonly onClose: () => void;
}

export function ConnectPalette({ board, source, onConnect, onRefused, onClose }: ConnectPaletteProps) {
  const box = useModal();
  const list = useRef<HTMLDivElement>(null);
  const [query, setQuery] = useState("");
  const [chosen, setChosen] = useState(0);
  const offers = useMemo(() => offersFrom(board, source), [board, source]);
  const found = useMemo(
    () => fuzzySort(query, offers, ({ text }) => text).slice(0, 80).map(({ entry }) => entry),
    [query, offers],
  );
  useEffect(() => setChosen(0), [query]);
  useEffect(
    () => list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" }),
    [chosen, found],
  );
  const take = (index: number) => {
    const offer = found[index];
    if (offer === undefined) return;
    if (offer.verdict.fits === "no") return onRefused(offer.verdict.reason);
    onClose();
    onConnect(offer);
  };
  return (
    <dialog
      ref={box}
      class="palette"
      aria-label={`Connect ${source}`}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onPointerDown={(event) => event.target === box.current && onClose()}
      onKeyDown={(event) => {
        event.stopPropagation();
        const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
        if (step !== 0 && found.length > 0) {
          event.preventDefault();
          setChosen((chosen + step + found.length) % found.length);
        } else if (event.key === "Enter") {
          event.preventDefault();
          take(chosen);
        }
      }}
    >
      <input
        class="palette-input"
        role="combobox"
        aria-label={`Connect ${source} to`}
        aria-expanded="true"
        aria-controls="connect-list"
        aria-autocomplete="list"
        aria-activedescendant={found.length === 0 ? undefined : `connect-${chosen}`}
        placeholder={`Connect ${source} to…`}
        autocomplete="off"
        spellcheck={false}
        value={query}
        onInput={(event) => setQuery(event.currentTarget.value)}
      />
      <div class="palette-list" id="connect-list" role="listbox" aria-label="Ports" ref={list}>
        {found.length === 0
          ? <div class="palette-group" role="presentation">Nothing to connect to</div>
          : null}
        {found.map(({ text, detail, verdict, isBound }, index) => (
          <div
            key={text}
            id={`connect-${index}`}
            class="palette-item"
            role="option"
            aria-selected={index === chosen}
            aria-disabled={verdict.fits === "no"}
            onPointerMove={() => index !== chosen && setChosen(index)}
            onClick={() => take(index)}
          >
            <Icon
              name={verdict.fits === "no" ? "bad" : "link"}
              class={verdict.fits === "no" ? "error-text" : verdict.fits === "yes" ? "good-text" : ""}
            />
            <code class="cut">{text}</code>
            <span class="about cut">
              {verdict.fits === "no"
                ? verdict.reason
                : isBound
                ? `${detail}, replaces what is there`
                : detail}
            </span>
          </div>
        ))}
      </div>
    </dialog>
  );
}
