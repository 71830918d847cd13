/**
 * What the command line asks of the Conductor, carried out. The shapes are those of cli/conductor_desk.ts, which knows
 * nothing of this folder.
 *
 * Ring: conductor; files and time come in.
 *
 * @module
 */

import { evaluateFolder } from "./evaluate/evaluate.ts";
import type { SourceFile } from "./evaluate/folder_source.ts";
import { readFolder } from "./evaluate/read_folder.ts";
import type { ReportTable } from "./evaluate/report_table.ts";

export interface DeskServices {
  /** Every file below a folder. @throws SymphonyError `not-found` | `permission` | `io` */
  folderFiles(folder: string): Promise<readonly SourceFile[]>;
  /** Milliseconds that only rise. */
  monotonic(): number;
}

export interface DeskEvaluation {
  readonly folder: string;
  readonly seeds: number;
  readonly rounds: number;
  readonly only?: string;
  onProgress(line: string): void;
  onTable(table: ReportTable): void;
}

export class ConductorDesk {
  readonly #services: DeskServices;

  constructor(services: DeskServices) {
    this.#services = services;
  }

  /** Evaluates a folder. @throws SymphonyError `bad-input` | `not-found` | … */
  async evaluate({ folder, seeds, rounds, only, onProgress, onTable }: DeskEvaluation) {
    const data = await readFolder({ folder, files: () => this.#services.folderFiles(folder) });
    const tables = await evaluateFolder(data, {
      seeds,
      rounds,
      ...(only === undefined ? {} : { only }),
      now: () => this.#services.monotonic(),
      onProgress,
      onTable,
    });
    return { tables: tables.length, ignored: data.ignored };
  }
}
