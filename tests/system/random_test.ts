import { SystemRandom } from "../../system/random.ts";
import { testRandomPort } from "../contracts/random_contract.ts";

testRandomPort("SystemRandom", () => new SystemRandom());
