/**
 * What to do after a failure: retry, correct, fall back, escalate, ask a person, give up; and when to ask twice.
 *
 * Ring: conductor. Implements RecoveryPort (`recovery_policy.ts`, start there).
 *
 * @module
 */

export { KeptRecovery } from "./kept_recovery.ts";
export { evaluateRecovery } from "./trial/evaluate_recovery.ts";
export { RecoveryPolicy } from "./recovery_policy.ts";
export type { RecoveryAccount } from "./recovery_policy.ts";
