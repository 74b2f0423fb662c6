use super::*;
use proptest::prelude::*;

fn good(text: &str) -> Vec<(String, String)> {
    super::pairs(text).into_iter().map(Result::unwrap).collect()
}

fn owned(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

#[test]
fn splits_at_the_first_equals_sign_and_trims() {
    assert_eq!(good(" a = b , c=d=e= "), owned(&[("a", "b"), ("c", "d=e=")]));
    assert_eq!(
        good("Authorization=Bearer a.b"),
        owned(&[("Authorization", "Bearer a.b")])
    );
    assert_eq!(good("a=,"), owned(&[("a", "")]));
    assert_eq!(good(""), owned(&[]));
}

#[test]
fn takes_commas_in_quotes_for_text() {
    assert_eq!(good(r#"a="b,c",d=e"#), owned(&[("a", "b,c"), ("d", "e")]));
    assert_eq!(good(r#"a= "b\",\\c" ,d=e"#), owned(&[("a", r#"b",\c"#), ("d", "e")]));
    assert_eq!(good(r#"x=1,"a=b,c""#), owned(&[("x", "1"), ("a", "b,c")]));
    assert_eq!(good(r#"a=W/"x",b=c"#), owned(&[("a", r#"W/"x""#), ("b", "c")]));
}

#[test]
fn takes_quotes_around_everything_for_a_shells() {
    assert_eq!(
        good(r#""Authorization=key,b=c""#),
        owned(&[("Authorization", "key"), ("b", "c")])
    );
}

#[test]
fn leaves_references_whole() {
    let text = "a=${arn:x#/p,q},b=Bearer ${arn:y}";
    assert_eq!(good(text), owned(&[("a", "${arn:x#/p,q}"), ("b", "Bearer ${arn:y}")]));
    assert_eq!(pair("${arn:a=b}"), Err("has no = between key and value"));
}

#[test]
fn says_how_a_secret_is_written_in_a_list() {
    for text in ["a=secret://arn:x", r#"a="secret://arn:x""#, "a=Bearer secret://arn:x"] {
        assert!(pair(text).unwrap_err().contains("write ${arn:…}"), "{text}");
    }
    assert!(pair("a=secret://other").is_ok());
}

#[test]
fn says_what_is_wrong_and_goes_on() {
    let found = super::pairs(r#"secretkey,=v,a="b,c=d"#);
    assert_eq!(found[0], Err("has no = between key and value"));
    assert_eq!(found[1], Err("has no key before its ="));
    assert_eq!(found[2], Err("has a double quote that is not closed"));
    assert_eq!(found.len(), 3);
}

#[test]
fn decodes_percent_signs() {
    assert_eq!(
        percent_decoded(good("a=b%2Cc,d=%ff,e=100%")),
        owned(&[("a", "b,c"), ("d", "%ff"), ("e", "100%")])
    );
}

fn quoted(value: &str) -> String {
    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
}

proptest! {
    #[test]
    fn never_panics(text in "\\PC*") {
        super::pairs(&text);
    }

    #[test]
    fn gives_back_any_quoted_value(
        list in prop::collection::vec(("[a-zA-Z][a-zA-Z0-9.-]{0,8}", "[ -~äöü]{0,20}"), 1..5)
    ) {
        let text: Vec<_> = list.iter().map(|(key, value)| format!("{key}={}", quoted(value))).collect();
        prop_assert_eq!(good(&text.join(" , ")), list);
    }

    #[test]
    fn gives_back_plain_values_as_they_are(
        list in prop::collection::vec(("[a-zA-Z][a-zA-Z0-9.-]{0,8}", "[!#-+.-z|~-]{1,20}"), 1..5)
    ) {
        let text: Vec<_> = list.iter().map(|(key, value)| format!("{key}={value}")).collect();
        prop_assert_eq!(good(&text.join(",")), list);
    }
}
