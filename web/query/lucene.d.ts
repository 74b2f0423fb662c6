/** HyperDX's parser of Lucene: the package has no types. */
declare module "@hyperdx/lucene" {
  /** A condition on a field; `<implicit>` where none is named. */
  export interface Term {
    field: string;
    term: string;
    quoted: boolean;
    prefix?: "-" | "!" | "+" | null;
  }
  /** Both ends included with "both", the lower one with "left", the upper one with "right". */
  export interface Range {
    field: string;
    term_min: string;
    term_max: string;
    inclusive: "both" | "left" | "right" | "none";
  }
  /** Conditions that are joined; without `right`, a single one; `field` where parentheses follow one. */
  export interface Joined {
    start?: "NOT";
    left?: Joined | Term | Range;
    operator?: "AND" | "OR" | "AND NOT" | "OR NOT" | "NOT" | "&&" | "||" | "<implicit>";
    right?: Joined | Term | Range;
    field?: string;
  }
  /** @throws SyntaxError with the place. */
  export function parse(query: string): Joined;
}
