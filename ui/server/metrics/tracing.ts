/**
 * Runs and nodes for OpenTelemetry: a span for each run, below it one for each attempt of a node, with what was used as
 * attributes and what was logged as events; durations, tokens and money as metrics. Deno exports them (OTEL_DENO=true);
 * log lines go out as log records where OTEL_DENO_CONSOLE is `replace`, so that they do not run over the terminal.
 *
 * Names follow the semantic conventions for generative AI where there is one (`gen_ai.usage.input_tokens`).
 *
 * @module
 */

import {
  type Attributes,
  type Context,
  context,
  metrics,
  type Span,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import type { RunId } from "../../../core/ids.ts";
import type { LiveEvent } from "../../../core/orchestration/run_handle.ts";
import type { RunAccount } from "../../../core/orchestration/run_account.ts";
import type { LoggedEvent, RunStateName } from "../../../core/ports/dag.ts";
import type { Usage } from "../../../core/ports/extension.ts";
import type { RunFacts, RunObserver } from "../runs/run_book.ts";
import { useOf } from "./figures.ts";

interface TracedRun {
  readonly facts: RunFacts;
  readonly span: Span;
  readonly inside: Context;
  readonly open: Map<string, { readonly span: Span; readonly at: number; readonly attributes: Attributes }>;
}

type Ended = Extract<LoggedEvent, { readonly type: "node.completed" | "node.failed" | "node.retrying" }>;

export class Tracing implements RunObserver {
  readonly #tracer = trace.getTracer("symphony");
  readonly #runs = new Map<RunId, TracedRun>();
  readonly #duration;
  readonly #tokens;
  readonly #cost;
  readonly #logsGoOut = Deno.env.get("OTEL_DENO_CONSOLE") === "replace";

  constructor() {
    const meter = metrics.getMeter("symphony");
    this.#duration = meter.createHistogram("symphony.node.duration", {
      unit: "s",
      description: "How long attempts took",
    });
    this.#tokens = meter.createCounter("symphony.tokens", {
      description: "Tokens given to and by instruments",
    });
    this.#cost = meter.createCounter("symphony.cost", {
      unit: "USD",
      description: "Money spent on instruments",
    });
  }

  started(run: RunId, facts: RunFacts): void {
    const span = this.#tracer.startSpan(`run ${facts.definition?.id ?? ""}`.trim(), {
      attributes: {
        "symphony.run": run,
        "symphony.workflow": facts.definition?.id ?? "",
        "symphony.resumed": facts.isResumed,
      },
    });
    this.#runs.set(run, { facts, span, inside: trace.setSpan(context.active(), span), open: new Map() });
  }

  heard(run: RunId, live: LiveEvent, _account: RunAccount): void {
    const traced = this.#runs.get(run);
    if (traced === undefined) return;
    if (live.durable) return this.#logged(traced, live.event);
    if (live.event.kind !== "log") return;
    const { level, text } = live.event;
    const span = traced.open.get(unitOf(live))?.span ?? traced.span;
    span.addEvent("log", { "log.severity": level, "log.message": text });
    if (this.#logsGoOut) {
      // The console is what Deno exports as log records.
      // deno-lint-ignore no-console
      context.with(trace.setSpan(traced.inside, span), () => console[level](text));
    }
  }

  stopped(run: RunId, state: RunStateName): void {
    const traced = this.#runs.get(run);
    if (traced === undefined) return;
    for (const { span } of traced.open.values()) span.end();
    traced.span.setAttribute("symphony.state", state);
    if (state === "failed") traced.span.setStatus({ code: SpanStatusCode.ERROR });
    traced.span.end();
    this.#runs.delete(run);
  }

  #logged(traced: TracedRun, event: LoggedEvent): void {
    switch (event.type) {
      case "node.started": {
        const type = useOf(traced.facts.definition, event.scope, event.node);
        const attributes: Attributes = {
          "symphony.node": event.node,
          "symphony.node_type": type,
          "symphony.attempt": event.attempt,
          ...event.scope === undefined ? {} : { "symphony.scope": event.scope },
          ...event.item === undefined ? {} : { "symphony.item": event.item },
          ...event.instrument === undefined ? {} : { "symphony.instrument": event.instrument },
          ...event.reason === undefined ? {} : { "symphony.reason": event.reason },
        };
        const span = this.#tracer.startSpan(event.node, { attributes, startTime: event.at }, traced.inside);
        traced.open.set(unitOf(event), { span, at: event.at, attributes });
        return;
      }
      case "node.completed":
      case "node.failed":
      case "node.retrying":
        return this.#ended(traced, event);
      case "node.waiting":
        traced.span.addEvent(
          "node.waiting",
          { "symphony.node": event.node, "symphony.for": event.for.kind },
          event.at,
        );
        // The attempt is over, whatever the person says.
        if (event.for.kind === "failure") {
          this.#ended(traced, { ...event, type: "node.failed", attempt: 0, failure: event.for.failure });
        }
    }
  }

  #ended({ open }: TracedRun, event: Ended): void {
    const unit = unitOf(event);
    const attempt = open.get(unit);
    if (attempt === undefined) return;
    open.delete(unit);
    const { span, attributes } = attempt;
    const labels: Attributes = {
      "symphony.node_type": attributes["symphony.node_type"] ?? "",
      "symphony.instrument": attributes["symphony.instrument"] ?? "",
      "symphony.outcome": event.type.slice("node.".length),
    };
    this.#used(span, labels, event.type === "node.completed" ? event.usage : event.failure);
    if (event.type !== "node.completed") {
      span.setStatus({ code: SpanStatusCode.ERROR, message: event.failure.message });
      span.setAttribute("error.type", event.failure.class);
      span.recordException({
        name: event.failure.class,
        message: event.failure.message,
        ...event.failure.detail === undefined ? {} : { stack: event.failure.detail },
      }, event.at);
      if (event.recovery !== undefined) {
        span.addEvent("recovery", { action: event.recovery.action, reason: event.recovery.reason }, event.at);
      }
    }
    this.#duration.record((event.at - attempt.at) / 1000, labels);
    span.end(event.at);
  }

  #used(
    span: Span,
    labels: Attributes,
    { tokensIn, tokensOut, costUsd, model, finish }: Usage = {},
  ): void {
    if (tokensIn !== undefined) span.setAttribute("gen_ai.usage.input_tokens", tokensIn);
    if (tokensOut !== undefined) span.setAttribute("gen_ai.usage.output_tokens", tokensOut);
    if (model !== undefined) span.setAttribute("gen_ai.response.model", model);
    if (finish !== undefined) span.setAttribute("gen_ai.response.finish_reasons", [finish]);
    if (costUsd !== undefined) span.setAttribute("symphony.cost_usd", costUsd);
    this.#tokens.add(tokensIn ?? 0, { ...labels, direction: "in" });
    this.#tokens.add(tokensOut ?? 0, { ...labels, direction: "out" });
    this.#cost.add(costUsd ?? 0, labels);
  }
}

function unitOf(
  { scope, node, item }: { readonly scope?: string; readonly node: string; readonly item?: number },
) {
  return `${scope ?? ""}/${node}/${item ?? ""}`;
}
