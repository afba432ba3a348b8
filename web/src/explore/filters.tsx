/** Filters of a scene by who states its links, when that was retrieved, and the class of licence. */
import type { JSX } from "preact";
import { Choice, Draft } from "../parts";
import { setQuery } from "../router";
import { number, spaced } from "../words";
import type { Scene } from "./scene";
import { asksForEvidence, offered, type Sift } from "./sift";

export const CLASSES = ["open", "conditional", "noncommercial", "proprietary", "unknown"];

/** The filters; their values are read where they are opened, or where the address has one. */
export function Filters({ scene, sift, open, onOpen }: { scene: Scene; sift: Sift; open: boolean; onOpen: (open: boolean) => void }): JSX.Element {
  const unstated = [...scene.links.values()].filter((link) => !link.sources?.length).length;
  const words = (values: [string, number][], chosen: string, word: (v: string) => string): [string, string][] => [
    ["", "all"], ...values.map(([value, n]): [string, string] => [value, `${word(value)} (${number(n)})`]), ...(chosen && !values.some(([v]) => v === chosen) ? [[chosen, `${word(chosen)} (0)`] as [string, string]] : []),
  ];
  const chosen = [sift.source, sift.basis, sift.from, sift.until, sift.licenceClass].filter(Boolean).length;
  return (
    <details class="part filters" open={open} onToggle={(e) => onOpen(e.currentTarget.open)}>
      <summary><h2>Filters{chosen ? ` (${chosen})` : ""}</h2></summary>
      {open ? (
        <div class="controls">
          <Choice late name="source" label="Stated by" value={sift.source} options={words(offered(scene, "publisher"), sift.source, (v) => v)} />
          <Choice late name="basis" label="Basis" value={sift.basis} options={words(offered(scene, "basis"), sift.basis, spaced)} />
          <label class="choice"><span>Retrieved from</span><Draft type="date" value={sift.from} onDone={(text) => setQuery({ readFrom: text })} /></label>
          <label class="choice"><span>until</span><Draft type="date" value={sift.until} onDone={(text) => setQuery({ readUntil: text })} /></label>
          <Choice name="class" label="Licence class of models" value={sift.licenceClass} options={[["", "all"], ...CLASSES.map((c): [string, string] => [c, c])]} />
          {chosen ? <button type="button" class="small" onClick={() => setQuery({ source: null, basis: null, readFrom: null, readUntil: null, class: null })}>Clear these filters</button> : null}
        </div>
      ) : null}
      {open && asksForEvidence(sift) && unstated ? <p class="aside">{number(unstated)} of {number(scene.links.size)} links have no statement of their own in this picture (inferred or counted ones); these filters leave them out.</p> : null}
    </details>
  );
}
