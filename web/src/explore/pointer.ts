/** Moving about in the picture: drag moves it or an entity, the wheel and two fingers zoom, a press chooses. */
import { useEffect, useRef } from "preact/hooks";
import { linkAt, nodeAt, type View } from "./view";
import type { Scene } from "./scene";

export interface Acts {
  onNode: (iri: string) => void;
  onEdge: (key: string) => void;
  onMove: (iri: string, x: number, y: number) => void;
  /** An entity was let go after it was moved. */
  onDrop: (iri: string) => void;
  /** An entity was pressed twice. */
  onOpen: (iri: string) => void;
}

/** Listens on a picture; the view is changed in place and painted at the next frame. */
export function usePointer(picture: { current: HTMLElement | null }, view: { current: View }, scene: Scene, paint: () => void, acts: Acts): void {
  const now = useRef({ scene, paint, acts });
  now.current = { scene, paint, acts };
  useEffect(() => {
    const element = picture.current;
    if (!element) return;
    const down = new Map<number, { x: number; y: number }>();
    let [held, movedFar, spread, written] = ["", false, 0, false];
    const at = (e: MouseEvent): { x: number; y: number } => { const box = element.getBoundingClientRect(); return { x: e.clientX - box.left, y: e.clientY - box.top }; };
    const zoom = (factor: number, x: number, y: number): void => {
      const scale = Math.min(3, Math.max(0.04, view.current.scale * factor));
      const by = scale / view.current.scale;
      view.current = { scale, x: x - (x - view.current.x) * by, y: y - (y - view.current.y) * by };
      requestAnimationFrame(now.current.paint);
    };
    const wheel = (e: WheelEvent): void => { e.preventDefault(); const p = at(e); zoom(Math.exp(-e.deltaY * (e.deltaMode ? 0.05 : 0.0015)), p.x, p.y); };
    const press = (e: PointerEvent): void => {
      const p = at(e);
      down.set(e.pointerId, p);
      written = e.target instanceof Element && Boolean(e.target.closest("text.name")); // a name is there to be selected
      if (!written) element.setPointerCapture(e.pointerId);
      held = nodeAt(now.current.scene, view.current, p.x, p.y)?.iri ?? "";
      movedFar = false;
      spread = gap(down);
    };
    const drag = (e: PointerEvent): void => {
      const last = down.get(e.pointerId);
      if (!last) return;
      const p = at(e);
      const [dx, dy] = [p.x - last.x, p.y - last.y];
      if (!movedFar && Math.abs(dx) + Math.abs(dy) < 4) return;
      movedFar = true;
      if (written) return;
      down.set(e.pointerId, p);
      if (down.size === 2) {
        const wide = gap(down);
        if (spread) zoom(wide / spread, p.x, p.y);
        spread = wide;
      } else if (held) {
        const node = now.current.scene.nodes.get(held);
        if (node) now.current.acts.onMove(held, node.x + dx / view.current.scale, node.y + dy / view.current.scale);
      } else {
        view.current = { ...view.current, x: view.current.x + dx, y: view.current.y + dy };
        requestAnimationFrame(now.current.paint);
      }
    };
    const release = (e: PointerEvent): void => {
      const p = at(e);
      if (down.delete(e.pointerId) && !movedFar) {
        if (held) now.current.acts.onNode(held);
        else now.current.acts.onEdge(linkAt(now.current.scene, view.current, p.x, p.y));
      } else if (movedFar && held && !written) now.current.acts.onDrop(held);
      held = "";
    };
    const twice = (e: MouseEvent): void => {
      const p = at(e);
      const node = nodeAt(now.current.scene, view.current, p.x, p.y);
      if (node) now.current.acts.onOpen(node.iri);
    };
    const resize = new ResizeObserver(() => requestAnimationFrame(now.current.paint));
    resize.observe(element);
    element.addEventListener("wheel", wheel, { passive: false });
    element.addEventListener("dblclick", twice);
    element.addEventListener("pointerdown", press);
    element.addEventListener("pointermove", drag);
    element.addEventListener("pointerup", release);
    element.addEventListener("pointercancel", release);
    return () => {
      resize.disconnect();
      element.removeEventListener("wheel", wheel);
      element.removeEventListener("dblclick", twice);
      element.removeEventListener("pointerdown", press);
      element.removeEventListener("pointermove", drag);
      element.removeEventListener("pointerup", release);
      element.removeEventListener("pointercancel", release);
    };
  }, [picture, view]);
}

function gap(down: Map<number, { x: number; y: number }>): number {
  const [a, b] = [...down.values()];
  return a && b ? Math.hypot(a.x - b.x, a.y - b.y) : 0;
}
