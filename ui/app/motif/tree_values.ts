/** Values out of a motif's tree, whatever they are. Pure. @module */

import { isObject, type Json, type JsonObject } from "../../../core/json.ts";
import type { TreeNode } from "../../../core/motif/tree.ts";

/** As it is shown: text, numbers and yes or no as they stand, nothing for the rest. */
export function textOf(value: Json | undefined): string {
  return value === undefined || value === null || Array.isArray(value) || isObject(value)
    ? ""
    : String(value);
}

export function numberOf(value: Json | undefined, otherwise: number): number {
  return typeof value === "number" && Number.isFinite(value) ? value : otherwise;
}

export function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

/** The objects of a list. */
export function recordsOf(value: Json | undefined): readonly JsonObject[] {
  return listOf(value).filter(isObject);
}

const tones: Readonly<Record<string, string>> = {
  muted: "muted",
  accent: "info",
  good: "good",
  warn: "warn",
  bad: "bad",
};

/** The class of a tone; empty for a plain one and for one that is not known. */
export function toneOf(props: JsonObject): string {
  const tone = textOf(props["tone"]);
  return Object.hasOwn(tones, tone) ? tones[tone] ?? "" : "";
}

/**
 * A name for each of these siblings, by which they keep their element when others come and go: the node's key, else its
 * place and component. A key that comes twice counts once.
 */
export function childKeys(nodes: readonly TreeNode[]): readonly string[] {
  const used = new Set<string>();
  return nodes.map((node, index) => {
    const named = node.key === undefined ? undefined : `key-${node.key}`;
    const key = named === undefined || used.has(named) ? `at-${index}-${node.is}` : named;
    used.add(key);
    return key;
  });
}

/** True for an address that a link may have. */
export function isHttps(address: string): boolean {
  return /^https:\/\/[^\s]+$/.test(address) && URL.canParse(address);
}

/** The answer, if it comes within `ms`. @throws Error where it does not. */
export async function within<T>(ms: number, what: string, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} gave no answer within ${ms / 1000} s`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
