/** The query editor: CodeMirror in a shadow root, so that its styles pass a strict policy. */
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap, type Completion, type CompletionContext, type CompletionResult } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { HighlightStyle, bracketMatching, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, setDiagnostics, type Diagnostic } from "@codemirror/lint";
import { EditorState, Prec } from "@codemirror/state";
import { EditorView, drawSelection, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { KEYWORDS, sparql } from "./sparql";
import { unknownTerms } from "./near";
import { ours, terms, type Term } from "./terms";
import { missingPrefixes } from "./text";

const COLOURS = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--accent)", fontWeight: "600" },
  { tag: tags.variableName, color: "var(--violet)" },
  { tag: tags.string, color: "var(--good)" },
  { tag: tags.link, color: "var(--soft)" },
  { tag: tags.propertyName, color: "var(--ink)" },
  { tag: tags.number, color: "var(--warn)" },
  { tag: tags.comment, color: "var(--soft)", fontStyle: "italic" },
]);

const LOOK = EditorView.theme({
  "&": { color: "var(--ink)", backgroundColor: "var(--card)", fontSize: "14px", border: "1px solid var(--line-strong)", borderRadius: "6px" },
  "&.cm-focused": { outline: "3px solid var(--focus)", outlineOffset: "1px" },
  ".cm-content": { fontFamily: "var(--mono)", minHeight: "14rem", caretColor: "var(--ink)" },
  ".cm-scroller": { maxHeight: "26rem", overflow: "auto" },
  ".cm-gutters": { backgroundColor: "var(--shade)", color: "var(--soft)", border: "0" },
  ".cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--shade) 60%, transparent)" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  "&.cm-focused .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--accent-soft) !important" },
  ".cm-tooltip": { backgroundColor: "var(--card)", color: "var(--ink)", border: "1px solid var(--line-strong)" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--accent)", color: "var(--card)" },
  ".cm-completionDetail": { color: "var(--soft)", fontStyle: "normal" },
  ".cm-completionInfo": { maxWidth: "22rem", padding: "6px 8px" },
});

function completionOf(term: Term): Completion {
  const made: Completion = { label: term.name, type: term.kind, apply: insert };
  if (term.label) made.detail = term.label;
  if (term.definition) made.info = term.definition;
  return made;
}

/** Insert a term and, at the top, the prefix it needs. */
function insert(view: EditorView, chosen: Completion, from: number, to: number): void {
  const text = view.state.doc.toString();
  const missing = missingPrefixes(`${text.slice(0, from)} ${chosen.label} ${text.slice(to)}`);
  view.dispatch({
    changes: [...(missing ? [{ from: 0, insert: missing }] : []), { from, to, insert: chosen.label }],
    selection: { anchor: from + missing.length + chosen.label.length },
    userEvent: "input.complete",
  });
}

async function complete(context: CompletionContext): Promise<CompletionResult | null> {
  const variable = context.matchBefore(/[?$]\w*/);
  const text = context.state.doc.toString();
  if (variable) {
    const names = new Set([...text.matchAll(/[?$](\w+)/g)].map((m) => `${variable.text[0]}${m[1]}`));
    names.delete(variable.text);
    return { from: variable.from, options: [...names].map((label) => ({ label, type: "variable" })) };
  }
  const word = context.matchBefore(/[A-Za-z][\w.-]*(?::[\w-]*)?/);
  if (!word && !context.explicit) return null;
  let known: Completion[] = [];
  try {
    known = (await terms()).map(completionOf);
  } catch {
    // the service is gone: keywords are still completed
  }
  const keywords = KEYWORDS.map((label): Completion => ({ label, type: "keyword", boost: -1 }));
  return { from: word?.from ?? context.pos, options: [...known, ...keywords], validFor: /^[\w.-]*(?::[\w-]*)?$/ };
}

export interface Editor {
  text: () => string;
  set: (text: string) => void;
  /** Mark an error at a line and column, counted from 1; null takes the mark away. */
  mark: (at: { line: number; column: number; message: string } | null) => void;
  /** Put text where the cursor is, with the prefix it needs. */
  insert: (text: string) => void;
  focus: () => void;
  destroy: () => void;
}

/** Warn of terms that the ontology does not have this long after the last key. */
const WARN_MS = 500;

/** Put an editor into an element. */
export function createEditor(host: HTMLElement, text: string, onChange: (text: string) => void, onRun: () => void, onWarn: (messages: string[]) => void): Editor {
  let error: Diagnostic | null = null;
  let warnings: Diagnostic[] = [];
  let timer = 0;
  const mark = (): void => view.dispatch(setDiagnostics(view.state, error ? [error, ...warnings] : warnings));
  const look = async (): Promise<void> => {
    const known = ours(await terms().catch(() => []));
    if (!known.size) return;
    const items = unknownTerms(view.state.doc.toString(), known);
    const end = view.state.doc.length;
    warnings = items.filter((u) => u.to <= end).map((u) => ({ from: u.from, to: u.to, severity: "warning", message: u.message }));
    mark();
    onWarn([...new Set(items.map((u) => u.message))]);
  };
  const soon = (): void => {
    clearTimeout(timer);
    timer = window.setTimeout(() => void look(), WARN_MS);
  };
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  const view = new EditorView({
    root,
    parent: root as unknown as Element,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(), history(), drawSelection(), indentOnInput(), bracketMatching(), closeBrackets(), highlightActiveLine(), lintGutter(),
        autocompletion({ override: [complete], activateOnTyping: true }),
        sparql, syntaxHighlighting(COLOURS), LOOK, EditorView.lineWrapping,
        EditorView.contentAttributes.of({ "aria-label": "SPARQL query; control and enter runs it, escape then tab leaves", tabindex: "0" }),
        Prec.highest(keymap.of([{ key: "Mod-Enter", run: () => (onRun(), true) }])),
        keymap.of([...closeBracketsKeymap, ...completionKeymap, ...historyKeymap, ...defaultKeymap, indentWithTab]),
        EditorView.updateListener.of((update) => {
          if (!update.docChanged) return;
          soon();
          onChange(update.state.doc.toString());
        }),
      ],
    }),
  });
  soon();
  return {
    text: () => view.state.doc.toString(),
    set: (next) => {
      error = null;
      if (next !== view.state.doc.toString()) view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next } });
    },
    mark: (at) => {
      error = null;
      if (!at) return mark();
      const line = view.state.doc.line(Math.min(Math.max(at.line, 1), view.state.doc.lines));
      const from = Math.min(line.from + Math.max(at.column - 1, 0), line.to);
      const start = from === line.to && from > line.from ? from - 1 : from;
      error = { from: start, to: Math.min(start + 1, view.state.doc.length), severity: "error", message: at.message };
      mark();
      view.dispatch({ selection: { anchor: from }, scrollIntoView: true });
    },
    insert: (word) => {
      const { from, to } = view.state.selection.main;
      insert(view, { label: word }, from, to);
      view.focus();
    },
    focus: () => view.focus(),
    destroy: () => {
      clearTimeout(timer);
      view.destroy();
    },
  };
}
