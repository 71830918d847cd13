import { RecoveryPolicy } from "../../../conductor/recovery/mod.ts";
import { testRecoveryPort } from "../../contracts/recovery_contract.ts";

testRecoveryPort("RecoveryPolicy", () => new RecoveryPolicy());
