//! What the reader of expressions holds true.

use super::*;

/// Says in brackets what binds to what.
fn shape(expr: &Expr) -> String {
    let base = |base: &Option<Box<Expr>>| {
        base.as_ref().map(|base| format!("{}.", shape(base))).unwrap_or_default()
    };
    match &expr.kind {
        Kind::Binary { op, left, right } => format!("({} {op} {})", shape(left), shape(right)),
        Kind::TypeTest { of, type_name, .. } => format!("({} : {type_name})", shape(of)),
        Kind::Sign { negative: true, of } => format!("-({})", shape(of)),
        Kind::Member { base: b, name } => format!("{}{name}", base(b)),
        Kind::Call { base: b, name, arguments } => {
            let arguments: Vec<_> = arguments.iter().map(shape).collect();
            format!("{}{name}<{}>", base(b), arguments.join(","))
        }
        Kind::Item { base, index } => format!("{}[{}]", shape(base), shape(index)),
        _ => expr.to_string(),
    }
}

fn check(text: &str, expect: &str) {
    let expr = parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!(shape(&expr), expect, "{text}");
    assert_eq!(parse(&expr.to_string()).map(|expr| shape(&expr)), Ok(expect.to_owned()));
}

fn check_fails(text: &str, at: usize, part: &str) {
    let error = parse(text).unwrap_err();
    assert!(error.at == at && error.message.contains(part), "{text}: {error:?}");
}

#[test]
fn operators_bind_as_the_standard_says() {
    check("1 + 2 * 3 - 4", "((1 + (2 * 3)) - 4)");
    check("-1.abs()", "-(1.abs<>)");
    check("-a * b", "(-(a) * b)");
    check("1 > 2 is Boolean", "(1 > (2 : Boolean))");
    check("1 | 3 is Integer", "(1 | (3 : Integer))");
    check("a or b and c implies d xor e", "((a or (b and c)) implies (d xor e))");
    check("a = b in c | d", "((a = b) in (c | d))");
    check("a & b = c ~ d", "(((a & b) = c) ~ d)");
    check("(a as FHIR.Quantity).value", "(a : FHIR.Quantity).value");
}

#[test]
fn names_calls_and_indexes_chain() {
    check("name[0].given.where($this = 'x')[1]", "name[0].given.where<($this = 'x')>[1]");
    check("text.contains('a') and x contains 'a'", "(text.contains<'a'> and (x contains 'a'))");
    check("is.as.in", "is.as.in");
    check("`div`.`a b`.c", "div.a b.c");
    check("%resource.id | %`a b` | %'c'", "((%resource.id | %`a b`) | %c)");
    check("x.sort(-a, b desc, c asc)", "x.sort<-(a),-(b),c>");
}

#[test]
fn literals_keep_their_text() {
    let kind = |text: &str| match parse(text).map(|expr| expr.kind) {
        Ok(Kind::Literal(literal)) => literal,
        other => panic!("{text}: {other:?}"),
    };
    let quantity = |n: &str, unit: &str| Literal::Quantity(n.into(), unit.into());
    assert_eq!(kind("1.50"), Literal::Decimal("1.50".into()));
    assert_eq!(kind("9L"), Literal::Long(9));
    assert_eq!(kind("4 days"), quantity("4", "days"));
    assert_eq!(kind("5.0 'mg'"), quantity("5.0", "mg"));
    assert_eq!(kind("@2024"), Literal::Date("2024".into()));
    assert_eq!(kind("@2024-05T"), Literal::DateTime("2024-05T".into()));
    let moment = "2024-05-17T10:00:00.125+09:00";
    assert_eq!(kind(&format!("@{moment}")), Literal::DateTime(moment.into()));
    assert_eq!(kind("@T10:30"), Literal::Time("10:30".into()));
    assert_eq!(kind(r"'a\'\u3042\uD83D\uDE00\n'"), Literal::String("a'あ😀\n".into()));
    assert_eq!(kind("/* a */ true // b"), Literal::Boolean(true));
}

#[test]
fn an_error_says_where_and_what_to_write() {
    check_fails("a..b", 2, "expected a name");
    check_fails("a and", 5, "ends where a value");
    check_fails("2 + 2 /* no end", 6, "close it");
    check_fails("'open", 0, "no closing");
    check_fails("\"double\"", 0, "single quotes");
    check_fails("@2023-02-30", 0, "calendar");
    check_fails(r"'\q'", 1, "backslash");
    check_fails("a b", 2, "expected an operator");
    check_fails("$that", 0, "this, index and total");
    check_fails("あ", 0, "no meaning");
    check_fails("", 0, "ends where");
}

#[test]
fn hostile_texts_end_in_an_error_not_in_an_overflow() {
    for (open, middle, close) in [("(", "1", ")"), ("-", "1", ""), ("a.where(", "1", ")")] {
        let text = format!("{}{middle}{}", open.repeat(20_000), close.repeat(20_000));
        assert!(parse(&text).unwrap_err().message.contains("levels"));
    }
    assert!(parse(&"a.".repeat(20_000)).is_err());
    assert!(parse(&format!("1{}", " + 1".repeat(20_000))).is_err());
    assert!(parse(&format!("a{}", " | a".repeat(150))).is_ok());
    assert!(parse(&format!("a{}", "[0]".repeat(20_000))).is_err());
}
