/** What stands for the board while its file is no workflow that can be drawn: what is wrong, where, and the ways to mend it. @module */

import { useEffect, useRef } from "preact/hooks";
import { Button } from "../parts/button.tsx";
import { Icon } from "../parts/icon.tsx";
import { hrefOf, navigate } from "../state/route.ts";
import type { Workbench } from "./workbench.ts";

const MOST_SHOWN = 20;

export function UnreadableBoard(
  { bench, fault, onSource }: {
    readonly bench: Workbench;
    /** What the reader of the graph says, while the check has not answered. */
    readonly fault: string;
    readonly onSource: () => void;
  },
) {
  const { board } = bench;
  const all = board.allProblems.value.filter(({ severity, file }) =>
    severity === "error" && file === board.file
  );
  // Of several at one place the first says what it is.
  const errors = all.filter((one, at) =>
    all.findIndex(({ line, column }) => line === one.line && column === one.column) === at
  );
  const lines = board.document.text.split("\n");
  const first = useRef<HTMLDivElement>(null);
  useEffect(() => first.current?.querySelector<HTMLElement>("button")?.focus(), []);
  const edit = (line: number, column: number) =>
    navigate(hrefOf("editor", board.file, { line: String(line), column: String(column) }));
  const [worst] = errors;
  return (
    <section class="unreadable" aria-labelledby="unreadable-title">
      <Icon name="warn" size={32} />
      <h2 id="unreadable-title">{board.file} cannot be shown as a workflow</h2>
      <p role="alert">
        {worst === undefined
          ? fault
          : `${
            errors.length === 1 ? "One place" : `${errors.length} places`
          } of its text must be mended first.`}
      </p>
      <div class="row" ref={first}>
        <Button look="primary" icon="code" onClick={() => edit(worst?.line ?? 1, worst?.column ?? 1)}>
          {`Open line ${worst?.line ?? 1} in the editor`}
        </Button>
        <Button onClick={onSource}>Edit the text here</Button>
      </div>
      {errors.length === 0 ? null : (
        <ol class="unreadable-places" aria-label="What is wrong">
          {errors.slice(0, MOST_SHOWN).map(({ line, column, message, hint }, at) => (
            <li key={at}>
              <button type="button" onClick={() => edit(line, column)}>
                <span class="numbers faint">Line {line}, column {column}</span>
                <span>{message}</span>
                <span class="muted">{hint}</span>
                <code class="cut">{(lines[line - 1] ?? "").trim().slice(0, 120)}</code>
              </button>
            </li>
          ))}
        </ol>
      )}
      {errors.length > MOST_SHOWN
        ? <p class="muted">And {errors.length - MOST_SHOWN} more, which often go with the first.</p>
        : null}
    </section>
  );
}
