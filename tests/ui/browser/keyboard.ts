/**
 * A person at the keyboard, without a mouse: presses keys and never touches the page otherwise. What such a person could not
 * live with is kept as a fault: focus that is nowhere, a focused thing without a name, or one that no ring marks.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { Browser, CDPSession, Page } from "playwright-core";
import { axeFaults, faultsOf, type MonitorRig } from "./monitor_rig.ts";

/** What has the focus, as a screen reader is told of it. */
export interface Focused {
  readonly role: string;
  readonly name: string;
  /** What the arrows have chosen in it, where it has such. */
  readonly active: string;
}

/** Frames without focus until it counts as lost: what takes the place of something may need one or two to be drawn. */
const LOST_FRAMES = 12;
const MOST_TABS = 32;

/** A page at a place of the application, walked by keys alone; at its end nothing may have gone wrong on the way. */
export async function walk(
  rig: MonitorRig,
  browser: Browser,
  place: string,
  run: (keyboard: Keyboard, page: Page) => Promise<void>,
): Promise<void> {
  let taken: Keyboard | undefined;
  const { page, faults } = await rig.open(browser, place, { reducedMotion: "reduce" }, async (page) => {
    taken = await Keyboard.take(page);
  });
  const keyboard = taken as Keyboard;
  try {
    await run(keyboard, page);
  } catch (error) {
    const said = await page.locator(".toast, [role=alert]").allTextContents();
    throw new Error(
      `While: ${keyboard.at}. On the page: ${said.join("; ")}. Faults: ${keyboard.faults.join("; ")}`,
      {
        cause: error,
      },
    );
  }
  assert.deepEqual(keyboard.faults, []);
  assert.deepEqual(faultsOf(faults), []);
  await page.context().close();
}

export class Keyboard {
  readonly page: Page;
  readonly #devtools: CDPSession;
  readonly faults: string[] = [];
  #step = "";

  private constructor(page: Page, devtools: CDPSession) {
    this.page = page;
    this.#devtools = devtools;
  }

  /** Takes the keyboard of a page, before it is at its address. */
  static async take(page: Page): Promise<Keyboard> {
    const devtools = await page.context().newCDPSession(page);
    const keyboard = new Keyboard(page, devtools);
    await page.exposeBinding(
      "keyboardFault",
      (_source, fault: string) => void keyboard.faults.push(`${keyboard.#step}: ${fault}`),
    );
    await page.addInitScript(watchFocus, LOST_FRAMES);
    await page.addInitScript(watchRings);
    return keyboard;
  }

  get at(): string {
    return this.#step;
  }

  /** Says what is done next, for the faults. */
  step(name: string): void {
    this.#step = name;
  }

  /** Axe finds nothing here, and the contrast holds in the other themes, too. */
  async clean(): Promise<void> {
    for (const fault of await axeFaults(this.page)) this.faults.push(`${this.#step}: ${fault}`);
    const wrong = await this.page.evaluate(contrastElsewhere);
    for (const fault of wrong) this.faults.push(`${this.#step}: ${fault}`);
  }

  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  async type(text: string): Promise<void> {
    await this.page.keyboard.type(text);
  }

  /** What has the focus now, as the browser tells a screen reader. */
  async focused(): Promise<Focused> {
    const { result } = await this.#devtools.send("Runtime.evaluate", {
      expression: "document.activeElement",
    });
    if (result.objectId === undefined) return { role: "none", name: "", active: "" };
    const { nodes } = await this.#devtools.send("Accessibility.getPartialAXTree", {
      objectId: result.objectId,
      fetchRelatives: false,
    });
    const role = String(nodes[0]?.role?.value ?? "none");
    const active = /^(listbox|combobox)$/.test(role) ? await this.page.evaluate(activeText) : "";
    return { role, name: String(nodes[0]?.name?.value ?? "").trim(), active };
  }

  /**
   * Presses Tab until a thing of this role and name has the focus; gives how often. Fails after `most`, saying what was met.
   * Everything that is met on the way has to have a name.
   */
  async tabTo(
    role: string,
    name: string | RegExp,
    { most = MOST_TABS, back = false }: { readonly most?: number; readonly back?: boolean } = {},
  ): Promise<number> {
    const met: string[] = [];
    for (let presses = 0; presses <= most; presses++) {
      if (presses > 0) await this.page.keyboard.press(back ? "Shift+Tab" : "Tab");
      const at = await this.focused();
      if (at.name === "" && !/^(RootWebArea|none)$/.test(at.role)) {
        const html = await this.page.evaluate(() => document.activeElement?.outerHTML.slice(0, 160) ?? "");
        this.faults.push(`${this.#step}: a ${at.role} without a name: ${html}`);
      }
      if (at.role === role && (typeof name === "string" ? at.name === name : name.test(at.name))) {
        return presses;
      }
      met.push(`${at.role} "${at.name.slice(0, 60)}"`);
    }
    throw new Error(
      `${this.#step}: no ${role} ${name} within ${most} presses of Tab. Met: ${met.join(", ")}`,
    );
  }

  /** Presses an arrow until what it has chosen is called so. */
  async arrowTo(key: string, name: RegExp, most = 40): Promise<void> {
    const met: string[] = [];
    for (let presses = 0; presses <= most; presses++) {
      const at = await this.focused();
      const here = at.active === "" ? at.name : at.active;
      if (name.test(here)) return;
      met.push(here.slice(0, 60));
      await this.page.keyboard.press(key);
    }
    throw new Error(
      `${this.#step}: nothing called ${name} within ${most} presses of ${key}. Met: ${met.join(", ")}`,
    );
  }
}

/** In the page: what the arrows have chosen in what has the focus. */
function activeText(): string {
  const id = document.activeElement?.getAttribute("aria-activedescendant");
  const element = id === null || id === undefined ? null : document.getElementById(id);
  return (element?.getAttribute("aria-label") ?? element?.textContent ?? "").trim();
}

/** In the page, where axe is by now: what cannot be read in the themes that are not chosen. */
async function contrastElsewhere(): Promise<string[]> {
  // deno-lint-ignore no-explicit-any -- axe brings no types into the page
  const { axe } = globalThis as any;
  const { dataset } = document.documentElement;
  const before = dataset["theme"];
  const found: string[] = [];
  for (const theme of ["dark", "contrast"]) {
    dataset["theme"] = theme;
    await new Promise(requestAnimationFrame);
    await Promise.allSettled(document.getAnimations().map(({ finished }) => finished));
    const { violations } = await axe.run(document, {
      runOnly: ["color-contrast"],
      resultTypes: ["violations"],
    });
    for (const { nodes } of violations) {
      for (const { html, failureSummary } of nodes) {
        found.push(`in ${theme}: ${html.slice(0, 160)} ${failureSummary.slice(0, 240)}`);
      }
    }
  }
  if (before === undefined) delete dataset["theme"];
  else dataset["theme"] = before;
  return found;
}

/** In the page: tells when the focus is nowhere for some frames, once it has been somewhere. */
function watchFocus(lostFrames: number): void {
  let last: string | undefined;
  let frames = 0;
  const tell = (globalThis as unknown as { keyboardFault: (fault: string) => void }).keyboardFault;
  addEventListener("focusin", (event) => {
    if (event.target instanceof Element) last = event.target.outerHTML.slice(0, 160);
  });
  const look = () => {
    const isNowhere = document.activeElement === document.body || document.activeElement === null;
    frames = isNowhere && last !== undefined ? frames + 1 : 0;
    if (frames === lostFrames) tell(`the focus was lost after ${last}`);
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

/** In the page: tells when something has the focus and nothing shows it. */
function watchRings(): void {
  const tell = (globalThis as unknown as { keyboardFault: (fault: string) => void }).keyboardFault;
  const told = new Set<string>();
  const isMarked = (element: Element): boolean => {
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
    return (outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 1) || boxShadow !== "none";
  };
  const look = (target: EventTarget | null, frames: number): void => {
    requestAnimationFrame(() => {
      if (!(target instanceof HTMLElement) || document.activeElement !== target || target.id === "main") {
        return;
      }
      // Text is marked at its edge, where the numbers of its lines are.
      const edge = target.closest(".cm-editor")?.querySelector(".cm-gutters");
      if (isMarked(target) || (edge instanceof Element && isMarked(edge))) return;
      if (frames > 0) return look(target, frames - 1);
      const html = target.outerHTML.slice(0, 160);
      if (!told.has(html)) tell(`no ring marks ${html}`);
      told.add(html);
    });
  };
  addEventListener("focusin", ({ target }) => look(target, 12));
}
