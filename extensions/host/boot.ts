/**
 * The kinds of worker that a host process can boot.
 *
 * @module
 */

/**
 * `open`: the product's own extensions, as modules. `sealed`: extensions of others, in a compartment of hardened
 * JavaScript. `light`: pure operators, many in one process, each in an engine of its own.
 */
export type BootKind = "open" | "sealed" | "light";

/** The entry of each kind's root module, below this folder. */
export const bootEntries: Readonly<Record<BootKind, string>> = {
  open: "worker_main.ts",
  sealed: "sealed_main.ts",
  light: "light_main.ts",
};

/** What a light worker needs besides its root module. */
export interface LightEngine {
  readonly wasm: Uint8Array<ArrayBuffer>;
  /** light_guest.ts as one module. */
  readonly guest: string;
}
