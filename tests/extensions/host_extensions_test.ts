import { testExtensionPort } from "../contracts/extension_contract.ts";
import { openRig } from "./host_rig.ts";

testExtensionPort("HostExtensions", async () => {
  const rig = await openRig(["contract"], { grants: ["contract/zoo=files:read"] });
  const { extensions } = rig;
  const close = extensions.close.bind(extensions);
  extensions.close = async () => {
    await close();
    await Deno.remove(rig.data, { recursive: true });
  };
  return extensions;
});
