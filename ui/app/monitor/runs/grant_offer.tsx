/** The way to grant what a call failed for want of, offered where an installed extension of that name really asks for it. @module */

import { useState } from "preact/hooks";
import type { RefusedPermission } from "../../../../core/policy/refused_permission.ts";
import { Button } from "../../parts/button.tsx";
import { messageOf } from "../../parts/states.tsx";
import { useApp } from "../../state/app.ts";
import { useResource } from "../../state/resource.ts";
import { showToast } from "../../state/toasts.ts";

export function GrantOffer(
  { refused: { extension, permission }, isBusy, onGranted }: {
    readonly refused: RefusedPermission;
    readonly isBusy: boolean;
    readonly onGranted: () => void;
  },
) {
  const { client } = useApp();
  const [isGranting, setGranting] = useState(false);
  const installed = useResource((api, signal) => api.call("GET /extensions", { signal }), [extension]);
  const asked = installed.value?.find(({ id }) => id === extension)
    ?.permissions.find((one) => one.permission === permission);
  if (asked === undefined) return null;
  const grant = async () => {
    setGranting(true);
    try {
      await client.call("PUT /grants", { body: { extension, permission } });
      onGranted();
    } catch (error) {
      showToast({ look: "bad", title: "Cannot grant it", text: messageOf(error) });
    } finally {
      setGranting(false);
    }
  };
  return (
    <Button
      look="primary"
      small
      icon="shield"
      disabled={isBusy || isGranting}
      data-tip={`${extension} may use ${permission} from now on, until you take it back under Permissions; then it is tried again`}
      onClick={() => void grant()}
    >
      Grant and try again
    </Button>
  );
}
