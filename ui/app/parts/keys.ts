/**
 * Key chords as text: `mod+shift+z`, `g b` (one after the other), `delete`. `mod` is Command on a Mac and Control elsewhere.
 *
 * @module
 */

const isMac = /Mac|iP(hone|ad)/.test(globalThis.navigator?.platform ?? "");

const names: Readonly<Record<string, string>> = {
  mod: isMac ? "⌘" : "Ctrl",
  shift: isMac ? "⇧" : "Shift",
  alt: isMac ? "⌥" : "Alt",
  ctrl: "Ctrl",
  enter: "Enter",
  escape: "Esc",
  delete: "Del",
  backspace: "⌫",
  space: "Space",
  up: "↑",
  down: "↓",
  left: "←",
  right: "→",
};

/** As people read it: `Ctrl+Shift+Z`. */
export function keyText(keys: string): string {
  return keys.split(" ").map((chord) =>
    chord.split("+").map((key) => names[key] ?? (key.length === 1 ? key.toUpperCase() : capital(key)))
      .join(isMac ? "" : "+")
  ).join(" then ");
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** What was pressed, in the same writing; undefined for a modifier alone. */
export function chordOf(event: KeyboardEvent): string | undefined {
  const key = event.key.toLowerCase();
  if (key === "control" || key === "shift" || key === "alt" || key === "meta") return undefined;
  const name = key === " " ? "space" : key.startsWith("arrow") ? key.slice(5) : key;
  const parts: string[] = [];
  if (isMac ? event.metaKey : event.ctrlKey) parts.push("mod");
  if (isMac && event.ctrlKey) parts.push("ctrl");
  if (event.altKey) parts.push("alt");
  // A shifted sign is that sign: "?" rather than "shift+?".
  if (event.shiftKey && (name.length > 1 || /[a-z]/.test(name))) parts.push("shift");
  parts.push(name);
  return parts.join("+");
}

/** A chord of a manifest (`shift+ctrl+k`, modifiers in any order) as `chordOf` writes it on this machine. */
export function ownChord(chord: string): string {
  const parts = chord.split("+");
  const key = parts.pop() ?? "";
  const has = new Set(
    parts.map((part) => part === "mod" || part === (isMac ? "meta" : "ctrl") ? "mod" : part),
  );
  return [...["mod", "ctrl", "alt", "shift"].filter((part) => has.has(part)), key].join("+");
}

/** True where typing belongs to the element: text fields, editable text. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (
    target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement
  ) {
    return true;
  }
  return target instanceof HTMLInputElement &&
    !["checkbox", "radio", "button", "range"].includes(target.type);
}
