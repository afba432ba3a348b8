/** What the editor knows of SPARQL: its words and tokens. */
import { StreamLanguage, type StringStream } from "@codemirror/language";

export const KEYWORDS =
  "SELECT CONSTRUCT DESCRIBE ASK WHERE FROM NAMED PREFIX BASE DISTINCT REDUCED OPTIONAL UNION MINUS FILTER BIND VALUES GRAPH ORDER BY GROUP HAVING LIMIT OFFSET ASC DESC AS EXISTS NOT IN UNDEF COUNT SUM MIN MAX AVG SAMPLE GROUP_CONCAT SEPARATOR STR LANG DATATYPE BOUND IF COALESCE CONTAINS STRSTARTS STRENDS REGEX REPLACE LCASE UCASE STRLEN SUBSTR CONCAT ABS ROUND CEIL FLOOR YEAR MONTH DAY ISIRI ISLITERAL STRBEFORE STRAFTER IRI".split(" ");
const WORDS = new Set(KEYWORDS);

interface State {
  long: string;
}

function token(stream: StringStream, state: State): string | null {
  if (state.long) {
    while (!stream.eol()) {
      if (stream.match(state.long)) {
        state.long = "";
        break;
      }
      stream.next();
    }
    return "string";
  }
  if (stream.eatSpace()) return null;
  if (stream.match(/^#.*/)) return "comment";
  const long = stream.match(/^("""|''')/);
  if (long) {
    state.long = (long as RegExpMatchArray)[0];
    return "string";
  }
  if (stream.match(/^<[^<>"{}|^`\\\s]*>/)) return "link";
  if (stream.match(/^[?$]\w+/)) return "variableName";
  if (stream.match(/^"(?:[^"\\]|\\.)*"|^'(?:[^'\\]|\\.)*'/)) return "string";
  if (stream.match(/^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?/)) return "number";
  if (stream.match(/^(?:[A-Za-z][\w.-]*)?:[\w.:%/-]*/)) return "propertyName";
  if (stream.match(/^@[A-Za-z-]+/)) return "meta";
  const word = stream.match(/^[A-Za-z_]+/);
  if (word) {
    const text = (word as RegExpMatchArray)[0];
    return WORDS.has(text.toUpperCase()) ? "keyword" : text === "a" ? "keyword" : null;
  }
  stream.next();
  return "punctuation";
}

export const sparql = StreamLanguage.define<State>({
  name: "sparql",
  startState: () => ({ long: "" }),
  copyState: (state) => ({ ...state }),
  token,
  languageData: { commentTokens: { line: "#" }, closeBrackets: { brackets: ["(", "[", "{", '"'] } },
});
