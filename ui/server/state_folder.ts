/**
 * What the server itself keeps: small JSON files in `DATA/ui`, readable by their owner alone, each replaced as a whole.
 *
 * @module
 */

import type { Json } from "../../core/json.ts";

export class StateFolder {
  readonly path: string;

  /** Makes the folder. @throws SymphonyError where it cannot be made */
  constructor(data: string) {
    this.path = `${data}/ui`;
    Deno.mkdirSync(this.path, { recursive: true, mode: 0o700 });
  }

  /** The value of a file; undefined where it is not there or was damaged. */
  read(name: string): Json | undefined {
    try {
      return JSON.parse(Deno.readTextFileSync(`${this.path}/${name}`)) as Json;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return undefined;
      throw error;
    }
  }

  write(name: string, value: Json): void {
    const temporary = `${this.path}/${name}.${Deno.pid}.tmp`;
    Deno.writeTextFileSync(temporary, JSON.stringify(value), { mode: 0o600 });
    Deno.renameSync(temporary, `${this.path}/${name}`);
  }

  /** As `write`, without stopping the server. */
  async replace(name: string, value: Json): Promise<void> {
    const temporary = `${this.path}/${name}.${crypto.randomUUID()}.tmp`;
    await Deno.writeTextFile(temporary, JSON.stringify(value), { mode: 0o600 });
    await Deno.rename(temporary, `${this.path}/${name}`);
  }

  remove(name: string): void {
    try {
      Deno.removeSync(`${this.path}/${name}`);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}
