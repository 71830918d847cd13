/**
 * The one door between an extension's code and the core: a capability is an operation's name, JSON arguments and,
 * where bytes travel, bytes. In a worker it crosses the socket; in process it is a direct call.
 *
 * @module
 */

export type Plain = null | boolean | number | string | readonly Plain[] | { readonly [key: string]: Plain };

export interface CapabilityReply {
  readonly value: Plain;
  readonly bytes?: Uint8Array<ArrayBuffer>;
}

/** Carries out capabilities for one call. Rejects with an ExtensionFailure. */
export interface CapabilityClient {
  call(
    operation: string,
    args: { readonly [key: string]: Plain },
    bytes?: Uint8Array<ArrayBuffer>,
  ): Promise<CapabilityReply>;
}

/** What a call says while it runs; as CallEvent of the core. */
export type RuntimeEvent =
  | { readonly kind: "progress"; readonly done: number; readonly total?: number; readonly note?: string }
  | { readonly kind: "log"; readonly level: "debug" | "info" | "warn" | "error"; readonly text: string }
  | { readonly kind: "token"; readonly text: string };
