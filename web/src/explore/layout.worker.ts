/** Lays scenes out beside the page, so that it answers while a large one is placed. */
import { layOut } from "./layout";
import type { Answered, RoutingRequest } from "./routing";

addEventListener("message", (event: MessageEvent<{ id: number; request: RoutingRequest }>) => {
  const { id, request } = event.data;
  let answer: Answered | undefined;
  let error = "";
  try {
    answer = layOut(request);
  } catch (fault) {
    error = String(fault);
  }
  postMessage({ id, answer, error });
});
