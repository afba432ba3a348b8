/** Lays scenes out beside the page, so that it answers while a large one is placed. */
import { layOut } from "./layout";
import type { Answered, Asked } from "./routing";

addEventListener("message", (event: MessageEvent<{ id: number; asked: Asked }>) => {
  const { id, asked } = event.data;
  let answer: Answered | undefined;
  let error = "";
  try {
    answer = layOut(asked);
  } catch (fault) {
    error = String(fault);
  }
  postMessage({ id, answer, error });
});
