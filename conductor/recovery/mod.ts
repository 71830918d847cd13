/**
 * What to do after a failure: retry, correct, fall back, escalate, ask a person, give up; and when to ask twice.
 *
 * Ring: conductor. Implements RecoveryPort (`recovery_policy.ts`, start there).
 *
 * @module
 */

export { RecoveryPolicy } from "./recovery_policy.ts";
export type { RecoveryAccount, RecoveryPolicyOptions } from "./recovery_policy.ts";
