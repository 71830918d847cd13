/** The rail: one link a view. @module */

import { Icon } from "../parts/icon.tsx";
import { keyText } from "../parts/keys.ts";
import { hrefOf } from "../state/route.ts";
import { palette } from "./command_palette.tsx";
import type { ViewDefinition } from "./view.ts";
import { views } from "./views.ts";

export function Navigation({ current }: { readonly current: string }) {
  const shown = views.filter(({ isHidden }) => isHidden !== true);
  const link = (view: ViewDefinition) => (
    <NavigationLink key={view.id} view={view} isCurrent={view.id === current} />
  );
  return (
    <nav class="rail" aria-label="Views">
      <span class="rail-mark">
        <Icon name="mark" size={22} />
      </span>
      <ul>{shown.filter(({ isSecondary }) => isSecondary !== true).map(link)}</ul>
      <span class="grow" />
      <ul>
        {shown.filter(({ isSecondary }) => isSecondary === true).map(link)}
        <li>
          <button
            type="button"
            class="rail-link"
            aria-label="Find anything"
            data-tip="Find anything"
            data-tip-keys={keyText("mod+k")}
            onClick={() => palette.value = ""}
          >
            <Icon name="search" size={18} />
          </button>
        </li>
      </ul>
    </nav>
  );
}

function NavigationLink({ view, isCurrent }: { readonly view: ViewDefinition; readonly isCurrent: boolean }) {
  const count = view.count?.value ?? 0;
  return (
    <li>
      <a
        class="rail-link"
        href={hrefOf(view.id)}
        aria-label={count === 0 ? view.title : `${view.title}, ${count}`}
        aria-current={isCurrent ? "page" : undefined}
        data-tip={view.title}
        data-tip-keys={keyText(view.keys)}
      >
        <Icon name={view.icon} size={18} />
        {count === 0 ? null : <span class="count" aria-hidden="true">{count > 99 ? "99+" : count}</span>}
      </a>
    </li>
  );
}
