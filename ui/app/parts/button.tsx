/**
 * Buttons. An icon alone always has a name: it is the accessible name and the tooltip. One that can do nothing now stays where it
 * is and keeps the focus: whoever pressed it by key must not be thrown back to the beginning of the page.
 *
 * @module
 */

import type { ComponentChildren, JSX } from "preact";
import { Icon, type IconName } from "./icon.tsx";
import { keyText } from "./keys.ts";

type Native = Omit<JSX.HTMLAttributes<HTMLButtonElement>, "icon" | "label" | "size">;

export interface ButtonProps extends Native {
  readonly children?: ComponentChildren;
  readonly icon?: IconName;
  readonly look?: "primary" | "danger" | "quiet" | undefined;
  readonly small?: boolean;
  readonly disabled?: boolean;
  readonly type?: "button" | "submit";
}

/** What takes the place of `disabled`: told to screen readers, and deaf to clicks, also to those of Enter in a form. */
function idle(disabled: boolean): Partial<Native> {
  if (!disabled) return {};
  return {
    "aria-disabled": true,
    onClick: (event) => {
      event.preventDefault();
      event.stopPropagation();
    },
  };
}

export function Button(
  { children, icon, look, small = false, disabled = false, class: className, ...rest }: ButtonProps,
) {
  const classes = ["button", look, small ? "small" : undefined, className].filter(Boolean).join(" ");
  return (
    <button type="button" {...rest} {...idle(disabled)} class={classes}>
      {icon === undefined ? null : <Icon name={icon} size={small ? 14 : 16} />}
      {children}
    </button>
  );
}

export interface IconButtonProps extends Native {
  readonly icon: IconName;
  readonly label: string;
  /** As registered with the command, for the tooltip: `mod+s`. */
  readonly keys?: string | undefined;
  readonly look?: "primary" | "danger" | "quiet";
  readonly small?: boolean;
  readonly disabled?: boolean;
  /** Why it can do nothing now; it is disabled where there is a reason. */
  readonly reason?: string | undefined;
}

export function IconButton(
  { icon, label, keys, look = "quiet", small = false, disabled = false, reason, class: className, ...rest }:
    IconButtonProps,
) {
  const classes = ["button", "icon-only", look, small ? "small" : undefined, className].filter(Boolean).join(
    " ",
  );
  return (
    <button
      type="button"
      {...rest}
      {...idle(disabled || reason !== undefined)}
      class={classes}
      aria-label={label}
      {...(reason === undefined ? {} : { "aria-description": reason })}
      data-tip={reason === undefined ? label : `${label}: ${reason}`}
      data-tip-keys={keys === undefined ? undefined : keyText(keys)}
    >
      <Icon name={icon} size={small ? 14 : 16} />
    </button>
  );
}
