/**
 * What the core knows of the text as a program: faults, completion, hover, and colours by its tokens.
 *
 * @module
 */

import {
  autocompletion,
  type Completion as Offer,
  type CompletionContext,
  type CompletionResult,
  type CompletionSource,
} from "@codemirror/autocomplete";
import { type Diagnostic, lintGutter, setDiagnostics } from "@codemirror/lint";
import { type Extension, StateEffect, StateField } from "@codemirror/state";
import {
  Decoration,
  type DecorationSet,
  EditorView,
  hoverTooltip,
  ViewPlugin,
  type ViewUpdate,
} from "@codemirror/view";
import type { Completion, TextDiagnostic } from "../../../../core/ports/language.ts";
import type { OpenText } from "../open_text.ts";
import type { ApiClient } from "../../state/client.ts";
import { setDiagnosticsOf, stepKind } from "./from_server.ts";
import { prose } from "./prose.ts";

/** Who offers what is only words and names: they are put in here at once, and undone as typing is. */
const OWN = "grammar";

const severities = { error: "error", warning: "warning", information: "info", hint: "hint" } as const;

function diagnosticOf(
  { range, severity, message, source, server, code }: TextDiagnostic,
  length: number,
): Diagnostic {
  return {
    from: Math.min(range.from, length),
    to: Math.min(range.to, length),
    severity: severities[severity],
    message,
    source: [source ?? server, code].filter(Boolean).join(" "),
  };
}

/** Faults as they come from the core. */
const faults = EditorView.updateListener.of(({ transactions, view }) => {
  const effect = transactions.flatMap(({ effects }) => effects).findLast((one) => one.is(setDiagnosticsOf));
  if (effect === undefined) return;
  const { length } = view.state.doc;
  // A listener may not dispatch while the view updates.
  const spec = (effect.value as readonly TextDiagnostic[]).map((one) => diagnosticOf(one, length));
  queueMicrotask(() => view.dispatch(setDiagnostics(view.state, spec)));
});

const kinds: Readonly<Record<string, string>> = { method: "method", snippet: "text", module: "namespace" };

function completer(text: OpenText) {
  return async (context: CompletionContext): Promise<CompletionResult | null> => {
    const word = context.matchBefore(/[\w$]+/);
    const before = context.state.sliceDoc(context.pos - 1, context.pos);
    const isTrigger = /[.:<"'/@]/.test(before);
    if (!context.explicit && word === null && !isTrigger) return null;
    // In prose, words come when they are asked for.
    if (!context.explicit && /\.(?:md|markdown|txt)$/i.test(text.file)) return null;
    const abort = new AbortController();
    context.addEventListener("abort", () => abort.abort());
    try {
      const found = await text.askSettled("language.complete", (at) => ({
        ...at,
        offset: context.pos,
        ...(isTrigger && word === null ? { trigger: before } : {}),
        limit: 200,
      }), abort.signal);
      if (found.items.length === 0 || found.isStale) return null;
      const from = Math.min(word?.from ?? context.pos, ...found.items.map(({ range }) => range.from));
      return {
        from,
        options: found.items.map((item) => offerOf(text, found.list, item)),
        ...(found.isIncomplete ? {} : { validFor: /^[\w$]*$/ }),
      };
    } catch {
      return null;
    }
  };
}

function offerOf(text: OpenText, list: number, item: Completion): Offer {
  return {
    label: item.label,
    type: kinds[item.kind] ?? item.kind,
    ...((item.labelDetail ?? item.description ?? "") === ""
      ? {}
      : { detail: (item.labelDetail ?? item.description) as string }),
    ...(item.preselect ? { boost: 5 } : {}),
    info: async () => {
      const told = await text.ask("language.describe", { list, item: item.item }).catch(() => undefined);
      const words = [told?.detail ?? item.detail, (told?.documentation ?? item.documentation)?.text];
      const shown = words.filter(Boolean).join("\n\n");
      return shown === "" ? null : prose(shown);
    },
    ...(item.server === OWN ? {} : { apply: (view: EditorView) => take(text, list, item, view) }),
  };
}

/** The core edits: it knows imports to add and places to fill in. */
function take(text: OpenText, list: number, item: Completion, view: EditorView): void {
  void text.settled().then(async () => {
    const taken = await text.ask("language.take", { list, item: item.item, mode: "insert" });
    const first = taken.stops[0]?.ranges[0];
    await text.settled();
    if (first !== undefined) view.dispatch({ selection: { anchor: first.from, head: first.to } });
  }).catch(() => {
    // Its list is forgotten, or nobody is there: the word itself.
    const word = view.state.wordAt(view.state.selection.main.head);
    const at = view.state.selection.main.head;
    view.dispatch({
      changes: { from: word?.from ?? at, to: at, insert: item.label },
      selection: { anchor: (word?.from ?? at) + item.label.length },
      annotations: stepKind.of("complete"),
    });
  });
}

function hover(text: OpenText, client: ApiClient): Extension {
  return hoverTooltip(async (view, pos) => {
    const told = isWorkflow(text)
      ? await help().then(({ workflowHover }) => workflowHover(client, text.file, view, pos)).catch(() =>
        null
      )
      : null;
    if (told !== null) return told;
    const found = await text.askSettled("language.hover", (at) => ({ ...at, offset: pos })).catch(() => null);
    if (found === null || found.contents.text.trim() === "") return null;
    const word = view.state.wordAt(pos);
    return {
      pos: found.range?.from ?? word?.from ?? pos,
      end: found.range?.to ?? word?.to ?? pos,
      above: true,
      create: () => ({ dom: prose(found.contents.text) }),
    };
  }, { hoverTime: 350 });
}

const setColours = StateEffect.define<
  { readonly from: number; readonly to: number; readonly set: DecorationSet }
>();

const colours = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(set, transaction) {
    let now = set.map(transaction.changes);
    for (const effect of transaction.effects) if (effect.is(setColours)) now = effect.value.set;
    return now;
  },
  provide: (field) => EditorView.decorations.from(field),
});

const marks = new Map<string, Decoration>();
const QUIET_MS = 40;
const AROUND = 4000;

/** Asks the core for the colours of what is seen, again when it is another text. */
function colouring(text: OpenText): Extension {
  const plugin = ViewPlugin.fromClass(
    class {
      #timer: number | undefined;
      #abort = new AbortController();
      readonly #view: EditorView;

      constructor(view: EditorView) {
        this.#view = view;
        this.#soon(0);
      }

      update({ docChanged, viewportChanged }: ViewUpdate): void {
        if (docChanged || viewportChanged) this.#soon(QUIET_MS);
      }

      destroy(): void {
        clearTimeout(this.#timer);
        this.#abort.abort();
      }

      #soon(delay: number): void {
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => void this.#ask(), delay);
      }

      async #ask(): Promise<void> {
        this.#abort.abort();
        const abort = this.#abort = new AbortController();
        const { from, to } = this.#view.viewport;
        const { length } = this.#view.state.doc;
        const range = { from: Math.max(0, from - AROUND), to: Math.min(length, to + AROUND) };
        try {
          const found = await text.askSettled(
            "structure.colours",
            ({ buffer, revision }) => ({ buffer, revision, range }),
            abort.signal,
          );
          if (abort.signal.aborted || found === null) return;
          if (found.revision !== text.revision || text.isBehind.peek()) return this.#soon(QUIET_MS);
          const end = this.#view.state.doc.length;
          const ranges = found.value.filter(({ range: { from, to } }) => from < to && to <= end)
            .map(({ range: { from, to }, type }) => markOf(type).range(from, to));
          this.#view.dispatch({
            effects: setColours.of({ ...range, set: Decoration.set(ranges, true) }),
          });
        } catch {
          // Colours come with the next change, or the next connection.
        }
      }
    },
  );
  return [colours, plugin];
}

function markOf(type: string): Decoration {
  let mark = marks.get(type);
  if (mark === undefined) {
    mark = Decoration.mark({ class: `tok-${type}` });
    marks.set(type, mark);
  }
  return mark;
}

/** Workflow files are known by their own schema and what is installed, with a language server and without. */
export function isWorkflow({ file }: Pick<OpenText, "file">): boolean {
  return /\.workflow\.jsonc?$/.test(file);
}

/** Loaded where the first workflow is open. */
export function help(): Promise<typeof import("../workflow/workflow_help.ts")> {
  return import("../workflow/workflow_help.ts");
}

function workflowCompleter(text: OpenText, client: ApiClient): CompletionSource {
  // Asked for ahead: the first key in a workflow should not wait for the catalogue.
  void help().then(({ prepare }) => prepare(client, text.file)).catch(() => undefined);
  return async (context) => {
    const { workflowOffers } = await help();
    return await workflowOffers(client, text.file, context).catch(() => null);
  };
}

export function languageShown(text: OpenText, client: ApiClient): Extension {
  const completion = isWorkflow(text) ? workflowCompleter(text, client) : completer(text);
  return [
    faults,
    lintGutter(),
    autocompletion({ override: [completion], icons: false }),
    hover(text, client),
    colouring(text),
  ];
}
