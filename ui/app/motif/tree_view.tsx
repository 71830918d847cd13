/**
 * Draws a motif's tree as parts of the page. Text stays text: nothing of an extension becomes markup, style or address,
 * except https links that open apart and Markdown that DOMPurify has cut.
 *
 * @module
 */

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { isObject, type Json, type JsonObject } from "../../../core/json.ts";
import type { TreeEventName } from "../../../core/motif/components.ts";
import type { TreeEvent, TreeNode } from "../../../core/motif/tree.ts";
import { Button } from "../parts/button.tsx";
import { useApp } from "../state/app.ts";
import { useResource } from "../state/resource.ts";
import { childKey, isHttps, listOf, numberOf, textOf, toneOf } from "./tree_values.ts";

export type OnTreeEvent = (event: TreeEvent) => void;

export interface TreeProps {
  readonly node: TreeNode;
  readonly onEvent: OnTreeEvent;
}

/** A change is sent when typing has stopped for this long. */
const TYPING_MS = 300;
const MAX_ROWS = 500;

export function TreeView({ node, onEvent }: TreeProps) {
  const { props, on } = node;
  const children = node.children.map((child, index) => (
    <TreeView key={childKey(child, index)} node={child} onEvent={onEvent} />
  ));
  const send = (name: TreeEventName, value?: Json) => {
    const id = on[name];
    if (id !== undefined) onEvent({ id, name, ...value === undefined ? {} : { value } });
  };
  const text = textOf(props["value"]);
  const step = (name: string) => `${4 * numberOf(props[name], 0)}px`;
  switch (node.is) {
    case "stack":
      return (
        <div
          class={`motif-stack ${props["direction"] === "row" ? "is-row" : ""}`}
          style={{
            gap: step("gap"),
            padding: step("padding"),
            alignItems: props["align"] === undefined ? "" : textOf(props["align"]),
            flexWrap: props["wrap"] === true ? "wrap" : "",
          }}
        >
          {children}
        </div>
      );
    case "grid": {
      const columns = `repeat(${numberOf(props["columns"], 1)}, minmax(0, 1fr))`;
      return (
        <div class="motif-grid" style={{ gridTemplateColumns: columns, gap: step("gap") }}>{children}</div>
      );
    }
    case "card":
      return (
        <section class="motif-card">
          {props["title"] === undefined ? null : <strong>{textOf(props["title"])}</strong>}
          {on.click === undefined ? null : <Button small onClick={() => send("click")}>Open or close</Button>}
          {props["collapsed"] === true ? null : children}
        </section>
      );
    case "tabs": {
      const chosen = numberOf(props["chosen"], 0);
      return (
        <div class="motif-stack">
          <div class="row" role="group" aria-label="Parts">
            {listOf(props["labels"]).map((one, index) => (
              <Button
                key={index}
                small
                aria-pressed={index === chosen}
                onClick={() => send("select", index)}
              >
                {textOf(one)}
              </Button>
            ))}
          </div>
          {children[chosen]}
        </div>
      );
    }
    case "scroll":
      return (
        <div
          class="motif-scroll"
          tabIndex={0}
          role="region"
          aria-label="Scrolls"
          style={{ height: `${numberOf(props["height"], 240)}px` }}
        >
          {children}
        </div>
      );
    case "divider":
      return <hr />;
    case "heading":
      return <h2>{text}</h2>;
    case "text":
      return (
        <span class={`motif-text ${toneOf(props)} ${props["mono"] === true ? "mono" : ""}`}>
          {props["weight"] === "bold" ? <strong>{text}</strong> : text}
        </span>
      );
    case "markdown":
      return <Markdown text={text} />;
    case "code":
      return <pre class="motif-code mono" tabIndex={0}>{text}</pre>;
    case "link": {
      const href = textOf(props["href"]);
      if (!isHttps(href)) return <span>{text}</span>;
      const ask = (event: MouseEvent) => {
        if (!confirm(`Open ${href} in the browser?`)) event.preventDefault();
      };
      return <a href={href} target="_blank" rel="noopener noreferrer" onClick={ask}>{text}</a>;
    }
    case "badge":
      return <span class={`badge ${toneOf(props)}`}>{text}</span>;
    case "icon":
      return <span class="faint">{textOf(props["label"])}</span>;
    case "image":
      return <Picture props={props} />;
    case "alert":
    case "empty":
      return (
        <div class={`motif-card ${toneOf(props)}`} role={node.is === "alert" ? "status" : undefined}>
          <strong>{textOf(props["title"])}</strong>
          {text === "" ? null : <p>{text}</p>}
          {children}
          {on.close === undefined ? null : <Button small onClick={() => send("close")}>Close</Button>}
        </div>
      );
    case "progress": {
      const label = textOf(props["label"]);
      const value = props["value"];
      return (
        <label class="motif-stack">
          <span>{label === "" ? "Progress" : label}</span>
          <progress
            max={numberOf(props["max"], 1)}
            {...typeof value === "number" ? { value } : {}}
          />
        </label>
      );
    }
    case "figures":
      return (
        <dl class="motif-figures">
          {listOf(props["rows"]).filter(isObject).map((row, index) => (
            <div key={index}>
              <dt>{textOf(row["name"])}</dt>
              <dd class={toneOf(row)}>{textOf(row["value"])}</dd>
            </div>
          ))}
        </dl>
      );
    case "table":
      return (
        <Table
          props={props}
          onSelect={on.select === undefined ? undefined : (row) => send("select", row)}
        />
      );
    case "list":
      return (
        <ul class="motif-list">
          {listOf(props["items"]).filter(isObject).slice(0, MAX_ROWS).map((item, index) => {
            const value = textOf(item["value"]);
            const label = textOf(item["label"] ?? item["value"]);
            const isChosen = props["chosen"] === value;
            return (
              <li key={`${value}/${index}`}>
                {on.select === undefined
                  ? label
                  : (
                    <Button small aria-pressed={isChosen} onClick={() => send("select", value)}>
                      {label}
                    </Button>
                  )}
                <span class="muted">{textOf(item["detail"])}</span>
              </li>
            );
          })}
        </ul>
      );
    case "chart":
      return <Chart props={props} />;
    case "button":
      return (
        <Button
          disabled={props["disabled"] === true}
          look={props["tone"] === "accent" ? "primary" : props["tone"] === "bad" ? "danger" : undefined}
          onClick={() => send("click")}
        >
          {textOf(props["label"])}
        </Button>
      );
    case "input":
    case "area":
      return <Typed node={node} send={send} />;
    case "select":
      return (
        <Labelled props={props}>
          <select
            class="input"
            value={text}
            disabled={props["disabled"] === true}
            onChange={({ currentTarget }) => send("change", currentTarget.value)}
          >
            {listOf(props["options"]).filter(isObject).map((one, index) => (
              <option key={index} value={textOf(one["value"])}>{textOf(one["label"] ?? one["value"])}</option>
            ))}
          </select>
        </Labelled>
      );
    case "checkbox":
      return (
        <label class="row">
          <input
            type="checkbox"
            checked={props["value"] === true}
            disabled={props["disabled"] === true}
            onChange={({ currentTarget }) => send("change", currentTarget.checked)}
          />
          {textOf(props["label"])}
        </label>
      );
    case "slider":
      return (
        <Labelled props={props}>
          <input
            type="range"
            min={numberOf(props["min"], 0)}
            max={numberOf(props["max"], 1)}
            step={numberOf(props["step"], 1)}
            value={numberOf(props["value"], 0)}
            onChange={({ currentTarget }) => send("change", Number(currentTarget.value))}
          />
        </Labelled>
      );
    default:
      return <div class="motif-card">{node.is}</div>;
  }
}

function Labelled({ props, children }: { readonly props: JsonObject; readonly children: ComponentChildren }) {
  return (
    <label class="motif-stack">
      <span>{textOf(props["label"])}</span>
      {children}
    </label>
  );
}

/** Keeps what is being typed: the extension's value counts only while the field has no focus. */
function Typed(
  { node: { is, props, on }, send }: {
    readonly node: TreeNode;
    readonly send: (name: TreeEventName, value?: Json) => void;
  },
) {
  const given = textOf(props["value"]);
  const [typed, setTyped] = useState(given);
  const hasFocus = useRef(false);
  const timer = useRef<number | undefined>(undefined);
  useEffect(() => {
    if (!hasFocus.current) setTyped(given);
  }, [given]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const latest = useRef(send);
  latest.current = send;
  const valueOf = (value: string): Json => props["kind"] === "number" ? Number(value) : value;
  const shared = {
    class: is === "area" ? "textarea" : "input",
    value: typed,
    placeholder: textOf(props["placeholder"]),
    disabled: props["disabled"] === true,
    onFocus: () => hasFocus.current = true,
    onBlur: () => hasFocus.current = false,
    onInput: (event: Event) => {
      const { value } = event.currentTarget as HTMLInputElement;
      setTyped(value);
      clearTimeout(timer.current);
      timer.current = setTimeout(() => latest.current("change", valueOf(value)), TYPING_MS);
    },
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key !== "Enter" || on.submit === undefined || (is === "area" && !event.ctrlKey)) return;
      clearTimeout(timer.current);
      send("submit", valueOf(typed));
    },
  };
  return (
    <Labelled props={props}>
      {is === "area"
        ? <textarea {...shared} rows={numberOf(props["rows"], 4)} />
        : <input {...shared} type={props["kind"] === "number" ? "number" : "text"} />}
    </Labelled>
  );
}

function Table(
  { props, onSelect }: { readonly props: JsonObject; readonly onSelect: ((row: number) => void) | undefined },
) {
  const columns = listOf(props["columns"]).filter(isObject);
  const rows = listOf(props["rows"]).filter(isObject);
  return (
    <div class="motif-scroll" tabIndex={0} role="region" aria-label="Table">
      <table class="monitor-table">
        <thead>
          <tr>
            {onSelect === undefined ? null : <th>Row</th>}
            {columns.map((column, index) => <th key={index}>{textOf(column["title"] ?? column["key"])}</th>)}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, MAX_ROWS).map((row, at) => (
            <tr key={at}>
              {onSelect === undefined ? null : (
                <td>
                  <Button
                    small
                    aria-label={`Choose row ${at + 1}`}
                    aria-pressed={props["chosen"] === at}
                    onClick={() => onSelect(at)}
                  >
                    {at + 1}
                  </Button>
                </td>
              )}
              {columns.map((column, index) => <td key={index}>{textOf(row[textOf(column["key"])])}</td>)}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > MAX_ROWS ? <p class="muted">{rows.length - MAX_ROWS} more rows</p> : null}
    </div>
  );
}

function Chart({ props }: { readonly props: JsonObject }) {
  const rows = listOf(props["series"]).filter(isObject).map((one) =>
    listOf(one["values"]).map((value) => numberOf(value, 0))
  );
  const most = rows.flat().reduce((a, b) => Math.max(a, b), 1);
  const least = rows.flat().reduce((a, b) => Math.min(a, b), 0);
  const y = (value: number) => 100 - 100 * (value - least) / (most - least);
  return (
    <svg
      class="motif-chart"
      viewBox="0 0 300 100"
      preserveAspectRatio="none"
      role="img"
      aria-label={textOf(props["label"])}
    >
      {rows.map((values, row) => {
        const wide = 300 / Math.max(1, values.length);
        return props["kind"] === "bar"
          ? values.map((value, at) => (
            <rect
              key={`${row}/${at}`}
              x={at * wide + row * wide / rows.length}
              y={Math.min(y(value), y(0))}
              width={0.8 * wide / rows.length}
              height={Math.abs(y(0) - y(value))}
            />
          ))
          : (
            <polyline
              key={row}
              points={values.map((value, at) => `${(at + 0.5) * wide},${y(value)}`).join(" ")}
            />
          );
      })}
    </svg>
  );
}

function Markdown({ text }: { readonly text: string }) {
  const [html, setHtml] = useState<string | undefined>(undefined);
  useEffect(() => {
    let isOld = false;
    import("../monitor/artifacts/markdown.ts").then(({ markdownHtml }) =>
      isOld || setHtml(markdownHtml(text))
    )
      .catch(() => undefined);
    return () => isOld = true;
  }, [text]);
  if (html === undefined) return <div class="motif-text">{text}</div>;
  // deno-lint-ignore react-no-danger -- cut by DOMPurify
  return <div class="monitor-markdown" dangerouslySetInnerHTML={{ __html: html }} />;
}

function Picture({ props }: { readonly props: JsonObject }) {
  const { client } = useApp();
  const id = textOf(props["artifact"]);
  const [address, setAddress] = useState<string | undefined>(undefined);
  const loaded = useResource(async (_api, signal) => {
    const response = await fetch(client.address("GET /artifacts/{id}/raw", { params: { id } }), { signal });
    if (!response.ok) throw new Error(`The server answered ${response.status}`);
    return await response.blob();
  }, [id]);
  useEffect(() => {
    if (loaded.value === undefined) return;
    const made = URL.createObjectURL(loaded.value);
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [loaded.value]);
  if (address === undefined) return <span class="muted">{textOf(props["alt"])}</span>;
  const height = props["height"];
  return (
    <img
      class="motif-image"
      src={address}
      alt={textOf(props["alt"])}
      style={typeof height === "number" ? { height: `${height}px` } : {}}
    />
  );
}
