import assert from "node:assert/strict";
import fc from "fast-check";
import { redact, shownUrl, urlCredentials } from "../../../../provider/plan/redaction";

describe("redact", () => {
  for (const [what, message, secrets, expected] of [
    ["a value", '"hush" is not a runtime', ["hush"], '"[secret]" is not a runtime'],
    [
      "a number, not the digits of others",
      "is 12 MB; takes 128 to 10240 MB",
      ["12"],
      "is [secret] MB; takes 128 to 10240 MB",
    ],
    ["a value that is part of another", "a-b and a", ["a", "a-b"], "[secret] and [secret]"],
    ["signs of expressions", "has a.b*c (here)", ["a.b*c", "(here)"], "has [secret] [secret]"],
    ["a value as JSON writes it", 'is "a\\"b"', ['a"b'], 'is "[secret]"'],
    ["a value as URLs write it", "q=a%26b&x", ["a&b"], "q=[secret]&x"],
    [
      "the account of an ARN",
      "is in account 123456789012, but",
      ["arn:aws:iam::123456789012:role/a"],
      "is in account [secret], but",
    ],
    ["the host of a URL", "example.com:1 is away", ["http://example.com:1/path"], "[secret] is away"],
    ["credentials of a URL", "no user p@ss", ["http://name:p%40ss@host"], "no user [secret]"],
    [
      "the token without its scheme",
      "unknown token abcdef123456",
      ["Bearer abcdef123456"],
      "unknown token [secret]",
    ],
    ["nothing of an empty value", "as it is", ["", " "], "as it is"],
    ["a dollar sign as it stands", "$& and x", ["x"], "$& and [secret]"],
  ] as const) {
    it(`leaves out ${what}`, () => assert.equal(redact(message, secrets), expected));
  }

  it("removes every value between spaces completely", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 6 }), fc.string(), (secret, rest) => {
        fc.pre(!"[secret]".includes(secret) && secret.trim().length >= 6 && !rest.includes(secret));
        assert.ok(!redact(`${rest} ${secret} ${rest}`, [secret]).includes(secret));
      }),
    );
  });
});

describe("URLs in messages", () => {
  it("come without credentials and query", () => {
    assert.equal(shownUrl("https://user:key@host:4318/v1/logs?key=hush"), "https://host:4318/v1/logs");
    assert.equal(shownUrl("https://host:4318"), "https://host:4318");
    assert.equal(shownUrl("no URL"), "no URL");
  });

  it("return their credentials in encoded and decoded form", () => {
    assert.deepEqual(urlCredentials("https://user:k%40y@host"), ["user", "k%40y", "user", "k@y"]);
    assert.deepEqual(urlCredentials("no URL"), []);
  });
});
