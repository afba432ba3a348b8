/** Moving about in a picture that is larger than its frame: drag, wheel, pinch. */
import { useEffect, type MutableRef } from "preact/hooks";

export const LEAST = 0.1;
export const MOST = 3;
/** Below this scale the names in the boxes cannot be read. */
const READABLE = 0.62;
/** Further than this a press on the picture is a drag and no click. */
const DRAG = 4;

/** A scale within its bounds. */
export function bounded(scale: number): number {
  return Math.min(MOST, Math.max(LEAST, scale));
}

/** Where to scroll so that the point under the pointer stays there when the scale changes. */
export function scrollAfterZoom(scroll: number, pointer: number, before: number, after: number): number {
  return ((scroll + pointer) * after) / before - pointer;
}

/** The largest scale at which all of the picture is in the frame; never larger than life. */
export function fitting(frame: { width: number; height: number }, picture: { width: number; height: number }): number {
  return Math.max(LEAST, Math.min(1, frame.width / picture.width, frame.height / picture.height));
}

/** The scale to begin with: all of it, unless its words could not be read. */
export function atFirst(frame: { width: number; height: number }, picture: { width: number; height: number }): number {
  return Math.max(READABLE, fitting(frame, picture));
}

/** Pan by drag, zoom by wheel or pinch, around the pointer. */
export function useViewport(frame: MutableRef<HTMLElement | null>, scale: number, setScale: (scale: number) => void): void {
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const down = new Map<number, { x: number; y: number }>();
    let moved = false;
    let wide = 0;
    const zoom = (to: number, x: number, y: number): void => {
      const after = bounded(to);
      const box = element.getBoundingClientRect();
      const left = scrollAfterZoom(element.scrollLeft, x - box.left, scale, after);
      const top = scrollAfterZoom(element.scrollTop, y - box.top, scale, after);
      setScale(after);
      requestAnimationFrame(() => element.scrollTo(left, top));
    };
    const wheel = (event: WheelEvent): void => {
      if (event.shiftKey) return;
      event.preventDefault();
      zoom(scale * Math.exp(-event.deltaY * (event.deltaMode === 1 ? 0.05 : 0.0015)), event.clientX, event.clientY);
    };
    const press = (event: PointerEvent): void => {
      if (event.button !== 0) return;
      down.set(event.pointerId, { x: event.clientX, y: event.clientY });
      moved = false;
      wide = spread(down);
    };
    const drag = (event: PointerEvent): void => {
      const last = down.get(event.pointerId);
      if (!last) return;
      const dx = event.clientX - last.x;
      const dy = event.clientY - last.y;
      if (!moved && Math.abs(dx) + Math.abs(dy) < DRAG) return;
      if (!moved) element.setPointerCapture(event.pointerId);
      moved = true;
      down.set(event.pointerId, { x: event.clientX, y: event.clientY });
      if (down.size === 2) {
        const now = spread(down);
        if (wide) zoom((scale * now) / wide, event.clientX, event.clientY);
        wide = now;
      } else element.scrollBy(-dx, -dy);
    };
    const release = (event: PointerEvent): void => void down.delete(event.pointerId);
    const click = (event: MouseEvent): void => {
      if (moved) event.stopPropagation();
      moved = false;
    };
    element.addEventListener("wheel", wheel, { passive: false });
    element.addEventListener("pointerdown", press);
    element.addEventListener("pointermove", drag);
    element.addEventListener("pointerup", release);
    element.addEventListener("pointercancel", release);
    element.addEventListener("click", click, true);
    return () => {
      element.removeEventListener("wheel", wheel);
      element.removeEventListener("pointerdown", press);
      element.removeEventListener("pointermove", drag);
      element.removeEventListener("pointerup", release);
      element.removeEventListener("pointercancel", release);
      element.removeEventListener("click", click, true);
    };
  }, [frame, scale, setScale]);
}

function spread(down: Map<number, { x: number; y: number }>): number {
  const [a, b] = [...down.values()];
  return a && b ? Math.hypot(a.x - b.x, a.y - b.y) : 0;
}
