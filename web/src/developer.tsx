/** A filter by developer, held in the address. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useFetched } from "./api";
import { dated } from "./asof";
import { setQuery } from "./router";
import type { Facets } from "./types";

/** One developer, by name; the list offers those that the store knows best. */
export function DeveloperFilter({ value }: { value: string }): JSX.Element {
  const facets = useFetched<Facets>(dated("/api/v1/facets"));
  const [typed, setTyped] = useState(value); // what is typed stays when the list of names arrives
  useEffect(() => setTyped(value), [value]);
  return (
    <label class="choice"><span>Developer</span>
      <input type="search" list="developers" value={typed} placeholder="any" autocomplete="off" onInput={(e) => setTyped(e.currentTarget.value)} onChange={(e) => setQuery({ developer: e.currentTarget.value })} />
      <datalist id="developers">{(facets.data?.["developer"] ?? []).map((d) => <option key={d.value} value={d.value}>{`${d.count} models`}</option>)}</datalist>
    </label>
  );
}
