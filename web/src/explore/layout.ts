/** What the worker answers: places of entities in columns, and lines that run behind nothing. Pure. */
import { layers } from "./layers";
import { routed, type Answered, type Asked } from "./routing";

/** Places and lines of a scene. */
export function layOut(asked: Asked): Answered {
  if (!asked.columns) return routed(asked);
  const { places, routes } = layers(asked.items, asked.ties);
  return { places: [...places], routes: [...routes] };
}
