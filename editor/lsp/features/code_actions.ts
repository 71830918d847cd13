/**
 * Code actions: fixes and refactorings that a server offers for a range, and carrying one out.
 *
 * @module
 */

import { SymphonyError } from "../../../core/errors.ts";
import { type JsonObject, own } from "../../../core/json.ts";
import type { TextRange } from "../../../core/ports/text_editing.ts";
import type { Buffer } from "../../buffers.ts";
import { type Asking, type AskOptions, timeoutOf } from "../asking.ts";
import type { Diagnostic } from "../diagnostics.ts";
import type { LanguageServer } from "../language_server.ts";
import type { Session } from "../session.ts";
import type { SentText } from "../synced_document.ts";
import { listOf, objectOf, optional, stringIn } from "./answer_reading.ts";
import type { OpenWorld } from "./places.ts";
import { planWorkspaceEdit, type WorkspaceChange } from "./workspace_edit.ts";

export interface CodeAction {
  readonly title: string;
  /** `quickfix`, `refactor.extract`, `source.organizeImports`, … */
  readonly kind?: string;
  /** The one to take without asking. */
  readonly isPreferred: boolean;
  /** Why it cannot be taken now. */
  readonly disabled?: string;
  readonly server: string;
}

interface ActionOrigin {
  readonly server: LanguageServer;
  readonly session: Session;
  readonly raw: JsonObject;
  /** What the server had of each buffer when it offered the action. */
  readonly sent: ReadonlyMap<Buffer, SentText>;
}

/** What taking an action comes to: a change to apply, then a command for the server. */
export interface ActionEffect {
  readonly change?: WorkspaceChange;
  readonly command?: ServerCommand;
}

/** A command that a server carries out. */
export interface ServerCommand {
  readonly server: LanguageServer;
  readonly command: string;
  readonly args: unknown;
}

const MOST_ACTIONS = 500;
const origins = new WeakMap<CodeAction, ActionOrigin>();

/** What can be done about `range`. `only` names kinds, such as `quickfix`. @throws as Asking.all */
export async function codeActions(
  asking: Asking,
  buffer: Buffer,
  range: TextRange,
  diagnostics: readonly Diagnostic[],
  options: AskOptions & { readonly only?: readonly string[] } = {},
): Promise<CodeAction[]> {
  const sentBy = new Map<LanguageServer, ReadonlyMap<Buffer, SentText>>();
  const answers = await asking.all(buffer, "textDocument/codeAction", (question) => {
    sentBy.set(question.server, question.server.flushAll());
    // A server gets back what it said itself, where it is now.
    const own = diagnostics.filter((one) =>
      one.server === question.server.name && one.span.from <= range.to && one.span.to >= range.from
    );
    return {
      textDocument: question.textDocument,
      range: question.range(range),
      context: {
        diagnostics: own.map((one) => ({ ...one.raw, range: question.range(one.span) })),
        triggerKind: 1,
        ...optional("only", options.only),
      },
    };
  }, options);
  const actions: CodeAction[] = [];
  for (const { server, session, value } of answers) {
    for (const item of listOf(value, MOST_ACTIONS)) {
      const raw = objectOf(item);
      const title = raw === undefined ? undefined : stringIn(raw, "title");
      if (raw === undefined || title === undefined) continue;
      const action: CodeAction = {
        title,
        isPreferred: own(raw, "isPreferred") === true,
        server: server.name,
        ...optional("kind", stringIn(raw, "kind")),
        ...optional("disabled", stringIn(objectOf(own(raw, "disabled")) ?? {}, "reason")),
      };
      origins.set(action, { server, session, raw, sent: sentBy.get(server) ?? new Map() });
      actions.push(action);
    }
  }
  return actions;
}

/**
 * What taking the action would do. The server may have to be asked for it.
 * @throws TypeError for an action that no list held; SymphonyError `bad-input` for a disabled one, `protocol` for an edit that cannot be
 * carried out, else as Channel.request
 */
export async function effectOf(
  action: CodeAction,
  world: OpenWorld,
  options: AskOptions = {},
): Promise<ActionEffect> {
  const origin = origins.get(action);
  if (origin === undefined) throw new TypeError(`"${action.title}" is no action of a list`);
  if (action.disabled !== undefined) {
    throw new SymphonyError("bad-input", `Cannot do "${action.title}": ${action.disabled}`);
  }
  const { server, session } = origin;
  let { raw, sent } = origin;
  const provider = session.features.options("textDocument/codeAction");
  const isComplete = own(raw, "edit") !== undefined ||
    own(raw, "command") !== undefined && own(raw, "data") === undefined;
  if (!isComplete && own(provider, "resolveProvider") === true) {
    const timeoutMs = timeoutOf("codeAction/resolve", options);
    // The server looks at what it has by now.
    sent = server.flushAll();
    raw = objectOf(await session.request("codeAction/resolve", raw, { timeoutMs, signal: options.signal })) ??
      raw;
  }
  const edit = own(raw, "edit");
  let change: WorkspaceChange | undefined;
  if (edit !== undefined && edit !== null) {
    const planned = await planWorkspaceEdit(edit, { world, server, encoding: session.encoding, sent });
    if (!planned.ok) throw new SymphonyError("protocol", `Cannot do "${action.title}": ${planned.error}`);
    change = planned.value;
  }
  return { ...optional("change", change), ...optional("command", commandOf(server, raw)) };
}

/** The command of an action, or the action that is one itself; undefined for one that is not the server's. */
export function commandOf(server: LanguageServer, raw: JsonObject): ServerCommand | undefined {
  const told = own(raw, "command");
  const source = typeof told === "string" ? raw : objectOf(told);
  const command = source === undefined ? undefined : stringIn(source, "command");
  if (source === undefined || command === undefined) return undefined;
  // Some commands are meant for one particular editor; only what the server says it carries out is asked of it.
  const known = listOf(own(server.session?.features.options("workspace/executeCommand"), "commands"), 10_000);
  if (!known.includes(command)) return undefined;
  return { server, command, args: own(source, "arguments") ?? [] };
}
