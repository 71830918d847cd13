/** Components of a motif's tree that say something: texts, links, pictures, notices. @module */

import { useEffect, useState } from "preact/hooks";
import { Button, IconButton } from "../parts/button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { Icon, iconNamed } from "../parts/icon.tsx";
import { useApp } from "../state/app.ts";
import { useResource } from "../state/resource.ts";
import { isHttps, numberOf, textOf, toneOf } from "./tree_values.ts";
import type { Part } from "./tree_view.tsx";

/** Painting more would hold the page up. */
const MAX_PAINTED = 60_000;

/** The page's own heading is the first level. */
const Heading: Part = ({ node: { props } }) => {
  const text = textOf(props["value"]);
  switch (numberOf(props["level"], 1)) {
    case 1:
      return <h2>{text}</h2>;
    case 2:
      return <h3>{text}</h3>;
    case 3:
      return <h4>{text}</h4>;
    default:
      return <h5>{text}</h5>;
  }
};

const Text: Part = ({ node: { props } }) => {
  const text = textOf(props["value"]);
  const lines = props["lines"];
  const classes = [
    "motif-text",
    toneOf(props),
    props["mono"] === true ? "mono" : "",
    props["size"] === "small" || props["size"] === "large" ? `is-${textOf(props["size"])}` : "",
    typeof lines === "number" ? "is-cut" : "",
  ];
  return (
    <span
      class={classes.filter((one) => one !== "").join(" ")}
      style={typeof lines === "number" ? { webkitLineClamp: String(lines) } : {}}
    >
      {props["weight"] === "bold" ? <strong>{text}</strong> : text}
    </span>
  );
};

const Markdown: Part = ({ node: { props } }) => {
  const text = textOf(props["value"]);
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
};

const Code: Part = ({ node: { props } }) => {
  const text = textOf(props["value"]);
  const language = textOf(props["language"]);
  const [painted, setPainted] = useState<readonly string[] | undefined>(undefined);
  useEffect(() => {
    setPainted(undefined);
    if (language === "" || text.length > MAX_PAINTED) return;
    let isOld = false;
    import("../monitor/artifacts/highlight.ts").then(({ highlightedLines }) =>
      isOld || setPainted(highlightedLines(text, language))
    ).catch(() => undefined);
    return () => isOld = true;
  }, [text, language]);
  const hasNumbers = props["numbers"] === true;
  return (
    <pre class="motif-code mono" tabIndex={0} aria-label="Source text">
      {painted === undefined && !hasNumbers ? text : text.split("\n").map((line, index) => (
        <CodeLine key={index} line={line} html={painted?.[index]} number={hasNumbers ? index + 1 : undefined} />
      ))}
    </pre>
  );
};

function CodeLine({ line, html, number }: {
  readonly line: string;
  readonly html: string | undefined;
  readonly number: number | undefined;
}) {
  // deno-lint-ignore react-no-danger -- highlight.js escapes the text; only its own spans are markup
  const shown = html === undefined
    ? <span>{line}</span>
    : <span dangerouslySetInnerHTML={{ __html: html }} />;
  return (
    <span class="motif-code-line">
      {number === undefined ? null : <span class="numbers faint" aria-hidden="true">{number}</span>}
      {shown}
    </span>
  );
}

const Link: Part = ({ node: { props } }) => {
  const [isAsking, setAsking] = useState(false);
  const text = textOf(props["value"]);
  const href = textOf(props["href"]);
  if (!isHttps(href)) return <span>{text}</span>;
  const close = () => setAsking(false);
  return (
    <>
      <button type="button" class="motif-link" data-tip={href} onClick={() => setAsking(true)}>
        {text}
        <Icon name="link" size={12} />
      </button>
      {isAsking
        ? (
          <Dialog
            title="Open a page in the browser?"
            onClose={close}
            foot={
              <>
                <Button onClick={close}>Stay here</Button>
                <a
                  class="button primary"
                  href={href}
                  target="_blank"
                  rel="noopener noreferrer"
                  onClick={close}
                >
                  Open it
                </a>
              </>
            }
          >
            <p>An extension shows this link. It leads to:</p>
            <p class="mono motif-address">{href}</p>
          </Dialog>
        )
        : null}
    </>
  );
};

const Badge: Part = ({ node: { props } }) => (
  <span class={`badge motif-badge ${toneOf(props)}`}>{textOf(props["value"])}</span>
);

const IconPart: Part = ({ node: { props } }) => {
  const name = iconNamed(props["name"]);
  const label = textOf(props["label"]);
  if (name === undefined) return label === "" ? null : <span class="faint">{label}</span>;
  return <Icon name={name} class={`motif-icon ${toneOf(props)}`} {...label === "" ? {} : { label }} />;
};

const Picture: Part = ({ node: { props } }) => {
  const { client } = useApp();
  const id = textOf(props["artifact"]);
  const alt = textOf(props["alt"]);
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
  if (loaded.error !== undefined) return <span class="faint">{alt} (the picture is not there)</span>;
  if (address === undefined) return <span class="faint">{alt}</span>;
  const height = props["height"];
  return (
    <img
      class="motif-image"
      src={address}
      alt={alt}
      style={typeof height === "number" ? { height: `${height}px` } : {}}
    />
  );
};

const alertIcons: Readonly<Record<string, "good" | "warn" | "bad" | "info">> = {
  good: "good",
  warn: "warn",
  bad: "bad",
};

const Alert: Part = ({ node: { props, on }, send, children }) => {
  const tone = toneOf(props);
  const text = textOf(props["value"]);
  return (
    <div class={`motif-card motif-alert ${tone}`} role="status">
      <div class="row">
        <Icon name={alertIcons[tone] ?? "info"} />
        <strong class="grow">{textOf(props["title"])}</strong>
        {on.close === undefined ? null : (
          <IconButton
            small
            icon="close"
            label={`Close: ${textOf(props["title"])}`}
            onClick={() => send("close")}
          />
        )}
      </div>
      {text === "" ? null : <p>{text}</p>}
      {children}
    </div>
  );
};

const Empty: Part = ({ node: { props } }) => (
  <div class="motif-empty">
    <Icon name="extension" size={24} />
    <strong>{textOf(props["title"])}</strong>
    {props["value"] === undefined ? null : <span class="muted">{textOf(props["value"])}</span>}
  </div>
);

export const textParts: Readonly<Record<string, Part>> = {
  heading: Heading,
  text: Text,
  markdown: Markdown,
  code: Code,
  link: Link,
  badge: Badge,
  icon: IconPart,
  image: Picture,
  alert: Alert,
  empty: Empty,
};
