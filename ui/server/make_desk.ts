/**
 * Puts the parts of the server together. Loaded after the first page; the database, the extension hosts and the text core
 * are opened when they are first asked for.
 *
 * @module
 */

import { messageOf } from "../../core/errors.ts";
import { runId } from "../../core/ids.ts";
import type { LoggedEvent } from "../../core/ports/dag.ts";
import { readDefinition } from "../../core/orchestration/run_definition.ts";
import type { Catalog } from "../../core/workflow/catalog.ts";
import type { Topic } from "../api/topics.ts";
import { ConductorBook } from "./conductor_book.ts";
import type { Desk } from "./desk.ts";
import { Hub } from "./events/hub.ts";
import { KeyedTopic } from "./events/keyed_topic.ts";
import { extensionLines } from "./extension_view.ts";
import { FailureBook } from "./metrics/failure_book.ts";
import { Figures } from "./metrics/figures.ts";
import { MetricStore } from "./metrics/metric_store.ts";
import { Prober } from "./metrics/prober.ts";
import { Sampler } from "./metrics/sampler.ts";
import { motifTemplates } from "./motif_templates.ts";
import { NoticeBoard } from "./notice_board.ts";
import { PermissionDesk } from "./permissions.ts";
import { RunBook, type RunObserver } from "./runs/run_book.ts";
import { RunLogs } from "./runs/run_logs.ts";
import { Steering } from "./runs/steering.ts";
import type { Backend, UiServices } from "./services.ts";
import type { StateFolder } from "./state_folder.ts";
import { FileProposals } from "./texts/file_proposals.ts";
import { ReviewBook } from "./texts/review_book.ts";
import { TextDesk } from "./texts/text_desk.ts";
import { FileWatch } from "./workflows/file_watch.ts";
import { Versions } from "./workflows/versions.ts";
import { WorkflowStore } from "./workflows/workflow_store.ts";
import { WorkspaceFiles } from "./workspace_files.ts";

/** A catalogue is asked for anew after this. */
const CATALOG_MS = 5000;
const EXTENSIONS_MS = 1000;
const MOST_LOOKED = 200;

export interface DeskOptions {
  readonly services: UiServices;
  readonly state: StateFolder;
  readonly epoch: string;
  readonly startedAt: number;
  readonly framesAt: string;
  readonly observers: readonly RunObserver[];
  /** What went wrong and concerns no request. */
  onError(what: string, error: unknown): void;
}

export interface MadeDesk extends AsyncDisposable {
  readonly desk: Desk;
  readonly hub: Hub;
}

export function makeDesk(options: DeskOptions): MadeDesk {
  const { services, state, epoch, onError } = options;
  const { clock } = services;
  const topicOf = (topic: Topic, more: Partial<ConstructorParameters<typeof KeyedTopic>[1]> = {}) =>
    new KeyedTopic(topic, { clock, epoch, ...more });

  const figures = new Figures();
  const prober = new Prober();
  const steering = new Steering(clock);
  const files = new WorkspaceFiles(services.workspace);
  const versions = new Versions(state.path);
  const logs = new RunLogs(state.path, clock);
  let store: MetricStore | undefined;
  const metrics = () => store ??= new MetricStore(`${state.path}/metrics.sqlite`);
  let opened: Backend | undefined;
  let opening: Promise<Backend> | undefined;
  let book: Promise<RunBook> | undefined;
  let known: { readonly at: number; readonly catalog: Promise<Catalog> } | undefined;

  const filesTopic: KeyedTopic = topicOf("files", {
    snapshot: () => ({ kind: "snapshot" }),
    watched: (isWatched) => fileWatch.watch(isWatched),
  });
  const fileWatch = new FileWatch(files, filesTopic, onError);
  const permissionsTopic: KeyedTopic = topicOf("permissions", {
    snapshot: () => permissions.snapshot(),
  });
  const noticesTopic: KeyedTopic = topicOf("notices", { snapshot: () => notices.snapshot(), kept: 50 });
  const notices = new NoticeBoard(services.notices, (key, event) => noticesTopic.publish(key, event));
  const stopReloads = services.onReload?.(() => {
    known = undefined;
    noticesTopic.publish("extensions", { kind: "extensions" });
  });
  const permissions = new PermissionDesk(services, permissionsTopic);
  permissions.onAsked = (prompt) => figures.asked(prompt);
  permissions.onAnswered = (prompt) => figures.answered(prompt, clock.now());
  const decisionsTopic: KeyedTopic = topicOf("decisions", {
    snapshot: () => conductor.snapshot(),
    watched: (isWatched) => conductor.watch(isWatched),
  });
  const conductor = new ConductorBook(services, decisionsTopic);
  const failuresTopic: KeyedTopic = topicOf("failures", {
    snapshot: async () => {
      await desk.lookThroughFailed();
      return { kind: "snapshot", groups: failures.groups({}) };
    },
  });
  const failures = new FailureBook(`${state.path}/failures.sqlite`, failuresTopic);
  const runsTopic: KeyedTopic = topicOf("runs", {
    snapshot: async () => (await desk.runs()).listSnapshot(),
    watched: (isWatched) => void desk.runs().then((runs) => runs.watchList(isWatched && runsTopic.isWatched)),
  });
  const metricsTopic: KeyedTopic = topicOf("metrics", {
    snapshot: () => ({ kind: "sample", sample: sampler.now() }),
    kept: 4,
  });
  const sampler = new Sampler({
    clock,
    figures,
    prober,
    topic: metricsTopic,
    backend: () => opened,
    clients: () => hub.size,
    store: metrics,
    onError,
  });
  const extensionsNow = async () => ({
    kind: "snapshot" as const,
    extensions: extensionLines(
      await services.installed(),
      opened,
      prober,
    ),
  });
  let stopExtensions: (() => void) | undefined;
  let lastExtensions = "";
  const extensionsTopic: KeyedTopic = topicOf("extensions", {
    snapshot: extensionsNow,
    kept: 4,
    watched(isWatched) {
      stopExtensions?.();
      stopExtensions = undefined;
      const look = () => {
        void extensionsNow().then((now) => {
          const text = JSON.stringify(now);
          if (text !== lastExtensions) extensionsTopic.publish("extensions", now);
          lastExtensions = text;
        }).catch((error) => onError("look at extensions", error)).finally(() => {
          if (stopExtensions !== undefined) stopExtensions = clock.schedule(EXTENSIONS_MS, look);
        });
      };
      if (isWatched) stopExtensions = clock.schedule(EXTENSIONS_MS, look);
    },
  });

  const backend = (): Promise<Backend> =>
    opening ??= services.open((extensions) => steering.around(extensions), proposals).then(
      (made) => opened = made,
      (error) => {
        // The next request tries again: a full disk may have been emptied.
        opening = undefined;
        throw error;
      },
    );
  const runs = () =>
    book ??= backend().then((made) => {
      const runBook = new RunBook({
        backend: made,
        clock,
        list: runsTopic,
        observers: [figures, failures, logs, ...options.observers],
        driving: {
          read() {
            const kept = state.read("driving.json");
            return Array.isArray(kept) ? kept.filter((run) => typeof run === "string") : [];
          },
          write: (driving) => state.write("driving.json", driving),
        },
        held: (run) => steering.held(run),
        asksLeave: (run) => permissions.holds(run),
        onError,
      });
      steering.onHeld = (run) => runBook.heldChanged(run);
      permissions.onRun = (run) => runBook.lineChanged(run);
      steering.onFailure = (request, failure) => {
        if (failure.class === "cancelled") return;
        const bytes = new TextEncoder().encode(JSON.stringify(request.input));
        const { run, node, item, attempt } = request;
        const unit = { node, ...item === undefined ? {} : { item } };
        void made.pit.artifacts.put(bytes, {
          type: "application/json",
          name: `${node}.input.json`,
          origin: { run, node, ...item === undefined ? {} : { item } },
        }).then((id) => failures.keepInput(run, unit, attempt, id)).catch((error) =>
          onError("keep an input", error)
        );
      };
      void runBook.resumeLeft().catch((error) => onError("go on with runs", error));
      return runBook;
    }, (error) => {
      book = undefined;
      throw error;
    });

  const reviews = new ReviewBook(`${state.path}/reviews.jsonl`, clock, {
    onError,
    credit: async (run, node, word) => {
      const { conductor } = services;
      // A set of another name belongs to no run.
      if (conductor.verdict === undefined || !/^r[0-9a-z]{15}$/.test(run)) return 0;
      const about = { run: runId(run), word, ...node === undefined ? {} : { node } };
      return await conductor.verdict((await backend()).pit, about);
    },
  });
  const changesTopic: KeyedTopic = topicOf("changes", {
    snapshot: async () => ({ kind: "snapshot", waiting: await proposals.waiting() }),
    kept: 4,
  });
  const proposals: FileProposals = new FileProposals({
    state,
    texts: () => texts.texts(),
    root: services.workspace,
    places: services.proposedPlaces,
    nameOf: (file) => files.name(file),
    onChanged: (waiting) => changesTopic.publish("waiting", { kind: "snapshot", waiting }),
    onError,
  });
  const texts: TextDesk = new TextDesk(services, files, {
    reviews,
    recall: () => proposals.recall(),
    beforeSave: (buffer) => proposals.beforeSave(buffer),
    checkWorkflow: async (text, file) => (await desk.workflows.check(text, file)).problems,
  });
  const desk: Desk = {
    services,
    state,
    files,
    versions,
    steering,
    figures,
    failures,
    logs,
    permissions,
    prober,
    conductor,
    reviews,
    proposals,
    filesTopic,
    startedAt: options.startedAt,
    epoch,
    framesAt: options.framesAt,
    workflows: new WorkflowStore({
      files,
      versions,
      clock,
      templates: () => services.templates(),
      catalog: () => desk.catalog(),
    }),
    backend,
    openBackend: () => opened,
    runs,
    metrics,
    async templates() {
      return [...services.templates(), ...await motifTemplates((await backend()).motifs)];
    },
    openFiles: () => texts.openFiles(),
    async catalog() {
      if (known === undefined || clock.monotonic() - known.at > CATALOG_MS) {
        const catalog = backend().then((made) => made.extensions.describe());
        known = { at: clock.monotonic(), catalog };
        catalog.catch(() => known = undefined);
      }
      return await known.catalog;
    },
    figuresNow: () => sampler.now(),
    async lookThroughFailed() {
      const { pit } = await backend();
      let looked = 0;
      for await (const { run, state: at } of pit.dag.list()) {
        if (at !== "failed" && at !== "completed" || failures.hasSeen(run)) continue;
        if (++looked > MOST_LOOKED) break;
        const account = await (await runs()).account(run);
        const failed: LoggedEvent[] = [];
        for await (const batch of pit.dag.replay(run)) {
          failed.push(...batch.filter(({ type }) => type === "node.failed" || type === "node.retrying"));
        }
        const kept = account.definition === undefined
          ? undefined
          : await readDefinition(pit.artifacts, account.definition).catch(() => undefined);
        failures.look(run, account, failed, kept?.definition);
      }
    },
    fileChanged(path, change, hash) {
      fileWatch.tell(path, change, hash);
    },
  };

  const fixed = new Map<Topic, KeyedTopic>();
  const all = [
    runsTopic,
    metricsTopic,
    extensionsTopic,
    filesTopic,
    permissionsTopic,
    noticesTopic,
    failuresTopic,
    decisionsTopic,
    changesTopic,
  ];
  for (const topic of all) fixed.set(topic.topic, topic);
  const hub = new Hub({
    clock,
    epoch,
    fixed,
    families: {
      run: async (id) => await (await runs()).topic(id),
      text: (id) => texts.topic(id),
    },
    call: (connection, name, params, signal) => texts.call(connection, name, params, signal),
    closed: (connection) => texts.closed(connection),
    sent(events, folded) {
      figures.counters["events.sent"] += events;
      figures.counters["events.coalesced"] += folded;
    },
  });
  sampler.start();

  return {
    desk,
    hub,
    async [Symbol.asyncDispose]() {
      stopExtensions?.();
      conductor.watch(false);
      notices[Symbol.dispose]();
      stopReloads?.();
      fileWatch.watch(false);
      hub.close();
      const runBook = await book?.catch(() => undefined);
      await runBook?.stop();
      sampler.stop();
      await logs.flush();
      await texts[Symbol.asyncDispose]();
      const made = await opening?.catch(() => undefined);
      await made?.[Symbol.asyncDispose]();
      failures[Symbol.dispose]();
      store?.[Symbol.dispose]();
    },
  };
}

/** Words about a failure that concerns no request. */
export function errorLine(what: string, error: unknown): string {
  return `Cannot ${what}: ${messageOf(error)}`;
}
