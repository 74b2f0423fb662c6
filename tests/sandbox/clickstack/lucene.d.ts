/** HyperDX's parser of Lucene, as far as the tests use it: the package has no types. */
declare module "@hyperdx/lucene" {
  /** A condition on a field; `<implicit>` where none is named. */
  export interface Term {
    field: string;
    term: string;
    quoted: boolean;
  }
  /** Conditions that are joined; without `right`, one in parentheses. */
  export interface Joined {
    left: Joined | Term;
    operator?: "AND" | "OR" | "<implicit>";
    right?: Joined | Term;
  }
  export function parse(query: string): Joined | Term;
}
