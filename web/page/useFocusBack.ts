import { useLayoutEffect } from "preact/hooks";

/** For a panel that takes the focus: once it is closed, the focus is where it was before. */
export function useFocusBack(): void {
  useLayoutEffect(() => {
    const before = document.activeElement;
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
}
