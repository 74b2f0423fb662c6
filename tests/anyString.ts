import * as fc from "fast-check";

const surrogates = { min: 0xd800, max: 0xdfff };

/** Any character of Unicode. */
const character = fc
  .integer({ min: 0, max: 0x10ffff })
  .filter((code) => code < surrogates.min || code > surrogates.max)
  .map((code) => String.fromCodePoint(code));

/** Any string. fast-check's own, with `unit: "binary"`, lists all characters first, which takes most of a second. */
export const anyString: fc.Arbitrary<string> = fc.string({ unit: character });
