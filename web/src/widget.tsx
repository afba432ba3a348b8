/** The explorer in a notebook: the page's picture and pointer, with what is around an entity asked of Python. */
import { render, type JSX } from "preact";
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Painter } from "./explore/canvas";
import { usePointer } from "./explore/pointer";
import { ASKED_FOR, begin, moved, neighbourBy, withGroup, type Scene } from "./explore/scene";
import { askedOf, routed, withLayout } from "./explore/routing";
import { opening, type View } from "./explore/view";
import type { Palette } from "./explore/write";
import type { Neighbourhood } from "./types";

/** So many of each group are shown around the first entity, and around one that is opened. */
const FIRST = 4;
const OPENED = 12;

type Answer = { around: Neighbourhood } | { refused: string };

/** What the widget's framework gives: synchronised values and messages. */
export interface Shared {
  get(name: "start"): Neighbourhood;
  get(name: "height"): number;
  set(name: "chosen", value: string): void;
  save_changes(): void;
  send(message: { ask: string }): void;
  on(event: "msg:custom", listen: (answer: Answer) => void): void;
  off(event: "msg:custom", listen: (answer: Answer) => void): void;
}

const LIGHT: Palette = {
  paper: "#ffffff", ink: "#1a1a1a", soft: "#555c63", line: "#9aa3ab", warn: "#b58900", bad: "#8c0013",
  kinds: { model: "#0b5cad", version: "#0b5cad", dataset: "#6a51a3", organization: "#00694a", licence: "#8c0013", benchmark: "#8a5a00", record: "#555c63", document: "#555c63" },
};
const DARK: Palette = {
  paper: "#16191d", ink: "#eef1f4", soft: "#aab4bd", line: "#5d6770", warn: "#e3b341", bad: "#ff8a8f",
  kinds: { model: "#7ab8ff", version: "#7ab8ff", dataset: "#c3aefc", organization: "#6fd3a8", licence: "#ff8a8f", benchmark: "#e3b341", record: "#aab4bd", document: "#aab4bd" },
};

/** A notebook says by its theme whether it is dark; elsewhere the reader's system does. */
function palette(): Palette {
  const themed = document.body.dataset["jpThemeLight"];
  const dark = themed ? themed === "false" : matchMedia("(prefers-color-scheme: dark)").matches;
  return dark ? DARK : LIGHT;
}

/** The scene with what is around an entity, so many of each relation. */
export function around(scene: Scene, answer: Neighbourhood, limit: number): Scene {
  return answer.groups.filter((group) => !ASKED_FOR.has(group.name)).reduce((made, group) => withGroup(made, answer.node.iri, { ...group, items: group.items.slice(0, limit) }), scene);
}

function Explorer({ model }: { model: Shared }): JSX.Element {
  const start = model.get("start");
  const [opened, setScene] = useState(() => around(begin(start.node), start, FIRST));
  const scene = useMemo(() => withLayout(opened, routed(askedOf(opened))), [opened]);
  const [chosen, setChosen] = useState(start.node.iri);
  const [edge, setEdge] = useState("");
  const [refused, setRefused] = useState("");
  const canvas = useRef<HTMLCanvasElement>(null);
  const view = useRef<View>({ x: 0, y: 0, scale: 1 });
  const painter = useRef(new Painter());
  const again = useRef<() => void>(() => undefined);
  const paint = useCallback(() => {
    if (canvas.current) painter.current.paint(canvas.current, scene, view.current, palette(), { chosen, edge, matches: new Set<string>(), colours: undefined, sizes: undefined }, () => requestAnimationFrame(again.current));
  }, [scene, chosen, edge]);
  again.current = paint;
  useEffect(() => void requestAnimationFrame(paint), [paint]);
  useEffect(() => {
    const at = canvas.current;
    if (at) view.current = opening(scene, at.clientWidth, at.clientHeight, scene.nodes.get(start.node.iri));
  }, []);
  useEffect(() => {
    const listen = (answer: Answer): void => {
      if ("refused" in answer) return setRefused(answer.refused);
      setRefused("");
      setScene((before) => around(before, answer.around, OPENED));
    };
    model.on("msg:custom", listen);
    return () => model.off("msg:custom", listen);
  }, [model]);
  const choose = (iri: string): void => {
    setEdge("");
    setChosen(iri);
    model.set("chosen", iri);
    model.save_changes();
  };
  const open = (iri: string): void => model.send({ ask: iri });
  usePointer(canvas, view, scene, paint, {
    onNode: choose,
    onEdge: setEdge,
    onMove: (iri, x, y) => setScene((before) => moved(before, iri, x, y)),
    onDrop: () => undefined,
    onOpen: open,
  });
  const key = (event: KeyboardEvent): void => {
    const next = event.key === "Enter" ? chosen : neighbourBy(scene, chosen, event.key);
    if (!next) return;
    event.preventDefault();
    event.stopPropagation(); // a notebook has keys of its own
    if (event.key === "Enter") open(chosen);
    else choose(next);
  };
  const node = scene.nodes.get(chosen);
  const link = scene.links.get(edge);
  const message = link
    ? `${scene.nodes.get(link.subject)?.label ?? ""} ${link.label} ${scene.nodes.get(link.object)?.label ?? ""}; stated by ${[...new Set((link.sources ?? []).map((s) => s.publisher))].join(", ") || "no source alone"}${link.contested ? "; sources disagree" : ""}`
    : `${node?.label ?? ""} (${node?.kind ?? ""})`;
  return (
    <div>
      <canvas ref={canvas} tabIndex={0} role="application" aria-label="Picture of the graph; arrow keys move between entities, Enter opens what is around the chosen one" style={{ width: "100%", height: `${model.get("height")}px`, display: "block", touchAction: "none", border: "1px solid #9aa3ab" }} onKeyDown={key} />
      <p role="status" style={{ margin: ".3rem 0", font: "13px system-ui, sans-serif", overflowWrap: "anywhere" }}>
        <bdi>{message}</bdi> · {scene.nodes.size} entities, {scene.links.size} links · press twice, or Enter, to open what is around
      </p>
      {refused ? <p role="alert" style={{ margin: 0, font: "13px system-ui, sans-serif" }}><bdi>{refused}</bdi></p> : null}
    </div>
  );
}

/** Called for every cell that shows the widget; what it gives takes the picture away again. */
function show({ model, el }: { model: Shared; el: HTMLElement }): () => void {
  render(<Explorer model={model} />, el);
  return () => render(null, el);
}

export default { render: show };
