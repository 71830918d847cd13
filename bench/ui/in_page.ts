/**
 * What is done inside the page to measure it. Each function is sent there as its text: it uses nothing from outside itself.
 *
 * @module
 */

/** Drags over an element, once a frame; the gaps between frames, and the longest task over 50 ms. */
export async function dragOver(
  { selector, moves }: { readonly selector: string; readonly moves: number },
): Promise<{ gaps: number[]; longest: number }> {
  const element = document.querySelector(selector) as HTMLElement;
  const box = element.getBoundingClientRect();
  const [x, y] = [box.left + box.width * 0.55, box.top + box.height * 0.35];
  const fire = (name: string, dx: number) => {
    const shared = {
      bubbles: true,
      cancelable: true,
      view: window,
      clientX: x + dx,
      clientY: y + dx / 3,
      button: 0,
      buttons: 1,
      pointerId: 1,
      pointerType: "mouse",
      isPrimary: true,
    };
    element.dispatchEvent(new PointerEvent(`pointer${name}`, shared));
    (name === "down" ? element : window).dispatchEvent(new MouseEvent(`mouse${name}`, shared));
  };
  // A pointer made by script cannot be captured.
  element.setPointerCapture = () => undefined;
  let longest = 0;
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) longest = Math.max(longest, entry.duration);
  });
  observer.observe({ type: "longtask" });
  const frame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve));
  const gaps: number[] = [];
  fire("down", 0);
  let last = await frame();
  for (let move = 1; move <= moves; move++) {
    fire("move", -move * 6);
    const now = await frame();
    gaps.push(now - last);
    last = now;
  }
  fire("up", -moves * 6);
  await frame();
  observer.disconnect();
  return { gaps, longest };
}

/** From a letter in a field to behind the frame that shows it, in milliseconds. */
export async function typeInto(
  { selector, letters }: { readonly selector: string; readonly letters: number },
): Promise<number[]> {
  const field = document.querySelector(selector) as HTMLInputElement;
  const times: number[] = [];
  for (let i = 0; i < letters; i++) {
    await new Promise((resolve) => setTimeout(resolve, 60));
    const began = performance.now();
    field.value += "x";
    field.dispatchEvent(new Event("input", { bubbles: true }));
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 0)));
    times.push(performance.now() - began);
  }
  return times;
}

/** Runs before the page's own scripts: notes every task over 50 ms. */
export function noteLongTasks(): void {
  const long: number[] = [];
  // deno-lint-ignore no-explicit-any -- read back by the bench
  (globalThis as any).longTasks = long;
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) long.push(duration);
  }).observe({ type: "longtask", buffered: true });
}

/** The tasks over 50 ms since it was asked last, in milliseconds. */
export function takeLongTasks(): number[] {
  // deno-lint-ignore no-explicit-any -- noted by the function above
  return (globalThis as any).longTasks.splice(0);
}
