/** Scenes laid out in the worker; where a browser has none, in the page itself. */
import { askedOf, withLayout, type Answered, type RoutingRequest } from "./routing";
import type { Scene } from "./scene";

interface Waiting {
  request: RoutingRequest;
  done: (answer: Promise<Answered>) => void;
}

/** Lays out in the page itself. */
async function here(request: RoutingRequest): Promise<Answered> {
  return (await import("./layout")).layOut(request);
}

class Layouts {
  private worker: Worker | undefined;
  private readonly waiting = new Map<number, Waiting>();
  private next = 0;
  private broken = typeof Worker === "undefined";

  /** What a worker answers. */
  ask(request: RoutingRequest): Promise<Answered> {
    if (this.broken) return here(request);
    this.worker ??= this.start();
    const id = ++this.next;
    this.worker.postMessage({ id, request });
    return new Promise((done) => this.waiting.set(id, { request, done }));
  }

  private start(): Worker {
    const worker = new Worker(new URL("./layout.worker.ts", import.meta.url), { type: "module" });
    worker.addEventListener("message", (event: MessageEvent<{ id: number; answer?: Answered; error: string }>) => {
      const { id, answer, error } = event.data;
      const one = this.waiting.get(id);
      this.waiting.delete(id);
      one?.done(answer ? Promise.resolve(answer) : Promise.reject(new Error(error)));
    });
    worker.addEventListener("error", () => {
      this.broken = true; // not allowed here, or not loaded
      for (const { request, done } of this.waiting.values()) done(here(request));
      this.waiting.clear();
    });
    return worker;
  }
}

const layouts = new Layouts();

/** Whether there is anything to lay out. */
function isRough(scene: Scene): boolean {
  return Boolean(scene.columns) || [...scene.links.values()].some((link) => !link.route);
}

/** The scene with its places and lines. */
export async function arranged(scene: Scene): Promise<Scene> {
  return isRough(scene) ? withLayout(scene, await layouts.ask(askedOf(scene))) : scene;
}
