/** The query editor: CodeMirror in a shadow root, so that its styles pass a strict policy. */
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap, type Completion, type CompletionContext, type CompletionResult } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { HighlightStyle, bracketMatching, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, setDiagnostics } from "@codemirror/lint";
import { EditorState, Prec } from "@codemirror/state";
import { EditorView, drawSelection, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { select } from "../api";
import { KEYWORDS, sparql } from "./sparql";
import { PREFIXES, missingPrefixes } from "./text";

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

const TERMS = `SELECT ?term ?label ?definition WHERE {
  ?term <http://www.w3.org/2000/01/rdf-schema#isDefinedBy> ?module ; <http://www.w3.org/2004/02/skos/core#prefLabel> ?label
  OPTIONAL { ?term <http://www.w3.org/2004/02/skos/core#definition> ?definition } } ORDER BY ?term`;
const BORROWED = ["dcterms:creator", "dcterms:license", "dcterms:issued", "dcterms:created", "dcterms:date", "dcterms:isPartOf", "dcterms:replaces", "prov:wasDerivedFrom", "prov:wasInfluencedBy", "prov:specializationOf", "prov:qualifiedDerivation", "schema:name", "schema:version", "rdf:type", "pav:retrievedOn", "skos:prefLabel", "skos:notation"];

/** The terms of the ontology, asked once per store version. */
async function terms(): Promise<Completion[]> {
  const rows = await select(TERMS);
  const found = rows.flatMap((row): Completion[] => {
    const term = row["term"] ?? "";
    const prefix = Object.keys(PREFIXES).find((p) => term.startsWith(PREFIXES[p] as string) && p !== "id");
    if (!prefix) return [];
    const local = term.slice((PREFIXES[prefix] as string).length);
    return [completion(`${prefix}:${local}`, /^[A-Z]/.test(local) ? "class" : "property", row["label"], row["definition"])];
  });
  const known = new Set(found.map((c) => c.label));
  return [...found, ...BORROWED.filter((b) => !known.has(b)).map((b) => completion(b, "property"))];
}

function completion(label: string, type: string, detail?: string, info?: string): Completion {
  const made: Completion = { label, type, apply: insert };
  if (detail) made.detail = detail;
  if (info) made.info = info;
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
    known = await terms();
  } catch {
    known = BORROWED.map((b) => completion(b, "property"));
  }
  const keywords = KEYWORDS.map((label): Completion => ({ label, type: "keyword", boost: -1 }));
  return { from: word?.from ?? context.pos, options: [...known, ...keywords], validFor: /^[\w.-]*(?::[\w-]*)?$/ };
}

export interface Editor {
  text: () => string;
  set: (text: string) => void;
  /** Mark an error at a line and column, counted from 1; null takes the mark away. */
  mark: (at: { line: number; column: number; message: string } | null) => void;
  focus: () => void;
  destroy: () => void;
}

/** Put an editor into an element. */
export function createEditor(host: HTMLElement, text: string, onChange: (text: string) => void, onRun: () => void): Editor {
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
        EditorView.updateListener.of((update) => update.docChanged && onChange(update.state.doc.toString())),
      ],
    }),
  });
  return {
    text: () => view.state.doc.toString(),
    set: (next) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next } }),
    mark: (at) => {
      if (!at) return view.dispatch(setDiagnostics(view.state, []));
      const line = view.state.doc.line(Math.min(Math.max(at.line, 1), view.state.doc.lines));
      const from = Math.min(line.from + Math.max(at.column - 1, 0), line.to);
      const start = from === line.to && from > line.from ? from - 1 : from;
      view.dispatch({ ...setDiagnostics(view.state, [{ from: start, to: Math.min(start + 1, view.state.doc.length), severity: "error", message: at.message }]), selection: { anchor: from }, scrollIntoView: true });
    },
    focus: () => view.focus(),
    destroy: () => view.destroy(),
  };
}
