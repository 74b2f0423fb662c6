use super::*;
use proptest::prelude::*;

fn parsed(text: &str) -> Vec<(String, String)> {
    let file = parse(text, &BTreeMap::from([("HOME".to_owned(), "/home".to_owned())]));
    assert_eq!(file.problems, []);
    file.variables
}

fn value(text: &str) -> String {
    let mut variables = parsed(&format!("A={text}\nB=next\n"));
    assert_eq!(variables.pop().unwrap(), ("B".to_owned(), "next".to_owned()));
    variables.pop().unwrap().1
}

#[test]
fn reads_names_comments_and_empty_lines() {
    let text = "\u{feff}# comment\n\n A = 1 \r\nexport B=2 # comment\n  # C=3\nexporter=4\nD=";
    let expected = [("A", "1"), ("B", "2"), ("exporter", "4"), ("D", "")];
    assert_eq!(
        parsed(text),
        expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
}

#[test]
fn reads_quotes() {
    assert_eq!(value(r#""a # b""#), "a # b");
    assert_eq!(value(r#"'a "b" ${HOME} \n' # c"#), r#"a "b" ${HOME} \n"#);
    assert_eq!(value(r#""a\n\"b\" \\ \x""#), "a\n\"b\" \\ \\x");
    assert_eq!(value("\"two\nlines\""), "two\nlines");
    assert_eq!(value(r#"a" b "'c'"#), "a b c");
    assert_eq!(value("Bearer abc"), "Bearer abc");
    assert_eq!(value("a#b"), "a#b");
    assert_eq!(value("''"), "");
}

#[test]
fn substitutes_variables() {
    assert_eq!(value("${HOME}/x"), "/home/x");
    assert_eq!(value(r#""${HOME}/${NOT_SET}x""#), "/home/x");
    assert_eq!(value(r"\${HOME}"), "${HOME}");
    assert_eq!(value("$HOME costs 5$ ${open"), "$HOME costs 5$ ${open");
    assert_eq!(parsed("X=1\nX=2\nY=${X}")[2].1, "2");
    assert_eq!(parsed("HOME=mine\nY=${HOME}")[1].1, "/home");
}

#[test]
fn leaves_references_to_secrets() {
    let reference = "${arn:aws:ssm:eu-central-1:1:parameter/key#a}";
    assert_eq!(
        value(&format!("Authorization={reference}")),
        format!("Authorization={reference}")
    );
    assert_eq!(value(&format!("\"{reference}\"")), reference);
    assert_eq!(value("secret://arn:x#key"), "secret://arn:x#key");
}

#[test]
fn variables_that_multiply_are_bounded() {
    let doubled: String = (0..60).map(|n| format!("A{}=${{A{n}}}${{A{n}}}\n", n + 1)).collect();
    let file = parse(&format!("A0=0123456789abcdef\n{doubled}Z=1\n"), &BTreeMap::new());
    assert!(file.variables.iter().all(|(_, value)| value.len() <= LONGEST_VALUE));
    assert_eq!(file.problems[0].line, 14);
    assert_eq!(file.problems[0].reason, "has a value longer than 64 KiB");
    assert_eq!(file.variables.last().unwrap().0, "Z");
}

#[test]
fn reports_bad_lines_by_number_and_keeps_the_rest() {
    let file = parse("A=\"two\nlines\"\nnothing\n=x\n1X=2\nB='open\nC=3\n", &BTreeMap::new());
    let lines: Vec<_> = file
        .problems
        .iter()
        .map(|problem| (problem.line, problem.reason))
        .collect();
    let name = "has no name before its =";
    let quote = "has a quote that is not closed";
    assert_eq!(
        lines,
        [(3, "has no = between name and value"), (4, name), (5, name), (6, quote)]
    );
    let names: Vec<_> = file.variables.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["A", "C"]);
}

proptest! {
    #[test]
    fn never_panics(text in "(\\PC|\n|\r|\\$\\{|'|\"|\\\\|=){0,60}") {
        parse(&text, &BTreeMap::new());
    }

    #[test]
    fn gives_back_what_single_quotes_hold(text in "[^']{0,40}") {
        prop_assert_eq!(value(&format!("'{text}'")), text);
    }

    #[test]
    fn gives_back_what_double_quotes_hold(text in "(\\PC|\n){0,40}") {
        let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('$', "\\$");
        prop_assert_eq!(value(&format!("\"{escaped}\"")), text);
    }

    #[test]
    fn bad_lines_cost_themselves_alone(bad in "([a-z]{1,8}|=[a-z]{0,4}|1[a-z]{0,3}=x)", at in 0usize..4) {
        let mut lines = vec!["A=1", "B=2", "C=3"];
        lines.insert(at, &bad);
        let file = parse(&lines.join("\n"), &BTreeMap::new());
        prop_assert_eq!(file.problems.iter().map(|problem| problem.line).collect::<Vec<_>>(), [at + 1]);
        let values: Vec<_> = file.variables.iter().map(|(_, value)| value.as_str()).collect();
        prop_assert_eq!(values, ["1", "2", "3"]);
    }

    #[test]
    fn gives_back_plain_lines(pairs in prop::collection::vec(("[A-Z_][A-Z0-9_]{0,8}", "[a-zA-Z0-9:/.,=+@-]{0,20}"), 0..6)) {
        let text: Vec<_> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
        prop_assert_eq!(parsed(&text.join("\n")), pairs);
    }
}
