"""Names of programming languages and file formats that sources list among languages.

They are those that the Data Provenance Initiative's summaries give beside human languages; its own
table of groups (constants/language_groups.json of its repository) calls them code. None of them is
the name of a language in ISO 639-2 or ISO 639-3.
"""

from __future__ import annotations

_NAMES = """
ABAP | ActionScript | Ada | Agda | ANTLR | ApacheConf | API Blueprint | APL | AppleScript | Arc
| Arduino | AsciiDoc | ASP | AspectJ | Assembly | ATS | Augeas | AutoHotkey | Awk | Batchfile |
BitBake | BlitzMax | Bluespec | Boo | Brainfuck | Bro | C | C# | C++ | C2hs Haskell | Cap'n
Proto | CartoCSS | Ceylon | Chapel | Clean | Clojure | CMake | CoffeeScript | ColdFusion |
ColdFusion CFC | Common Lisp | Creole | Crystal | Csound | CSS | CSV | Cucumber | Cuda | Cython
| Dart | desktop | Diff | DIGITAL Command Language | DM | DNS Zone | Dockerfile | Dylan | Eagle
| ECL | edn | Eiffel | Elixir | Elm | Emacs Lisp | EmberScript | Erlang | F# | Factor | Fancy |
fish | FLUX | Forth | FORTRAN | FreeMarker | G-code | GAS | GDScript | Genshi | Gentoo Ebuild |
Gettext Catalog | GLSL | Gnuplot | Go | GraphQL | Graphviz (DOT) | Groff | Groovy | Groovy
Server Pages | Haml | Handlebars | Harbour | Haskell | Haxe | HCL | HLSL | HTML | HTML+Django |
HTML+EEX | HTML+ERB | HTML+PHP | HTTP | Hy | Idris | IGOR Pro | Inform 7 | INI | Inno Setup |
Io | Ioke | Isabelle | Jade | Jasmin | Java | Java Server Pages | JavaScript | JFlex | JSON |
JSON5 | JSONiq | JSONLD | JSX | Julia | Jupyter Notebook | Kotlin | KRL | Latte | Lean | Less |
LFE | LilyPond | Linker Script | Liquid | Literate Agda | Literate CoffeeScript | Literate
Haskell | LiveScript | LLVM | Logos | Logtalk | LSL | Lua | M4 | Makefile | Mako | Maple |
Markdown | Mask | Mathematica | MediaWiki | Metal | Mirah | Modelica | Module Management System
| Monkey | MoonScript | MTML | mupad | nesC | NetLinx | Nginx | Nimrod | Ninja | Nit | Nix |
NSIS | Nu | Objective-C++ | OCaml | ooc | OpenCL | OpenSCAD | Org | Oz | Pan | Parrot Assembly
| Parrot Internal Representation | Pascal | PAWN | Perl | Perl6 | PHP | PigLatin | Pike | Pod |
Pony | PostScript | POV-Ray SDL | PowerShell | Processing | Propeller Spin | Protocol Buffer |
Pure Data | PureBasic | PureScript | Python | QMake | QML | R | Racket | Ragel in Ruby Host |
RAML | RDoc | Rebol | Red | Ren'Py | reStructuredText | RHTML | RobotFramework | Rouge | Ruby |
Rust | Sage | SaltStack | SAS | Sass | Scala | Scaml | Scheme | Scilab | SCSS | Shell | Slash |
Slim | Smalltalk | Smarty | SMT | Solidity | SourcePawn | SPARQL | SQF | SQL | Squirrel |
Standard ML | Stata | STON | Stylus | SuperCollider | SVG | Swift | SystemVerilog | Tcl | Tcsh
| TeX | Text | Textile | Thrift | TOML | Turtle | Twig | TypeScript | Unity3D Asset | Uno |
UnrealScript | UrWeb | Vala | VCL | VHDL | VimL | Visual Basic | Volt | Vue | WebIDL | wisp |
xBase | XML | XPages | XProc | XQuery | XS | XSLT | Xtend | Yacc | YAML | YANG | Zephir | Zig
"""
_LONG = 3
"""Names of at most so many letters are also codes of ISO 639 (``css``), and are case-sensitive."""
_WRITTEN = frozenset(name for part in _NAMES.split("|") if (name := " ".join(part.split())))
_FOLDED = frozenset(name.casefold() for name in _WRITTEN if len(name) > _LONG)


def is_programming(name: str) -> bool:
    """Whether a text is the name of a programming language or of a file format.

    >>> [is_programming(name) for name in ("Python", "java", "CSS", "css", "Lao")]
    [True, True, True, False, False]
    """
    return name in _WRITTEN or name.casefold() in _FOLDED
