/** A dialog that is open as long as it is shown. @module */

import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

/** For the `ref` of a dialog: opened before the next key can come; closed, it gives the focus back to what had it. */
export function useModal(): RefObject<HTMLDialogElement> {
  const box = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const before = document.activeElement;
    box.current?.showModal();
    return () => {
      box.current?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return box;
}
