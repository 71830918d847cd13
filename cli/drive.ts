/**
 * Carries a run out in this process and shows it, for `run` and `runs resume`: listens to the events, pauses the run on
 * Ctrl-C, on SIGTERM and when nobody reads the output any more, and turns the outcome into an exit code.
 *
 * Invariants: the first interrupt pauses (the log is closed before the process ends), the second ends the process at once;
 * neither loses an acknowledged event, because events are shown only after they are durable.
 *
 * @module
 */

import type { LiveEvent, RunHandle, RunOutcome } from "../core/orchestration/run_handle.ts";
import type { RunId } from "../core/ids.ts";
import { exitCodes } from "./command.ts";
import { JsonView } from "./json_view.ts";
import { LiveView } from "./live_view.ts";
import { closingText } from "./outcome_text.ts";
import { outputsText, writeOutputs } from "./outputs.ts";
import { TerminalPrompt } from "./permission_prompt.ts";
import { PlainView } from "./plain_view.ts";
import { RunAccount } from "../core/orchestration/run_account.ts";
import type { RunView } from "./run_view.ts";
import { isCapable, styleFor } from "./style.ts";
import type { CliServices, Session } from "./services.ts";

export interface DriveOptions {
  readonly isJson: boolean;
  readonly title: string;
  readonly data: string;
  readonly dataFlag: string;
  /** What the log of a resumed run said before. */
  readonly account?: RunAccount;
  /** Asks on the same terminal. */
  readonly prompt?: TerminalPrompt;
}

/** Starts or resumes by `begin` and stays until the run ends, pauses or waits; gives the exit code. */
export async function drive(
  services: CliServices,
  session: Session,
  begin: (listener: (event: LiveEvent) => void) => Promise<RunHandle>,
  options: DriveOptions,
): Promise<number> {
  const account = options.account ?? new RunAccount();
  const view = viewFor(services, options);
  if (options.prompt !== undefined && view instanceof LiveView) options.prompt.screen = view;
  const startedAt = services.clock.monotonic();
  const interrupts = new Interrupts(services, view, options);
  let outcome: RunOutcome | undefined;
  try {
    const handle = await begin((event) => {
      view.show(event, account, event.durable ? account.add(event.event) : undefined);
    });
    view.attach(handle, account);
    interrupts.attach(handle);
    outcome = await handle.done;
  } finally {
    await view.close(outcome, account);
    interrupts.stop();
  }
  if (interrupts.isReaderGone) return exitCodes.readerGone;
  if (!options.isJson) {
    const elapsedMs = services.clock.monotonic() - startedAt;
    await say(services, session, { outcome, account, elapsedMs, options });
  }
  return exitCodeOf(outcome);
}

/** Asks for permissions where a person sits at the terminal and nothing reads the output as data. */
export function promptFor(
  services: CliServices,
  isJson: boolean,
  isPerson: boolean,
): TerminalPrompt | undefined {
  const { stderr, clock, readLine } = services;
  if (isJson || !isPerson || readLine === undefined || !stderr.isTerminal) return undefined;
  return new TerminalPrompt(stderr, readLine, { clock, style: styleFor(services, stderr) });
}

function viewFor(services: CliServices, { isJson, title }: DriveOptions): RunView {
  if (isJson) return new JsonView(services.stdout);
  const { stderr, clock } = services;
  if (!isCapable(services, stderr)) return new PlainView(stderr, clock);
  return new LiveView(stderr, clock, { style: styleFor(services, stderr), title });
}

function exitCodeOf(outcome: RunOutcome): number {
  switch (outcome.state) {
    case "completed":
      return exitCodes.completed;
    case "failed":
      return exitCodes.failed;
    case "waiting-for-input":
      return exitCodes.waiting;
    default:
      return exitCodes.interrupted;
  }
}

interface Said {
  readonly outcome: RunOutcome;
  readonly account: RunAccount;
  readonly elapsedMs: number;
  readonly options: DriveOptions;
}

async function say(services: CliServices, session: Session, said: Said): Promise<void> {
  const { outcome, account, elapsedMs, options } = said;
  const written = await writeOutputs(services, options.data, outcome.run, outcome.outputs);
  const printed = outputsText(outcome.outputs);
  // Between a picture or progress lines and a report in the same window, an empty line.
  const gap = printed !== "" && services.stdout.isTerminal ? "\n" : "";
  if (printed !== "") await services.stdout.write(`${gap}${printed}${gap}`);
  await services.stderr.write(closingText(outcome, {
    account,
    written,
    artifacts: await artifactCount(session, outcome.run),
    program: services.program,
    dataFlag: options.dataFlag,
    elapsedMs,
    style: styleFor(services, services.stderr),
  }));
}

async function artifactCount(session: Session, run: RunId): Promise<number> {
  let found = 0;
  for await (const _ of session.pit.artifacts.list({ run })) found++;
  return found;
}

/** Turns interrupts and a broken output into a pause. */
class Interrupts {
  readonly #services: CliServices;
  readonly #view: RunView;
  readonly #stop: () => void;
  #handle: RunHandle | undefined;
  #reason: string | undefined;
  isReaderGone = false;

  constructor(services: CliServices, view: RunView, options: DriveOptions) {
    this.#services = services;
    this.#view = view;
    this.#stop = services.onInterrupt(() => this.#interrupt(options));
    void view.broken.then(() => {
      this.isReaderGone = true;
      this.#pause("nobody reads the output any more");
    });
  }

  attach(handle: RunHandle): void {
    this.#handle = handle;
    if (this.#reason !== undefined) this.#pause(this.#reason);
  }

  stop(): void {
    this.#stop();
  }

  #interrupt({ isJson }: DriveOptions): void {
    if (this.#reason !== undefined && !this.isReaderGone) {
      this.#view.abandon();
      // The terminal gets its cursor back before the process goes.
      void this.#services.stderr.write("").catch(() => undefined).then(() =>
        this.#services.exitNow(exitCodes.interrupted)
      );
      return;
    }
    if (!isJson && !isCapable(this.#services, this.#services.stderr)) {
      void this.#services.stderr.write("pausing; once more ends at once\n").catch(() => undefined);
    }
    this.#pause("interrupted");
  }

  #pause(reason: string): void {
    this.#reason = reason;
    // A run that has ended meanwhile refuses; its outcome is on its way.
    this.#handle?.command({ type: "pause", reason });
  }
}
