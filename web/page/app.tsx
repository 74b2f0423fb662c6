import { useLayoutEffect, useMemo, useState } from "preact/hooks";
import { hyperDxLinks } from "../../clickstack/links";
import { HOUR_MS } from "../api/request";
import type { AboutPage } from "../api/rows";
import { hashOf, type Place, placeOf, views } from "./address";
import { HyperDx } from "./hyperDx";
import { Invocations } from "./invocations";
import { Invoke } from "./invoke";
import { Logs } from "./logs";
import { Trace } from "./trace";
import { Traces } from "./traces";
import { useAnswer } from "./useAnswer";

const ranges: readonly (readonly [number, string])[] = [
  [HOUR_MS / 4, "15 minutes"],
  [HOUR_MS, "1 hour"],
  [24 * HOUR_MS, "1 day"],
  [7 * 24 * HOUR_MS, "7 days"],
];
const titles = { logs: "Logs", traces: "Traces", invocations: "Invocations", invoke: "Invoke" } as const;

const nothing = {};
/** Functions may be deployed while the page is open. */
const REFRESH_MS = 5000;

/** The page: the address determines everything that is shown. */
export function App({ about }: { about: AboutPage }) {
  const [place, setPlace] = useState(() => placeOf(location.hash));
  const [live, setLive] = useState(true);
  const { answer } = useAnswer<AboutPage>("page", nothing, REFRESH_MS, about);
  const { functions, hyperDx } = answer.state === "there" ? answer.value : about;
  const links = useMemo(() => (hyperDx === undefined ? undefined : hyperDxLinks(hyperDx)), [hyperDx]);
  // Before drawing, not after it: an address that changes until then would be missed.
  useLayoutEffect(() => {
    const follow = () => setPlace(placeOf(location.hash));
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  const go = (change: Partial<Place>) => {
    location.hash = hashOf({ ...place, trace: undefined, ...change });
  };
  // The time range ends at the server's current time, so that a list continues while it is open.
  const { filter, last } = place;
  const parameters = useMemo(() => ({ filter, last }), [filter, last]);
  return (
    <HyperDx.Provider value={links}>
      <header class="top">
        <h1>clickstack-lambda</h1>
        <nav aria-label="Lists">
          {views
            .filter((view) => view !== "invoke" || functions.length > 0)
            .map((view) => (
              <a
                href={hashOf({ ...place, view, trace: undefined })}
                aria-current={view === place.view ? "page" : undefined}
              >
                {titles[view]}
              </a>
            ))}
        </nav>
        <Filter key={place.filter} filter={place.filter} apply={(filter) => go({ filter })} />
        <label>
          Last{" "}
          <select value={place.last} onChange={(event) => go({ last: Number(event.currentTarget.value) })}>
            {ranges.map(([ms, title]) => (
              <option value={ms}>{title}</option>
            ))}
          </select>
        </label>
        <label>
          <input type="checkbox" checked={live} onChange={(event) => setLive(event.currentTarget.checked)} />{" "}
          Live
        </label>
        {place.view === "logs" && (
          <label>
            <input
              type="checkbox"
              checked={place.newestLast}
              onChange={(event) => go({ newestLast: event.currentTarget.checked })}
            />{" "}
            Newest last
          </label>
        )}
      </header>
      <main>
        {place.view === "logs" && <Logs place={place} parameters={parameters} live={live} go={go} />}
        {place.view === "traces" && <Traces parameters={parameters} live={live} go={go} />}
        {place.view === "invocations" && <Invocations parameters={parameters} live={live} go={go} />}
        {place.view === "invoke" && functions.length > 0 && <Invoke functions={functions} go={go} />}
        {place.trace !== undefined && <Trace id={place.trace} close={() => go({})} />}
      </main>
    </HyperDx.Provider>
  );
}

function Filter({ filter, apply }: { filter: string; apply: (filter: string) => void }) {
  const [text, setText] = useState(filter);
  return (
    <search>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          apply(text.trim());
        }}
      >
        <input
          type="search"
          aria-label="Filter"
          placeholder='words, level:error, function:"orders"'
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
          spellcheck={false}
        />
        <button type="submit">Filter</button>
      </form>
    </search>
  );
}
