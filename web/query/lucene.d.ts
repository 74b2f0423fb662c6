/** Types of HyperDX's Lucene parser, whose package has none. */
declare module "@hyperdx/lucene" {
  /** A condition on a field; `<implicit>` if none is named. */
  export interface Term {
    field: string;
    term: string;
    quoted: boolean;
    prefix?: "-" | "!" | "+" | null;
  }
  /** "both" includes both ends, "left" the lower one, "right" the upper one. */
  export interface Range {
    field: string;
    term_min: string;
    term_max: string;
    inclusive: "both" | "left" | "right" | "none";
  }
  /** Joined conditions; a single one without `right`; `field` if parentheses follow a field. */
  export interface Joined {
    start?: "NOT";
    left?: Joined | Term | Range;
    operator?: "AND" | "OR" | "AND NOT" | "OR NOT" | "NOT" | "&&" | "||" | "<implicit>";
    right?: Joined | Term | Range;
    field?: string;
  }
  /** @throws SyntaxError with the location. */
  export function parse(query: string): Joined;
}
