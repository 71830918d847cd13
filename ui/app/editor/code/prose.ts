/** Words with pieces of code between fences, as an element. @module */

export function prose(words: string): HTMLElement {
  const box = document.createElement("div");
  box.className = "editor-prose";
  for (const [at, part] of words.split(/^`{3,}\w*$/m).entries()) {
    if (part.trim() === "") continue;
    const block = document.createElement(at % 2 === 1 ? "pre" : "p");
    block.textContent = part.trim();
    box.append(block);
  }
  return box;
}
