import { useLayoutEffect } from "preact/hooks";

/** For a panel that takes the focus: returns the focus to its previous element when the panel is closed. */
export function useFocusBack(): void {
  useLayoutEffect(() => {
    const before = document.activeElement;
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
}
