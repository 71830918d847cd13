import { extensionId } from "../../core/ids.ts";
import { InProcessExtensions } from "../../extensions/in_process.ts";
import { testExtensionPort } from "../contracts/extension_contract.ts";
import definition from "../fixtures/extensions/contract/main.ts";

testExtensionPort("InProcessExtensions", () => {
  const extension = { id: extensionId("contract/zoo"), definition, version: "1.0.0" };
  return Promise.resolve(new InProcessExtensions([extension]));
});
