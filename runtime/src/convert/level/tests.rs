use super::*;
use proptest::prelude::*;

#[test]
fn levels_of_usual_layouts() {
    for (line, severity) in [
        (
            "2026-03-04 05:06:07 76e7df99-7363-43f0-b967-4462a4be3b5d ERROR Orders:12 - no stock",
            Severity::Error,
        ),
        ("05:06:07.089 [main] WARN com.example.Orders - low", Severity::Warn),
        ("2026-03-04T05:06:07.089Z  INFO orders: started", Severity::Info),
        ("ERROR: no stock", Severity::Error),
        ("[DEBUG] x", Severity::Debug),
        (
            "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory",
            Severity::Fatal,
        ),
        (
            "2026-03-04 05:06:07.089 | SUCCESS  | app:handler:8 - packed",
            Severity::Info,
        ),
        ("[05:06:07 ERR] Shelf 7 is empty", Severity::Error),
        ("2026-03-04 05:06:07.089 +00:00 [WRN] Shelf 7 is low", Severity::Warn),
        ("2026-03-04 05:06:07.0891|ERROR|Shop.Orders|no stock", Severity::Error),
        ("ERROR:root:no stock", Severity::Error),
        ("2026-03-04 05:06:07,089 - shop.orders - WARNING - low", Severity::Warn),
        ("[2026-03-04 05:06:07,089] ERROR in app: no stock", Severity::Error),
        ("[2026-03-04 05:06:07 +0000] [7] [INFO] Booting", Severity::Info),
        (
            "2026-03-04T05:06:07.089123Z [error    ] no stock        sku=a",
            Severity::Error,
        ),
        ("[2026-03-04T05:06:07Z ERROR shop] no stock", Severity::Error),
        ("[ERROR shop] no stock", Severity::Error),
        ("E0304 05:06:07.089123       7 orders.go:12] no stock", Severity::Error),
        ("2026-03-04 05:06:07.089 E [7:main] Orders -- no stock", Severity::Error),
        ("5:06AM ERR no stock error=\"x\"", Severity::Error),
        ("ERRO[0000] no stock     n=1", Severity::Error),
        ("2026/03/04 05:06:07 WARN low sku=a", Severity::Warn),
        (
            "1.772600767089e+09\twarn\tshop/main.go:9\tlow\t{\"n\": 1}",
            Severity::Warn,
        ),
        (
            "2026-03-04T05:06:07.089Z\tERROR\tshop\tmain.go:9\tno stock",
            Severity::Error,
        ),
        (
            "[2026-03-04T05:06:07.089123+00:00] app.ERROR: no stock {\"sku\":\"a\"} []",
            Severity::Error,
        ),
        (
            "[04-Mar-2026 05:06:07 UTC] PHP Warning:  Undefined variable $x in /var/task/index.php on line 7",
            Severity::Warn,
        ),
        ("PHP Deprecated:  old in /var/task/index.php on line 7", Severity::Info),
        ("[04-Mar-2026 05:06:07] NOTICE: fpm is running, pid 1", Severity::Info),
        ("error: no stock {\"code\":\"E\"}", Severity::Error),
        ("2026-03-04T05:06:07.089Z [shop] error: no stock", Severity::Error),
        ("fail: Shop.Orders[0]", Severity::Error),
        ("dbug: Shop.Orders[12]", Severity::Debug),
        ("<3>Shop.Orders[0] no stock", Severity::Error),
        ("<11>1 2026-03-04T05:06:07Z host shop 7 - - no stock", Severity::Error),
        (
            "[Nest] 7  - 03/04/2026, 5:06:07 AM   ERROR [Orders] no stock",
            Severity::Error,
        ),
        (
            "[Nest] 7  - 03/04/2026, 5:06:07 AM     LOG [Orders] started",
            Severity::Info,
        ),
        ("[5:06:07 AM]  WARN  low", Severity::Warn),
        ("2026/03/04 05:06:07 [error] 7#7: *1 no stock", Severity::Error),
        (
            "2026-03-04T05:06:07.089Z ERROR 7 --- [shop] [main] shop.Orders : no stock",
            Severity::Error,
        ),
        ("Mar 4 05:06:07 host ERROR x", Severity::Unspecified),
        ("Mar 04, 2026 5:06:07 AM SEVERE x", Severity::Error),
        (
            "2026-03-04T05:06:07+0000 error shop: [Orders] no stock",
            Severity::Error,
        ),
        ("[2026-03-04 05:06:07.089] [shop] [error] no stock", Severity::Error),
        ("(node:7) [DEP0040] DeprecationWarning: old", Severity::Warn),
        ("(node:7) Warning: x", Severity::Warn),
        ("/var/task/app.py:65: DeprecationWarning: old api", Severity::Warn),
        ("INFO:     Started server process [7]", Severity::Info),
        ("[2026-03-04 05:06:07,089: ERROR/MainProcess] no stock", Severity::Error),
        ("[W 260304 05:06:07 web:7] low", Severity::Warn),
        ("2026-03-04 05:06:07,089 shop ERROR no stock", Severity::Error),
        ("2026/03/04 05:06:07.089 [E] [orders.go:9] no stock", Severity::Error),
        ("2026-03-04 05:06:07 | W | shop | low", Severity::Warn),
        ("[05:06:07 Error] no stock", Severity::Error),
        (
            "Warning: Undefined variable $x in /var/task/index.php on line 7",
            Severity::Warn,
        ),
    ] {
        assert_eq!(find(line).1, severity, "{line}");
    }
    let time = timestamp::parse("2026-03-04T05:06:07.089Z");
    assert_eq!(find("2026-03-04T05:06:07.089Z  INFO orders: started").0, time);
}

#[test]
fn words_within_text_are_no_levels() {
    for line in [
        "2026/03/04 05:06:07 order 7",
        "ALL done",
        "ALERT the team",
        "NOTICE of delivery",
        "FAIL test_orders",
        "SUCCESS story",
        "LOG in first",
        "CONFIG: loaded 7 files",
        "Error in it",
        "Error: no stock",
        "an ERROR",
        "0 errors",
        "errors: 0",
        "error: 0",
        "error: none",
        "error: null, result: 7",
        "warn: 3, error: 0",
        "ERROR: 0, WARN: 3",
        "error_count=0",
        "fail: 0, pass: 7",
        "http: GET /",
        "data: 7",
        "log: x",
        "order 7: INFO inside of a sentence",
        "sent INFO to ERROR desk",
        "2026-03-04 05:06:07 order ERROR flag cleared",
        "2026-03-04 05:06:07 error rate is 0",
        "2026-03-04T05:06:07Z info about orders",
        "the [ERROR] marker",
        "[config] loaded",
        "[data] 7 rows",
        "[all] done",
        "[shop] loaded info",
        "trace id 7",
        "debug mode is off",
        "fatalities: 0",
        "information: see below",
        "INFORMED users",
        "WARNINGS were found",
        "DEBUG=true",
        "A INFO",
        "E 7",
        "I [7] x",
        "GET /error 200",
        "time=soon msg=x",
        "(error) x",
        "[E] x",
        "[E 7] x",
        "[05:06:07 Error handler] x",
        "2026-03-04 05:06:07,089 order error flag cleared",
        "Warning: 7 of 12 on shelf",
        "Notice: deliveries on line 7 and 12",
        "<html><body>ERROR</body></html>",
        "",
        " ",
        "[]",
    ] {
        assert_eq!(find(line), (None, Severity::Unspecified), "{line}");
    }
}

#[test]
fn prefixes() {
    for text in [
        "2026/03/04 05:06:07 ",
        "INFO ",
        "[main] ERROR: ",
        "",
        "<11>",
        "2026-03-04T05:06:07Z [7] ",
    ] {
        assert!(is_prefix(text), "{text}");
    }
    for text in ["received ", "2026/03/04 05:06:07 event ", "shop: "] {
        assert!(!is_prefix(text), "{text}");
    }
}

proptest! {
    #[test]
    fn sentences_have_no_level(
        words in prop::collection::vec("[a-z]{2,8}", 1..5),
        level in "(INFO|WARN|ERROR|FATAL|DEBUG|info|error|warning)",
        place in 1usize..5,
    ) {
        prop_assume!(words.iter().all(|word| table::level(word).is_none()));
        let mut words = words;
        let place = place.min(words.len());
        words.insert(place, level);
        prop_assert_eq!(find(&words.join(" ")).1, Severity::Unspecified);
    }

    #[test]
    fn never_panics(line in "[\\[\\]()<>| a-zA-Z0-9:é.\t\n-]{0,60}") {
        let _ = find(&line);
        let _ = is_prefix(&line);
    }
}
