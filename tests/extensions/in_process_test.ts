import { extensionId } from "../../core/ids.ts";
import { InProcessExtensions } from "../../extensions/in_process.ts";
import { testExtensionPort } from "../contracts/extension_contract.ts";
import definition from "../fixtures/extensions/contract/main.ts";

testExtensionPort("InProcessExtensions", () => {
  const permissions = [{ kind: "files" as const, access: "read" as const, reason: "The suite reads a file" }];
  const extension = { id: extensionId("contract/zoo"), definition, version: "1.0.0", permissions };
  return Promise.resolve(new InProcessExtensions([extension]));
});
