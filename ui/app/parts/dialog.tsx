/**
 * A modal dialog on the platform's own `<dialog>`: focus stays inside, Escape closes, focus goes back where it was.
 *
 * @module
 */

import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { IconButton } from "./button.tsx";
import { focusFault } from "./form_faults.ts";

export interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
  /** Buttons, the primary one last. */
  readonly foot?: ComponentChildren;
  readonly wide?: boolean;
  readonly class?: string;
  /**
   * Makes the dialog a form: Enter submits, and Ctrl+Enter wherever the focus is, unless a field holds what it cannot take; focus goes
   * there then.
   */
  readonly onSubmit?: () => void;
}

export function Dialog(
  { title, onClose, children, foot, wide = false, class: className = "", onSubmit }: DialogProps,
) {
  const box = useRef<HTMLDialogElement>(null);
  const id = useId();
  // Before the next key can come.
  useLayoutEffect(() => {
    const before = document.activeElement;
    const dialog = box.current;
    dialog?.showModal();
    const first = dialog?.querySelector<HTMLElement>(
      "[autofocus], .dialog-body input, .dialog-body select, .dialog-body textarea",
    );
    first?.focus();
    return () => {
      dialog?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  const body = (
    <>
      <div class="dialog-body">{children}</div>
      {foot === undefined ? null : <div class="dialog-foot">{foot}</div>}
    </>
  );
  return (
    <dialog
      ref={box}
      class={`dialog ${wide ? "wide" : ""} ${className}`}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onPointerDown={(event) => {
        if (event.target === box.current) onClose();
      }}
      onKeyDown={(event) => {
        // Keys of the view behind stay silent.
        event.stopPropagation();
        // From a field of many lines, too, where Enter alone begins a line.
        if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.defaultPrevented) return;
        event.preventDefault();
        // As a click on it would: not while it is disabled.
        box.current?.querySelector<HTMLElement>('form [type="submit"]')?.click();
      }}
    >
      <div class="dialog-head">
        <h2 id={id}>{title}</h2>
        <IconButton icon="close" label="Close" onClick={onClose} />
      </div>
      {onSubmit === undefined ? body : (
        <form
          class="column grow"
          style={{ gap: "0", minHeight: "0" }}
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            if (!focusFault(event.currentTarget)) onSubmit();
          }}
        >
          {body}
        </form>
      )}
    </dialog>
  );
}
