/** Like neighbours of one entity that lead nowhere else, drawn as one box with their number. Pure. */
import { plural } from "../words";
import { STEP_Y, inColumns, type Link, type Placed, type Scene } from "./scene";

/** So many like leaves and fewer stay as they are. */
export const FEW = 5;
const GROUP = "group:";

/** Whether a node stands for several. */
export function isGroup(iri: string): boolean {
  return iri.startsWith(GROUP);
}

/** Leaves by the entity, the relation and the kind that they share. */
function families(scene: Scene): Map<string, { links: Link[]; leaves: Placed[] }> {
  const degree = new Map<string, number>();
  for (const link of scene.links.values()) for (const iri of [link.subject, link.object]) degree.set(iri, (degree.get(iri) ?? 0) + 1);
  const known = new Map<string, { links: Link[]; leaves: Placed[] }>();
  for (const link of scene.links.values())
    for (const [leaf, hub] of [[link.subject, link.object], [link.object, link.subject]] as const) {
      const node = scene.nodes.get(leaf);
      if (!node || degree.get(leaf) !== 1 || degree.get(hub) === 1) continue;
      const key = `${GROUP}${hub}|${link.relation}|${leaf === link.object ? "out" : "in"}|${node.kind}|${node.change ?? ""}`;
      const family = known.get(key) ?? { links: [], leaves: [] };
      family.links.push(link);
      family.leaves.push(node);
      known.set(key, family);
    }
  return known;
}

/** The members of each group of a scene that would be drawn as one box, by the group. */
export function membersOf(scene: Scene): Map<string, Placed[]> {
  return new Map([...families(scene)].filter(([, family]) => family.leaves.length > FEW).map(([key, family]) => [key, family.leaves]));
}

/** The scene with each family of more than a few like leaves as one box; those in `apart`, and what is chosen, one by one. */
export function grouped(scene: Scene, apart: Set<string>, chosen: string): Scene {
  const nodes = new Map(scene.nodes);
  const links = new Map(scene.links);
  for (const [key, { links: edges, leaves }] of families(scene)) {
    if (leaves.length <= FEW || apart.has(key) || leaves.some((leaf) => leaf.iri === chosen)) continue;
    const [first, edge] = [leaves[0], edges[0]];
    if (!first || !edge) continue;
    for (const leaf of leaves) nodes.delete(leaf.iri);
    for (const one of edges) links.delete(one.key);
    const middle = leaves.reduce((sum, leaf) => sum + leaf.y, 0) / leaves.length;
    nodes.set(key, { iri: key, id: key, label: `${leaves.length} ${plural(first.kind)}`, kind: first.kind, x: first.x, y: middle, note: "several", ...(first.column === undefined ? {} : { column: first.column }), ...(first.change ? { change: first.change } : {}) });
    const breaches = edges.filter((one) => one.breach).length;
    const out = edge.subject !== first.iri;
    links.set(key, {
      key, relation: edge.relation, label: edge.label, subject: out ? edge.subject : key, object: out ? key : edge.object,
      contested: edges.some((one) => one.contested), inferred: edges.every((one) => one.inferred), ...(edge.change ? { change: edge.change } : {}),
      ...(breaches ? { breach: `${breaches} of ${edges.length} have a licence problem` } : {}), sources: edges.flatMap((one) => one.sources ?? []),
    });
  }
  const every = [...nodes.values()];
  if (nodes.size === scene.nodes.size) return { nodes, links };
  if (every.every((node) => node.column !== undefined)) return inColumns(every, links.values());
  return { nodes: closedUp(nodes, scene.nodes), links: new Map([...links].map(([key, { route: _route, ...link }]) => [key, link])) };
}

/** The boxes that are left in a column stand one below the other, about where the middle of the column was. */
function closedUp(nodes: Map<string, Placed>, before: Map<string, Placed>): Map<string, Placed> {
  const [left, were] = [byPlace(nodes), byPlace(before)];
  const made = new Map(nodes);
  for (const [x, column] of left) {
    const old = were.get(x) ?? column;
    if (old.length === column.length) continue;
    const top = old.reduce((sum, node) => sum + node.y, 0) / old.length - ((column.length - 1) / 2) * STEP_Y;
    column.sort((a, b) => a.y - b.y).forEach((node, n) => made.set(node.iri, { ...node, y: top + n * STEP_Y }));
  }
  return made;
}

/** Entities by how far to the right they stand. */
function byPlace(nodes: Map<string, Placed>): Map<number, Placed[]> {
  const columns = new Map<number, Placed[]>();
  for (const node of nodes.values()) columns.set(node.x, [...(columns.get(node.x) ?? []), node]);
  return columns;
}
