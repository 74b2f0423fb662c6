import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { useFocusBack } from "./useFocusBack";

interface DetailsProps {
  title: string;
  body: string;
  maps: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** What is copied. */
  json: object;
  actions: readonly { title: string; act: () => void }[];
  close: () => void;
  /** Shown beside the actions. */
  children?: ComponentChildren;
}

/** The details of one row, beside the list. Nothing in it is interpreted as HTML. */
export function Details({ title, body, maps, json, actions, close, children }: DetailsProps) {
  const panel = useRef<HTMLElement>(null);
  const [copied, setCopied] = useState("");
  useFocusBack();
  // Before the next key is handled, which may be Escape.
  useLayoutEffect(() => {
    panel.current?.focus();
    setCopied("");
  }, [title]);
  const copy = () =>
    navigator.clipboard.writeText(JSON.stringify(json, null, 2)).then(
      () => setCopied("Copied."),
      () => setCopied("The browser did not allow it."),
    );
  return (
    <aside
      class="details"
      aria-label="Details"
      tabIndex={-1}
      ref={panel}
      onKeyDown={(event) => event.key === "Escape" && close()}
    >
      <header>
        <h2>{title}</h2>
        <button type="button" onClick={close} aria-label="Close the details">
          ✕
        </button>
      </header>
      <p class="actions">
        {actions.map(({ title, act }) => (
          <button type="button" onClick={act}>
            {title}
          </button>
        ))}
        <button type="button" onClick={copy}>
          Copy as JSON
        </button>
        {children}
        <span role="status">{copied}</span>
      </p>
      <pre>{body}</pre>
      {Object.entries(maps).map(([name, map]) =>
        Object.keys(map).length === 0 ? null : (
          <section>
            <h3>{name}</h3>
            <dl>
              {Object.entries(map).map(([key, value]) => (
                <>
                  <dt>{key}</dt>
                  <dd>{value}</dd>
                </>
              ))}
            </dl>
          </section>
        ),
      )}
    </aside>
  );
}
