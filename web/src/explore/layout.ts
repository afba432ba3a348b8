/** What the worker answers: places of entities in columns, and lines that run behind nothing. Pure. */
import { layers } from "./layers";
import { routed, type Answered, type RoutingRequest } from "./routing";

/** Places and lines of a scene. */
export function layOut(request: RoutingRequest): Answered {
  if (!request.columns) return routed(request);
  const { places, routes } = layers(request.items, request.ties);
  return { places: [...places], routes: [...routes] };
}
