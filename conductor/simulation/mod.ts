/**
 * What the Conductor is trained and tested on without instruments: a simulated Pit, and puzzle levels.
 *
 * Ring: conductor. Imports core and conductor. Start reading at `simulated_pit.ts`, then `quest/level.ts`.
 *
 * @module
 */

export { Physics, physicsProfiles } from "./physics.ts";
export type { Operation, OperationProfile, PhysicsProfile } from "./physics.ts";
export {
  isSimulated,
  SimulatedArbitration,
  SimulatedArtifacts,
  SimulatedDag,
  simulatedInstances,
  simulatedPit,
  SimulatedStale,
} from "./simulated_pit.ts";
export type { Instances } from "./simulated_pit.ts";
export { SimulatedTime } from "./simulated_time.ts";
export { playGame, questScoreboard } from "./quest/scoreboard.ts";
