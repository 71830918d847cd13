/**
 * Whose lines are shown: everybody's, the run's own, or one node's. Of a few names one chooses from a list; thousands would be as many
 * elements, so there one types, and the names that fit are offered.
 *
 * @module
 */

import { useState } from "preact/hooks";

/** Stands for the run itself where nodes are named: no node is called so. */
export const RUN_ITSELF = "/";
/** More names than these are typed. */
const MOST_LISTED = 200;
const MOST_OFFERED = 40;
const RUN_WORDS = "The run itself";

export interface NodeChoiceProps {
  readonly names: readonly string[];
  /** A name, `RUN_ITSELF`, or empty for all. */
  readonly value: string;
  readonly onValue: (value: string) => void;
}

export function NodeChoice(props: NodeChoiceProps) {
  return props.names.length > MOST_LISTED ? <TypedChoice {...props} /> : <ListedChoice {...props} />;
}

function ListedChoice({ names, value, onValue }: NodeChoiceProps) {
  return (
    <select
      class="select"
      aria-label="Lines of"
      value={value}
      onChange={({ currentTarget }) => onValue(currentTarget.value)}
    >
      <option value="">All nodes</option>
      <option value={RUN_ITSELF}>{RUN_WORDS}</option>
      {names.map((name) => <option key={name} value={name}>{name}</option>)}
    </select>
  );
}

function TypedChoice({ names, value, onValue }: NodeChoiceProps) {
  const [typed, setTyped] = useState<string | undefined>(undefined);
  const shown = typed ?? (value === RUN_ITSELF ? RUN_WORDS : value);
  const wanted = shown.toLowerCase();
  const all = [RUN_WORDS, ...names];
  const offered: string[] = [];
  for (const name of all) {
    if (name.toLowerCase().includes(wanted)) offered.push(name);
    if (offered.length === MOST_OFFERED) break;
  }
  const take = (text: string) => {
    const isKnown = text === "" || all.includes(text);
    setTyped(isKnown ? undefined : text);
    if (isKnown) onValue(text === RUN_WORDS ? RUN_ITSELF : text);
  };
  return (
    <>
      <input
        class="input"
        aria-label="Lines of"
        placeholder="All nodes"
        list="log-nodes"
        spellcheck={false}
        value={shown}
        onInput={({ currentTarget }) => take(currentTarget.value)}
        onBlur={() => setTyped(undefined)}
      />
      <datalist id="log-nodes">{offered.map((name) => <option key={name} value={name} />)}</datalist>
    </>
  );
}
