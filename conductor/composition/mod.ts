/**
 * Maestro mode: from a goal in words to a proposed workflow. Retrieval over templates and parts, an instrument that fills in
 * the graph where one may be asked, the check that every workflow passes, a price, and a preference that is learned from
 * what the person accepts, edits and rejects. Nothing runs here.
 *
 * Ring: conductor. Start reading at `compose.ts`.
 *
 * @module
 */

export type { Candidate, CandidateSource } from "./candidate.ts";
export { compose } from "./compose.ts";
export type { Composed, ComposeRequest } from "./compose.ts";
export { CompositionDesk } from "./desk.ts";
export type { CompositionDeskOptions, DeskAnswer, DeskRequest } from "./desk.ts";
export type { DraftPort } from "./from_instrument.ts";
