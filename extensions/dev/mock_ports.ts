/**
 * Stand-ins for what a fixture or a test does not have: models, an editor and a person who is shown messages. The checks of the
 * capabilities in front of them are the real ones.
 *
 * @module
 */

import { bufferId, type ExtensionId, type NodeTypeId } from "../../core/ids.ts";
import type { JsonObject } from "../../core/json.ts";
import type { NodeFailure } from "../../core/policy/failure.ts";
import type { ModelAnswer, ModelRequest, ModelsPort } from "../../core/ports/models.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { EditorAccess, EditorText } from "../editor_desk.ts";

/** What a model answers. */
export type MockModel = (use: string, input: JsonObject) => Result<MockModelAnswer, NodeFailure>;

export interface MockModelAnswer {
  readonly output: JsonObject;
  readonly tokens?: number;
  readonly usd?: number;
}

export class MockModels implements ModelsPort {
  readonly #answer: MockModel;

  constructor(answer: MockModel) {
    this.#answer = answer;
  }

  ask(
    { use, input, allowance }: ModelRequest,
    signal: AbortSignal,
  ): Promise<Result<ModelAnswer, NodeFailure>> {
    if (signal.aborted) {
      return Promise.resolve(err({ class: "cancelled", message: "The call was cancelled" }));
    }
    const answered = this.#answer(use, input);
    if (!answered.ok) return Promise.resolve(err(answered.error));
    const { output, tokens = 0, usd = 0 } = answered.value;
    allowance.hold({})({ tokens, usd });
    return Promise.resolve(ok({ output, instrument: use as NodeTypeId, taken: { tokens, usd } }));
  }
}

/** Texts are those of the files; a proposal is kept, and is the newest text from then on. */
export class MockEditor implements EditorAccess {
  /** By absolute path. */
  readonly proposals = new Map<string, string>();

  async withText<T>(
    _extension: ExtensionId,
    file: string,
    act: (text: EditorText) => Promise<T>,
  ): Promise<T> {
    const current = this.proposals.get(file) ?? await Deno.readTextFile(file);
    return await act({
      info: {
        buffer: bufferId(1),
        revision: 0,
        length: current.length,
        file,
        encoding: "utf-8",
        lineEnding: "\n",
        readOnly: false,
        unsaved: this.proposals.has(file),
      },
      read: () => Promise.resolve({ revision: 0, text: current }),
      propose: ({ text }) => {
        this.proposals.set(file, text);
        return Promise.resolve({ changes: text === current ? 0 : 1, waiting: 0 });
      },
    });
  }

  tell(): void {}
}
