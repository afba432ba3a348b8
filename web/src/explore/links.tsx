/** The links of a scene as a table: who states each, on what basis, and what speaks against it. */
import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import { hrefOf } from "../router";
import { DataTable } from "../table/table";
import type { Column } from "../table/rows";
import { number, spaced } from "../words";
import type { Link, Scene } from "./scene";

/** The table; opened by the reader. */
export function Links({ scene }: { scene: Scene }): JSX.Element {
  const [open, setOpen] = useState(false);
  const columns = useMemo((): Column<Link>[] => {
    const label = (iri: string): string => scene.nodes.get(iri)?.label ?? iri;
    const name = (iri: string): JSX.Element => (iri.startsWith("http") ? <a href={hrefOf(iri)}><bdi>{label(iri)}</bdi></a> : <bdi>{label(iri)}</bdi>);
    const made: Column<Link>[] = [
      { key: "what", label: "What", value: (l) => label(l.subject), view: (l) => name(l.subject) },
      { key: "relation", label: "Relation", facet: true, value: (l) => l.label },
      { key: "to", label: "To", value: (l) => label(l.object), view: (l) => name(l.object) },
      { key: "agreement", label: "Agreement", facet: true, value: (l) => (l.contested ? "sources disagree" : "not contested"), view: (l) => (l.contested ? <strong>sources disagree</strong> : "not contested") },
      { key: "basis", label: "Evidence", facet: true, value: (l) => (l.inferred ? "inferred" : "stated by a source") },
      { key: "breach", label: "Licence problem", value: (l) => l.breach ?? "" },
    ];
    const links = [...scene.links.values()];
    if (links.some((l) => l.sources?.length)) made.push({ key: "by", label: "Stated by", facet: true, value: (l) => [...new Set((l.sources ?? []).map((s) => s.publisher))] }, { key: "on", label: "Basis", facet: true, value: (l) => [...new Set((l.sources ?? []).map((s) => spaced(s.basis)))] }, { key: "read", label: "Retrieved", value: (l) => l.sources?.[0]?.retrieved ?? "" });
    if (links.some((l) => l.change)) made.push({ key: "change", label: "Change", facet: true, value: (l) => l.change ?? "as before" });
    return made;
  }, [scene]);
  return (
    <details class="part" onToggle={(e) => setOpen(e.currentTarget.open)}>
      <summary><h2>The same as a table ({number(scene.links.size)})</h2></summary>
      {open ? <DataTable label="Links" prefix="t." rows={[...scene.links.values()]} columns={columns} rowKey={(l) => l.key} noun={["link", "links"]} /> : null}
    </details>
  );
}
