/** The page: what stands around every view, and which view an address shows. */
import { render, type JSX } from "preact";
import { lazy, Suspense } from "./lazy";
import { useEffect, useRef, useState } from "preact/hooks";
import { unknownIn } from "./addresses";
import { onNewVersion, storeVersion } from "./api";
import { dayOf } from "./asof";
import { useBasket } from "./basket";
import { AsOf, Wait } from "./parts";
import { pageOf, followLinks, go, setQuery, useRoute, withQuery, type Route } from "./router";
import { SearchBox } from "./searchbox";
import { Start } from "./views/start";
import "./style/base.css";
import "./style/parts.css";
import "./style/views.css";
import "./style/print.css";

const Model = lazy(() => import("./views/model"));
const Lineage = lazy(() => import("./views/lineage"));
const Licences = lazy(() => import("./views/licences"));
const Assessments = lazy(() => import("./views/assessments"));
const History = lazy(() => import("./views/history"));
const Disclosure = lazy(() => import("./views/disclosure"));
const Compare = lazy(() => import("./views/compare"));
const Impact = lazy(() => import("./views/impact"));
const Conflicts = lazy(() => import("./views/conflicts"));
const Workbench = lazy(() => import("./views/workbench"));
const Report = lazy(() => import("./views/report"));
const Check = lazy(() => import("./views/check"));
const Explore = lazy(() => import("./views/explore"));
const ThingView = lazy(() => import("./views/thing"));
const Basket = lazy(() => import("./views/basket"));
const Breaches = lazy(() => import("./views/breaches"));
const Fleet = lazy(() => import("./views/fleet"));
const Changes = lazy(() => import("./views/changes"));
const Identity = lazy(() => import("./views/identity"));
const Policy = lazy(() => import("./views/policy"));
const Terms = lazy(() => import("./views/terms"));

const LINKS: [string, string][] = [
  ["/", "Search"],
  ["/explore", "Explore"],
  ["/disclosure", "Disclosure"],
  ["/conflicts", "Conflicts"],
  ["/breaches", "Licences"],
  ["/impact", "Impact"],
  ["/sparql", "Workbench"],
  ["/check", "Check"],
];
/** What stands behind "More" where there is no room for all. */
const FURTHER: [string, string][] = [
  ["/compare", "Compare models or days"],
  ["/report", "Audit report"],
  ["/fleet", "What we run"],
  ["/changes", "What changed"],
  ["/identity", "Names that may be one"],
  ["/policy", "What the policy decided"],
  ["/terms", "Terms of the graph"],
];

/** Views that show and choose the day they are asked of, or have none. */
const SHOWS_ITS_DAY = /^\/(models|lineage|licences|assessments|history)\/.|^\/(impact|report|fleet|changes|identity|terms|basket|sparql\/?|check)$/;

/** The part of a path below a prefix, unescaped. */
function below(path: string, prefix: string): string | null {
  if (!path.startsWith(prefix) || path.length === prefix.length) return null;
  try {
    return decodeURIComponent(path.slice(prefix.length));
  } catch {
    return path.slice(prefix.length);
  }
}

function view(route: Route): JSX.Element {
  const path = pageOf(route.path);
  const model = below(path, "/models/");
  if (model) return <Model key={model} id={model} currentRoute={route} />;
  const lineage = below(path, "/lineage/");
  if (lineage) return <Lineage key={lineage} id={lineage} currentRoute={route} />;
  const licences = below(path, "/licences/");
  if (licences) return <Licences key={licences} id={licences} currentRoute={route} />;
  const assessed = below(path, "/assessments/");
  if (assessed) return <Assessments key={assessed} id={assessed} currentRoute={route} />;
  const history = below(path, "/history/");
  if (history) return <History key={history} id={history} currentRoute={route} />;
  const thing = below(path, "/things/");
  if (thing || path === "/things") return <ThingView path={thing ?? ""} currentRoute={route} />;
  switch (path) {
    case "/":
    case "/models":
      return <Start currentRoute={route} />;
    case "/disclosure":
      return <Disclosure currentRoute={route} />;
    case "/explore":
      return <Explore currentRoute={route} />;
    case "/compare":
      return <Compare currentRoute={route} />;
    case "/impact":
      return <Impact currentRoute={route} />;
    case "/conflicts":
      return <Conflicts currentRoute={route} />;
    case "/breaches":
      return <Breaches currentRoute={route} />;
    case "/basket":
      return <Basket currentRoute={route} />;
    case "/fleet":
      return <Fleet currentRoute={route} />;
    case "/changes":
      return <Changes currentRoute={route} />;
    case "/identity":
      return <Identity currentRoute={route} />;
    case "/policy":
      return <Policy currentRoute={route} />;
    case "/terms":
      return <Terms currentRoute={route} />;
    case "/sparql":
    case "/sparql/":
      return <Workbench currentRoute={route} />;
    case "/report":
      return <Report currentRoute={route} />;
    case "/check":
      return <Check />;
    default:
      return (
        <div class="page">
          <h1>Page not found</h1>
          <p>There is no page at <code>{path}</code>. <a href="/">Search the models</a> or <a href="/sparql">ask by SPARQL</a>.</p>
        </div>
      );
  }
}

function Theme(): JSX.Element {
  const [theme, setTheme] = useState(localStorage.getItem("theme") ?? "auto");
  useEffect(() => {
    if (theme === "auto") delete document.documentElement.dataset["theme"];
    else document.documentElement.dataset["theme"] = theme;
    localStorage.setItem("theme", theme);
  }, [theme]);
  const next = theme === "auto" ? "dark" : theme === "dark" ? "light" : "auto";
  const glyph = { auto: "◐", dark: "☾", light: "☀" }[theme] ?? "◐";
  return (
    <button type="button" class="theme" onClick={() => setTheme(next)} aria-label={`Colours: ${theme}; change to ${next}`} title={`Colours: ${theme}`}>
      <span aria-hidden="true">{glyph}</span>
    </button>
  );
}

function NewVersion(): JSX.Element | null {
  const [answer, setFound] = useState("");
  useEffect(() => onNewVersion(setFound), []);
  if (!answer) return null;
  return (
    <div class="notice" role="status">
      The store was rebuilt while you were reading (now version {answer}).{" "}
      <button type="button" onClick={() => location.reload()}>Show the new state</button>{" "}
      <button type="button" onClick={() => setFound("")}>Stay</button>
    </div>
  );
}

/** Names the parameters of the address that mean nothing to its view. */
function UnknownParameters({ currentRoute: route }: { currentRoute: Route }): JSX.Element | null {
  const unknown = unknownIn(route);
  if (!unknown.length) return null;
  const visible = unknown.slice(0, 5);
  return (
    <div class="notice" role="status">
      {unknown.length === 1 ? "A parameter of this address is" : `${unknown.length} parameters of this address are`} not known here and changed nothing:{" "}
      {visible.map(({ name, near }, n) => <span key={name}>{n ? ", " : ""}<code><bdi>{name.slice(0, 60)}</bdi></code>{near ? <> (did you mean <a href={withQuery({ [name]: null, [near]: route.query.getAll(name) })}><code>{near}</code></a>?)</> : null}</span>)}
      {unknown.length > visible.length ? ` and ${unknown.length - visible.length} more` : ""}.{" "}
      <button type="button" onClick={() => setQuery(Object.fromEntries(unknown.map(({ name }) => [name, null])), true)}>Take {unknown.length === 1 ? "it" : "them"} out</button>
    </div>
  );
}

function QuickSearch(): JSX.Element {
  return (
    <div class="quick">
      <SearchBox label="Search everything" placeholder="Search everything…" onSearch={(typed) => go(`/?q=${encodeURIComponent(typed)}`)} />
    </div>
  );
}

/** Links that need no place of their own in the header. */
function More({ path }: { path: string }): JSX.Element {
  const box = useRef<HTMLDetailsElement>(null);
  const close = (): void => box.current?.removeAttribute("open");
  useEffect(close, [path]);
  return (
    <details class="more" ref={box} onKeyDown={(e) => { if (e.key === "Escape") { close(); box.current?.querySelector("summary")?.focus(); } }}
      onFocusOut={(e) => { if (e.relatedTarget && !box.current?.contains(e.relatedTarget as Node)) close(); }}>
      <summary>More</summary>
      <div>{FURTHER.map(([href, word]) => <a key={href} href={href} aria-current={isHere(href, path) ? "page" : undefined}>{word}</a>)}</div>
    </details>
  );
}

function BasketLink({ here }: { here: boolean }): JSX.Element {
  const n = useBasket().length;
  return <a class="basket-link" href="/basket" aria-current={here ? "page" : undefined}>Basket <span class="count">{n}</span></a>;
}

function isHere(href: string, path: string): boolean {
  if (href === "/") return path === "/" || path.startsWith("/models");
  return path === href || path.startsWith(`${href}/`);
}

function App(): JSX.Element {
  const route = useRoute();
  const [open, setOpen] = useState(false);
  useEffect(() => {
    setOpen(false);
    document.querySelector("main")?.focus({ preventScroll: true });
  }, [route.path]);
  return (
    // biome-ignore lint: links bubble here
    <div class="app" onClick={followLinks}>
      <a class="skip" href="#main">Skip to the content</a>
      <header class="top">
        <a class="brand" href="/"><span aria-hidden="true">⌥</span> <b>Provenance graph</b></a>
        <button type="button" class="menu" aria-expanded={open} aria-controls="views" onClick={() => setOpen(!open)}>Menu</button>
        <nav id="views" aria-label="Views" class={open ? "open" : ""}>
          {LINKS.map(([href, word]) => (
            <a key={href} href={href} aria-current={isHere(href, route.path) ? "page" : undefined}>{word}</a>
          ))}
          <More path={route.path} />
        </nav>
        {route.path === "/" ? <span class="quick" /> : <QuickSearch />}
        <BasketLink here={route.path === "/basket"} />
        <Theme />
      </header>
      <NewVersion />
      <UnknownParameters currentRoute={route} />
      {dayOf(route) && !SHOWS_ITS_DAY.test(route.path) ? <div class="day-of-page"><AsOf /></div> : null}
      <main id="main" tabIndex={-1}>
        <Suspense fallback={<Wait what="the view" />}>{view(route)}</Suspense>
      </main>
      <footer class="foot">
        <Foot />
      </footer>
    </div>
  );
}

function Foot(): JSX.Element {
  const [version, setVersion] = useState(storeVersion());
  useEffect(() => {
    const timer = setInterval(() => setVersion(storeVersion()), 1000);
    return () => clearInterval(timer);
  }, []);
  return (
    <p>
      {version ? <>Store version <code>{version}</code> · </> : null}
      <a href="/docs">API</a> · <a href="/sparql?format=turtle" target="_blank" rel="noopener">Service description</a> ·{" "}
      <a href="/.well-known/void">VoID</a> · <a href="/THIRD_PARTY.txt">Third-party licences</a>
    </p>
  );
}

const root = document.getElementById("app");
if (root) render(<App />, root);
