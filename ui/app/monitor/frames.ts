/** Work for the next frame; where no frames come (a hidden tab), soon all the same. @module */

const HIDDEN_MS = 250;

/** Runs `work` once, before the next paint. */
export function nextFrame(work: () => void): void {
  if (document.hidden) setTimeout(work, HIDDEN_MS);
  else requestAnimationFrame(work);
}
