/** Every problem of `symphony check`, worst first; choosing one goes to its place. @module */

import { Icon } from "../../parts/icon.tsx";
import { EmptyState } from "../../parts/states.tsx";
import type { PlacedProblem } from "../problems.ts";
import type { Workbench } from "../workbench.ts";
import { INPUTS, OUTPUTS } from "../model/board_node.ts";

export function ProblemsPanel(
  { bench, onGo }: { readonly bench: Workbench; readonly onGo: (problem: PlacedProblem) => void },
) {
  const problems = bench.board.allProblems.value;
  const sorted = [
    ...problems.filter(({ severity }) => severity === "error"),
    ...problems.filter(({ severity }) => severity === "warning"),
  ];
  if (sorted.length === 0) {
    return (
      <EmptyState icon="good" title={bench.board.isChecked.value ? "No problems" : "Checking…"}>
        The workflow can run as it is.
      </EmptyState>
    );
  }
  return (
    <ul class="problems" aria-label="Problems">
      {sorted.map((problem, index) => (
        <li key={index}>
          <button type="button" class="problem" onClick={() => onGo(problem)}>
            <Icon
              name={problem.severity === "error" ? "bad" : "warn"}
              label={problem.severity === "error" ? "Error" : "Warning"}
              class={`${problem.severity}-text`}
            />
            <span class="column" style={{ gap: "1px" }}>
              <span>{problem.message}</span>
              <span class="muted">{problem.hint}</span>
              <span class="faint mono">
                {nameOf(problem)} · line {problem.line}
              </span>
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}

function nameOf({ node, field, path }: PlacedProblem): string {
  if (node === undefined) return path === "" ? "workflow" : path;
  const name = node === OUTPUTS ? "outputs" : node === INPUTS ? "inputs" : node;
  return field === "" ? name : `${name} · ${field}`;
}
