/** Views that load when they are first shown, without preact/compat. */
import { Component, createContext, type ComponentChildren, type ComponentType, type JSX } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import { PAUSE } from "./api";

const Fallback = createContext<ComponentChildren>(null);

/** What is shown while a view's code is on its way. */
export function Suspense({ fallback, children }: { fallback: ComponentChildren; children: ComponentChildren }): JSX.Element {
  return <Fallback.Provider value={fallback}><Guard>{children}</Guard></Fallback.Provider>;
}

/** A fault in one view is told, and does not take the page with it. */
class Guard extends Component<{ children: ComponentChildren }, { fault: string }> {
  override state = { fault: "" };

  static override getDerivedStateFromError(error: unknown): { fault: string } {
    return { fault: String(error) };
  }

  override render(): ComponentChildren {
    if (!this.state.fault) return this.props.children;
    return (
      <div class="trouble" role="alert">
        <p><strong>This view failed.</strong> {this.state.fault}</p>
        <p><button type="button" onClick={() => location.reload()}>Load it again</button></p>
      </div>
    );
  }
}

/** When the page was last loaded again by itself; not twice within this time, as for code that is nowhere. */
const [RELOADED, REST] = ["reloaded", 60_000];

/** Load the page again once the service answers: a browser does not ask twice for code that did not come. */
async function reloadWhenThere(): Promise<void> {
  if (Date.now() - Number(sessionStorage.getItem(RELOADED) ?? 0) < REST) return;
  const answer = await fetch("/health").catch(() => undefined);
  if (!answer) return;
  sessionStorage.setItem(RELOADED, String(Date.now()));
  location.reload();
}

/** A view whose code loads on first use. */
export function lazy<P extends object>(load: () => Promise<{ default: ComponentType<P> }>): ComponentType<P> {
  let ready: ComponentType<P> | undefined;
  let loading: Promise<{ default: ComponentType<P> }> | undefined;
  return function Lazy(props: P): JSX.Element {
    const [, setTurn] = useState(0);
    const [fault, setFault] = useState(false);
    const fallback = useContext(Fallback);
    if (!ready && !fault) loading ??= load(); // at once, not only once this is drawn
    useEffect(() => {
      if (ready) return;
      (loading ?? load()).then(
        (answer) => {
          ready = answer.default;
          setTurn((n) => n + 1);
        },
        () => {
          loading = undefined; // tried anew when it is shown again
          setFault(true);
        },
      );
    }, []);
    useEffect(() => {
      if (!fault) return;
      const timer = window.setInterval(() => void reloadWhenThere(), PAUSE);
      return () => clearInterval(timer);
    }, [fault]);
    if (ready) {
      const View = ready;
      return <View {...props} />;
    }
    if (fault)
      return (
        <div class="trouble" role="alert">
          <p><strong>This part of the page could not be loaded.</strong> The service may have stopped, or may be newer than the page.</p>
          <p>The page is loaded again when the service answers. <button type="button" onClick={() => location.reload()}>Try now</button></p>
        </div>
      );
    return <>{fallback}</>;
  };
}
