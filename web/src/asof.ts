/** The day that a view is asked of stands in its address as `asOf`; every request and link of it keeps the day. Pure. */
import { here, type Route } from "./router";

/** The day of an address as `YYYY-MM-DD`; "" for now. A comparison has two days and none of them is the view's. */
export function dayOf(route: Route = here()): string {
  return route.path === "/compare" ? "" : (route.query.get("asOf") ?? "");
}

/** A request or an address of the page with the day of the view, unless it names one itself. */
export function dated(path: string, day: string = dayOf()): string {
  if (!day || /[?&]asOf=/.test(path)) return path;
  const [before = "", fragment] = path.split("#", 2);
  const address = `${before}${before.includes("?") ? "&" : "?"}asOf=${encodeURIComponent(day)}`;
  return fragment === undefined ? address : `${address}#${fragment}`;
}
