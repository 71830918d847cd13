/** What a form's fields cannot take as it stands there; the platform's own validity of controls carries it. @module */

/** Puts focus on the first control below `root` that holds what it cannot take; false where there is none. */
export function focusFault(root: ParentNode): boolean {
  const controls = root.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>("input, textarea");
  const first = [...controls].find(({ validity }) => validity.customError);
  first?.focus();
  first?.scrollIntoView({ block: "nearest" });
  return first !== undefined;
}

/** Why a text is no number; undefined where it is one, or empty. */
export function numberFault(text: string): string | undefined {
  const typed = text.trim();
  if (typed === "" || Number.isFinite(Number(typed))) return undefined;
  return `Expected a number, as 3 or 0.5, found "${typed.length > 40 ? `${typed.slice(0, 40)}…` : typed}"`;
}
