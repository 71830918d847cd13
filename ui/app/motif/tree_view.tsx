/**
 * Draws a motif's tree as parts of the page. Text stays text: nothing of an extension becomes markup, style or address,
 * except https links that open apart and Markdown that DOMPurify has cut.
 *
 * @module
 */

import type { ComponentChildren, FunctionComponent } from "preact";
import type { Json } from "../../../core/json.ts";
import type { TreeEventName } from "../../../core/motif/components.ts";
import type { TreeEvent, TreeNode } from "../../../core/motif/tree.ts";
import { dataParts } from "./tree_data.tsx";
import { fieldParts } from "./tree_fields.tsx";
import { layoutParts } from "./tree_layout.tsx";
import { textParts } from "./tree_texts.tsx";
import { childKeys } from "./tree_values.ts";

/** What every drawn component gets. */
export interface PartProps {
  readonly node: TreeNode;
  /** Tells the view, where it wants to be told. */
  readonly send: (name: TreeEventName, value?: Json) => void;
  /** Drawn already; for tabs, one a child. */
  readonly children: readonly ComponentChildren[];
}

export type Part = FunctionComponent<PartProps>;

const parts: Readonly<Record<string, Part>> = { ...layoutParts, ...textParts, ...dataParts, ...fieldParts };

/** The components that can be drawn; a test holds them against the documented ones. */
export const drawnComponents: readonly string[] = Object.keys(parts);

export interface TreeProps {
  readonly node: TreeNode;
  readonly onEvent: (event: TreeEvent) => void;
}

export function TreeView({ node, onEvent }: TreeProps) {
  const keys = childKeys(node.children);
  const children = node.children.map((child, index) => (
    <TreeView key={keys[index]} node={child} onEvent={onEvent} />
  ));
  const send = (name: TreeEventName, value?: Json) => {
    const id = node.on[name];
    if (id !== undefined) onEvent({ id, name, ...value === undefined ? {} : { value } });
  };
  const Drawn = Object.hasOwn(parts, node.is) ? parts[node.is] : undefined;
  // Another component is another element: the state of a field must not go over to a list.
  return Drawn === undefined ? null : <Drawn key={node.is} node={node} send={send}>{children}</Drawn>;
}
