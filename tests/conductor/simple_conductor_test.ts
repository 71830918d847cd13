import { SimpleConductor } from "../../conductor/simple_conductor.ts";
import { testConductorPort } from "../contracts/conductor_contract.ts";

testConductorPort("SimpleConductor", () => new SimpleConductor());
