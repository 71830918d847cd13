/**
 * The life of an extension, as a table: which state follows which event. Pure; who watches feeds it.
 *
 * Invariants: (1) an event that does not fit leaves the state as it is; (2) nothing leaves `uninstalling`.
 *
 * @module
 */

export type ExtensionState =
  | "installed" // its files are there
  | "loading" // it is read, bundled, described
  | "loaded" // what it contributes is known
  | "activated" // an instance is alive
  | "running" // an instance carries a call out
  | "error" // it could not be loaded or started
  | "uninstalling"; // its files go

export type ExtensionEvent =
  | "load"
  | "loaded"
  | "activate"
  | "call"
  | "idle"
  | "deactivate"
  | "fail"
  | "recover"
  | "uninstall";

const table: Readonly<Record<ExtensionState, Readonly<Partial<Record<ExtensionEvent, ExtensionState>>>>> = {
  installed: { load: "loading", loaded: "loaded", fail: "error", uninstall: "uninstalling" },
  loading: { loaded: "loaded", fail: "error" },
  loaded: { activate: "activated", fail: "error", uninstall: "uninstalling" },
  activated: {
    call: "running",
    deactivate: "loaded",
    fail: "error",
    uninstall: "uninstalling",
  },
  running: { idle: "activated", deactivate: "loaded", fail: "error" },
  error: { recover: "loaded", load: "loading", activate: "activated", uninstall: "uninstalling" },
  uninstalling: {},
};

/** The state after `event`; the same where the event does not fit. */
export function nextState(state: ExtensionState, event: ExtensionEvent): ExtensionState {
  return table[state][event] ?? state;
}

/** True where `event` fits `state`. */
export function fits(state: ExtensionState, event: ExtensionEvent): boolean {
  return table[state][event] !== undefined;
}
