/** Text and bytes as numbered lines, those in sight only. @module */

import { useEffect, useMemo, useState } from "preact/hooks";
import { VirtualList } from "../../parts/virtual_list.tsx";

const ROW_PX = 20;
/** Painting more would hold the page up. */
const MAX_HIGHLIGHTED = 60_000;
const MAX_LINE = 4000;
const HEX_ROW = 16;

export function TextLines(
  { text, label, language }: { readonly text: string; readonly label: string; readonly language?: string },
) {
  const lines = useMemo(() => text.replace(/\n$/, "").split("\n"), [text]);
  const [painted, setPainted] = useState<readonly string[] | undefined>(undefined);
  useEffect(() => {
    setPainted(undefined);
    if (language === undefined || text.length > MAX_HIGHLIGHTED) return;
    let isOld = false;
    import("./highlight.ts").then(({ highlightedLines }) =>
      isOld || setPainted(highlightedLines(text, language))
    )
      .catch(() => undefined);
    return () => isOld = true;
  }, [text, language]);
  const longest = useMemo(
    () => Math.min(MAX_LINE, lines.reduce((most, { length }) => Math.max(most, length), 0)),
    [lines],
  );
  return (
    <div class="monitor-text" style={{ "--line-length": `${longest + 10}ch` }}>
      <VirtualList
        label={label}
        count={lines.length}
        rowPx={ROW_PX}
        row={(index) => (
          <div class="monitor-text-row">
            <span class="numbers">{index + 1}</span>
            {painted?.[index] === undefined
              ? <span>{(lines[index] ?? "").slice(0, MAX_LINE)}</span>
              // deno-lint-ignore react-no-danger -- highlight.js escapes the text; only its own spans are markup
              : <span dangerouslySetInnerHTML={{ __html: painted[index] ?? "" }} />}
          </div>
        )}
      />
    </div>
  );
}

export function HexLines({ bytes }: { readonly bytes: Uint8Array }) {
  const hex = (value: number, digits: number) => value.toString(16).padStart(digits, "0");
  return (
    <div class="monitor-text">
      <VirtualList
        label="Bytes"
        count={Math.ceil(bytes.length / HEX_ROW)}
        rowPx={ROW_PX}
        row={(index) => {
          const part = bytes.subarray(index * HEX_ROW, (index + 1) * HEX_ROW);
          return (
            <div class="monitor-text-row">
              <span class="numbers">{hex(index * HEX_ROW, 6)}</span>
              <span>
                {Array.from(part, (byte) => hex(byte, 2)).join(" ").padEnd(HEX_ROW * 3)}{" "}
                {Array.from(part, (byte) => byte >= 32 && byte < 127 ? String.fromCharCode(byte) : "·").join(
                  "",
                )}
              </span>
            </div>
          );
        }}
      />
    </div>
  );
}
