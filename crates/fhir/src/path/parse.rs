//! From words to an expression, by precedence climbing.
//!
//! # Source
//! FHIRPath 3.0.0, grammar and operator precedence. Two limits keep hostile text from exhausting
//! the stack: [`NESTING_MAX`] while reading, [`HEIGHT_MAX`] for the tree that is handed on.

use super::ast::{Expr, Kind, Literal, Op, TypeName, TypeOp};
use super::lex::{Token, TokenKind, lex};
use super::{HEIGHT_MAX, NESTING_MAX, PathError};

/// Reads a FHIRPath expression.
///
/// ```
/// let expr = fhir::path::parse("name.where(use = 'official').family").unwrap();
/// assert_eq!(expr.to_string(), "name.where(use = 'official').family");
/// let error = fhir::path::parse("name.where(use = ").unwrap_err();
/// assert_eq!(error.at, 17);
/// ```
///
/// # Errors
/// When the text is not an expression, nests deeper than [`NESTING_MAX`] or grows taller than
/// [`HEIGHT_MAX`].
pub fn parse(text: &str) -> Result<Expr, PathError> {
    let tokens = lex(text)?;
    let mut parser = Parser { tokens, next: 0, depth: 0 };
    let tree = parser.expression(0)?;
    match parser.peek() {
        TokenKind::End => Ok(tree.expr),
        other => {
            let message = format!(
                "expected an operator or the end of the expression, found {}",
                describe(other)
            );
            Err(parser.fail(message))
        }
    }
}

/// How tightly a sign binds: tighter than every binary operator.
const SIGN: u8 = 11;

/// An expression and the height of its tree.
struct Tree {
    expr: Expr,
    height: usize,
}

struct Parser {
    tokens: Vec<Token>,
    next: usize,
    depth: usize,
}

impl Parser {
    fn peek(&self) -> &TokenKind {
        self.tokens.get(self.next).map_or(&TokenKind::End, |token| &token.kind)
    }

    fn at(&self) -> usize {
        self.tokens.get(self.next).or(self.tokens.last()).map_or(0, |token| token.at)
    }

    fn step(&mut self) -> TokenKind {
        let kind = self.peek().clone();
        self.next += 1;
        kind
    }

    fn take(&mut self, symbol: &str) -> bool {
        let found = matches!(self.peek(), TokenKind::Symbol(s) if *s == symbol);
        if found {
            self.next += 1;
        }
        found
    }

    fn expect(&mut self, symbol: &str) -> Result<(), PathError> {
        if self.take(symbol) {
            return Ok(());
        }
        let message = format!("expected {symbol:?}, found {}", describe(self.peek()));
        Err(self.fail(message))
    }

    fn fail(&self, message: impl Into<String>) -> PathError {
        PathError::new(self.at(), message)
    }

    fn tree(&self, at: usize, kind: Kind, below: usize) -> Result<Tree, PathError> {
        let height = below + 1;
        if height > HEIGHT_MAX {
            return Err(PathError::new(
                at,
                format!("the expression is longer than {HEIGHT_MAX} steps; split it"),
            ));
        }
        Ok(Tree { expr: Expr { kind, at }, height })
    }

    /// Reads an expression whose operators bind at least as tightly as `floor`.
    fn expression(&mut self, floor: u8) -> Result<Tree, PathError> {
        self.depth += 1;
        if self.depth > NESTING_MAX {
            let message = format!("nested deeper than {NESTING_MAX} levels; write it flatter");
            return Err(self.fail(message));
        }
        let mut left = self.signed()?;
        while let Some(operator) = operator(self.peek()) {
            let at = self.at();
            if operator.binding() < floor {
                break;
            }
            self.next += 1;
            left = match operator {
                Operator::Binary(op, binding) => {
                    let right = self.expression(binding + 1)?;
                    let below = left.height.max(right.height);
                    let (left, right) = (Box::new(left.expr), Box::new(right.expr));
                    self.tree(at, Kind::Binary { op, left, right }, below)?
                }
                Operator::Type(test) => {
                    let type_name = self.type_name()?;
                    let of = Box::new(left.expr);
                    self.tree(at, Kind::TypeTest { test, of, type_name }, left.height)?
                }
            };
        }
        self.depth -= 1;
        Ok(left)
    }

    fn signed(&mut self) -> Result<Tree, PathError> {
        let at = self.at();
        let negative = match self.peek() {
            TokenKind::Symbol("-") => true,
            TokenKind::Symbol("+") => false,
            _ => return self.postfix(),
        };
        self.next += 1;
        let of = self.expression(SIGN)?;
        self.tree(at, Kind::Sign { negative, of: Box::new(of.expr) }, of.height)
    }

    /// Reads a term and the `.name`, `.name(…)` and `[…]` that follow it.
    fn postfix(&mut self) -> Result<Tree, PathError> {
        let mut base = self.term()?;
        loop {
            let at = self.at();
            if self.take(".") {
                base = self.invocation(Some(base))?;
            } else if self.take("[") {
                let index = self.expression(0)?;
                self.expect("]")?;
                let below = base.height.max(index.height);
                let (base_expr, index) = (Box::new(base.expr), Box::new(index.expr));
                base = self.tree(at, Kind::Item { base: base_expr, index }, below)?;
            } else {
                return Ok(base);
            }
        }
    }

    /// Reads a name or a call, after a point or at the beginning of a path.
    fn invocation(&mut self, base: Option<Tree>) -> Result<Tree, PathError> {
        let at = self.at();
        if let TokenKind::Dollar(word) = self.peek().clone() {
            return match base {
                None => self.dollar(&word),
                Some(_) => Err(self.fail(format!("${word} stands alone, not after a point"))),
            };
        }
        let name = self.identifier()?;
        let below = base.as_ref().map_or(0, |tree| tree.height);
        let base = base.map(|tree| Box::new(tree.expr));
        if !self.take("(") {
            return self.tree(at, Kind::Member { base, name }, below);
        }
        let (arguments, tallest) = self.arguments(&name)?;
        self.tree(at, Kind::Call { base, name, arguments }, below.max(tallest))
    }

    fn arguments(&mut self, function: &str) -> Result<(Vec<Expr>, usize), PathError> {
        let (mut arguments, mut tallest) = (Vec::new(), 0);
        if self.take(")") {
            return Ok((arguments, tallest));
        }
        loop {
            let mut argument = self.expression(0)?;
            if function == "sort" {
                argument = self.sort_direction(argument)?;
            }
            tallest = tallest.max(argument.height);
            arguments.push(argument.expr);
            if !self.take(",") {
                self.expect(")")?;
                return Ok((arguments, tallest));
            }
        }
    }

    /// `sort(birthDate desc)` is read as `sort(-birthDate)`, which is how the suite writes it.
    fn sort_direction(&mut self, key: Tree) -> Result<Tree, PathError> {
        let negative = match self.peek() {
            TokenKind::Name(word) if word == "desc" => true,
            TokenKind::Name(word) if word == "asc" => false,
            _ => return Ok(key),
        };
        self.next += 1;
        if !negative {
            return Ok(key);
        }
        let at = key.expr.at;
        self.tree(at, Kind::Sign { negative, of: Box::new(key.expr) }, key.height)
    }

    fn dollar(&mut self, word: &str) -> Result<Tree, PathError> {
        let kind = match word {
            "this" => Kind::This,
            "index" => Kind::Index,
            "total" => Kind::Total,
            _ => return Err(self.fail("after $ only this, index and total have a meaning")),
        };
        let at = self.at();
        self.next += 1;
        self.tree(at, kind, 0)
    }

    fn identifier(&mut self) -> Result<String, PathError> {
        match self.peek().clone() {
            TokenKind::Delimited(name) => {
                self.next += 1;
                Ok(name)
            }
            TokenKind::Name(name) if !is_reserved(&name) => {
                self.next += 1;
                Ok(name)
            }
            TokenKind::Name(name) => {
                Err(self.fail(format!("{name} is an operator; as a name it is written `{name}`")))
            }
            other => Err(self.fail(format!("expected a name, found {}", describe(&other)))),
        }
    }

    fn type_name(&mut self) -> Result<TypeName, PathError> {
        let first = self.identifier()?;
        if self.take(".") {
            return Ok(TypeName { namespace: Some(first), name: self.identifier()? });
        }
        Ok(TypeName { namespace: None, name: first })
    }

    fn term(&mut self) -> Result<Tree, PathError> {
        let at = self.at();
        match self.peek().clone() {
            TokenKind::Symbol("(") => {
                self.next += 1;
                let inner = self.expression(0)?;
                self.expect(")")?;
                Ok(inner)
            }
            TokenKind::Symbol("{") => {
                self.next += 1;
                self.expect("}")?;
                self.tree(at, Kind::Empty, 0)
            }
            TokenKind::Symbol("%") => {
                self.next += 1;
                let name = match self.peek().clone() {
                    TokenKind::String(name) => {
                        self.next += 1;
                        name
                    }
                    _ => self.identifier()?,
                };
                self.tree(at, Kind::External(name), 0)
            }
            TokenKind::Name(_) | TokenKind::Delimited(_) | TokenKind::Dollar(_) => {
                match self.boolean() {
                    Some(literal) => self.tree(at, Kind::Literal(literal), 0),
                    None => self.invocation(None),
                }
            }
            TokenKind::End => Err(self.fail("the expression ends where a value is expected")),
            _ => {
                let literal = self.literal()?;
                self.tree(at, Kind::Literal(literal), 0)
            }
        }
    }

    fn boolean(&mut self) -> Option<Literal> {
        let value = match self.peek() {
            TokenKind::Name(word) if word == "true" => true,
            TokenKind::Name(word) if word == "false" => false,
            _ => return None,
        };
        self.next += 1;
        Some(Literal::Boolean(value))
    }

    fn literal(&mut self) -> Result<Literal, PathError> {
        let at = self.at();
        let too_large = || PathError::new(at, "the number is too large for an integer");
        match self.step() {
            TokenKind::String(text) => Ok(Literal::String(text)),
            TokenKind::Date(text) => Ok(Literal::Date(text)),
            TokenKind::DateTime(text) => Ok(Literal::DateTime(text)),
            TokenKind::Time(text) => Ok(Literal::Time(text)),
            TokenKind::Long(text) => text.parse().map(Literal::Long).map_err(|_| too_large()),
            TokenKind::Integer(text) => match self.unit() {
                Some(unit) => Ok(Literal::Quantity(text, unit)),
                None => text.parse().map(Literal::Integer).map_err(|_| too_large()),
            },
            TokenKind::Decimal(text) => Ok(match self.unit() {
                Some(unit) => Literal::Quantity(text, unit),
                None => Literal::Decimal(text),
            }),
            other => {
                let message = format!("expected a value, found {}", describe(&other));
                Err(PathError::new(at, message))
            }
        }
    }

    /// The unit after a number: a calendar word or UCUM in quotes.
    fn unit(&mut self) -> Option<String> {
        let unit = match self.peek() {
            TokenKind::String(unit) => unit.clone(),
            TokenKind::Name(word) if is_calendar_unit(word) => word.clone(),
            _ => return None,
        };
        self.next += 1;
        Some(unit)
    }
}

enum Operator {
    Binary(Op, u8),
    Type(TypeOp),
}

impl Operator {
    fn binding(&self) -> u8 {
        match self {
            Self::Binary(_, binding) => *binding,
            Self::Type(_) => 8,
        }
    }
}

fn operator(token: &TokenKind) -> Option<Operator> {
    let (op, binding) = match token {
        TokenKind::Symbol(symbol) => match *symbol {
            "*" => (Op::Multiply, 10),
            "/" => (Op::Divide, 10),
            "+" => (Op::Add, 9),
            "-" => (Op::Subtract, 9),
            "&" => (Op::Concatenate, 9),
            "|" => (Op::Union, 7),
            "<" => (Op::Less, 6),
            "<=" => (Op::LessOrEqual, 6),
            ">" => (Op::Greater, 6),
            ">=" => (Op::GreaterOrEqual, 6),
            "=" => (Op::Equal, 5),
            "!=" => (Op::NotEqual, 5),
            "~" => (Op::Equivalent, 5),
            "!~" => (Op::NotEquivalent, 5),
            _ => return None,
        },
        TokenKind::Name(word) => match word.as_str() {
            "div" => (Op::Div, 10),
            "mod" => (Op::Mod, 10),
            "is" => return Some(Operator::Type(TypeOp::Is)),
            "as" => return Some(Operator::Type(TypeOp::As)),
            "in" => (Op::In, 4),
            "contains" => (Op::Contains, 4),
            "and" => (Op::And, 3),
            "or" => (Op::Or, 2),
            "xor" => (Op::Xor, 2),
            "implies" => (Op::Implies, 1),
            _ => return None,
        },
        _ => return None,
    };
    Some(Operator::Binary(op, binding))
}

/// Words that cannot be names without back-ticks (`as`, `is`, `in` and `contains` can).
pub(super) fn is_reserved(word: &str) -> bool {
    matches!(word, "and" | "or" | "xor" | "implies" | "div" | "mod" | "true" | "false")
}

/// `year`, `years`, … `millisecond`, `milliseconds`.
pub(super) fn is_calendar_unit(word: &str) -> bool {
    matches!(
        word.strip_suffix('s').unwrap_or(word),
        "year" | "month" | "week" | "day" | "hour" | "minute" | "second" | "millisecond"
    )
}

fn describe(token: &TokenKind) -> String {
    match token {
        TokenKind::Name(word) | TokenKind::Delimited(word) => format!("the name {word:?}"),
        TokenKind::String(_) => "a text".to_owned(),
        TokenKind::Integer(text) | TokenKind::Decimal(text) | TokenKind::Long(text) => {
            format!("the number {text}")
        }
        TokenKind::Date(text) | TokenKind::DateTime(text) => format!("the date @{text}"),
        TokenKind::Time(text) => format!("the time @T{text}"),
        TokenKind::Dollar(word) => format!("${word}"),
        TokenKind::Symbol(symbol) => format!("{symbol:?}"),
        TokenKind::End => "the end of the expression".to_owned(),
    }
}

#[cfg(test)]
mod tests;
