import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

/** Height of a row in pixels, as in page.css. */
export const ROW = 26;
/** Rows drawn beyond both edges, so that scrolling never shows a gap. */
const SPARE = 12;

/** Which of many rows of the same height are visible in a scrolled box. */
export interface Window {
  box: RefObject<HTMLOListElement | null>;
  /** Index of the first row to draw, and of the first one after the last. */
  first: number;
  end: number;
  /** Number of rows per page. */
  page: number;
  onScroll: () => void;
  /** Scrolls just enough to make a row visible. */
  reveal: (index: number) => void;
}

/** @param follow stay at the last row when rows are added after it, unless the reader has scrolled away from it. */
export function useWindow(count: number, follow: boolean): Window {
  const box = useRef<HTMLOListElement>(null);
  const isAtEnd = useRef(true);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(600);
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setHeight(element.clientHeight));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useLayoutEffect(() => {
    const element = box.current;
    if (!follow || element === null || !isAtEnd.current) return;
    element.scrollTop = element.scrollHeight;
    setTop(element.scrollTop);
  }, [count, height, follow]);
  return {
    box,
    first: Math.max(0, Math.floor(top / ROW) - SPARE),
    end: Math.min(count, Math.ceil((top + height) / ROW) + SPARE),
    page: Math.max(1, Math.floor(height / ROW) - 1),
    onScroll: () => {
      const { scrollTop = 0, clientHeight = 0, scrollHeight = 0 } = box.current ?? {};
      isAtEnd.current = scrollTop + clientHeight >= scrollHeight - ROW;
      setTop(scrollTop);
    },
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
