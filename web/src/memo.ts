/** A component that is drawn again only when a property of it has changed. */
import { Component, type ComponentType, type VNode } from "preact";

/** Wrap a component without hooks so that equal properties draw nothing. */
export function memo<P extends object>(Inner: (props: P) => VNode): ComponentType<P> {
  return class Memo extends Component<P> {
    override shouldComponentUpdate(next: P): boolean {
      const names = new Set([...Object.keys(this.props), ...Object.keys(next)]) as Set<keyof P>;
      for (const name of names) if (this.props[name as keyof typeof this.props] !== next[name]) return true;
      return false;
    }

    override render(): VNode {
      return Inner(this.props as unknown as P);
    }
  };
}
