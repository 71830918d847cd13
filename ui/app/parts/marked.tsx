/** Text that was found, with what it was found by marked. @module */

/** The text with the letters at `places` marked. */
export function Marked({ text, places }: { readonly text: string; readonly places: readonly number[] }) {
  if (places.length === 0) return <>{text}</>;
  const marked = new Set(places);
  const parts: { text: string; isMarked: boolean }[] = [];
  for (let i = 0; i < text.length; i++) {
    const isMarked = marked.has(i);
    const last = parts.at(-1);
    if (last?.isMarked === isMarked) last.text += text[i];
    else parts.push({ text: text[i] as string, isMarked });
  }
  return <>{parts.map((part, index) => part.isMarked ? <mark key={index}>{part.text}</mark> : part.text)}</>;
}
