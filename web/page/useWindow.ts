import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

/** Pixels of a row, as page.css has them. */
export const ROW = 26;
/** Rows drawn beyond both edges, so that scrolling never shows a gap. */
const SPARE = 12;

/** Which of many rows of the same height are in sight of a scrolled box. */
export interface Window {
  box: RefObject<HTMLOListElement | null>;
  /** Index of the first row to draw, and of the first one after the last. */
  first: number;
  end: number;
  /** Rows of one page. */
  page: number;
  onScroll: () => void;
  /** Scrolls as little as is needed to have a row in sight. */
  reveal: (index: number) => void;
}

export function useWindow(count: number): Window {
  const box = useRef<HTMLOListElement>(null);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(600);
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setHeight(element.clientHeight));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return {
    box,
    first: Math.max(0, Math.floor(top / ROW) - SPARE),
    end: Math.min(count, Math.ceil((top + height) / ROW) + SPARE),
    page: Math.max(1, Math.floor(height / ROW) - 1),
    onScroll: () => setTop(box.current?.scrollTop ?? 0),
    reveal: (index) => {
      const element = box.current;
      if (element === null) return;
      const y = index * ROW;
      if (y < element.scrollTop) element.scrollTop = y;
      if (y + ROW > element.scrollTop + element.clientHeight)
        element.scrollTop = y + ROW - element.clientHeight;
    },
  };
}
