//! What type an expression gives, as far as FHIR's definitions tell, and what in it can never mean
//! anything.
//!
//! Types are followed as far as they can be told: a name that the type has not is found here,
//! where at run time it would be an empty answer for ever. Nothing is guessed: where the
//! definitions do not tell (after `children()`, `resolve()`, a variable) nothing is said.

mod functions;
mod types;

pub use types::Types;

use vocab::{IssueCode, Severity};

use self::functions::Gives;
use self::types::{Narrowing, literal_type, operation};
use super::ast::{Expr, Kind, TypeOp};
use super::eval::type_of_argument;
use crate::model;

/// Whether functions that depend on order may follow those that give none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// `children().first()` is allowed.
    Any,
    /// It is refused.
    Required,
}

/// Something in an expression that is wrong whatever resource it is asked of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The situation; it knows its remedy.
    pub code: IssueCode,
    /// Byte offset in the expression's text.
    pub at: usize,
    /// What is wrong and, where it can be told, what would be right.
    pub told: String,
}

impl Wrong {
    /// Whether the expression can be asked all the same.
    #[must_use]
    pub fn is_warning(&self) -> bool {
        self.code.severity() == Severity::Warning
    }
}

/// What an expression is asked of.
#[derive(Clone, Copy, Debug)]
pub struct Focus<'f> {
    /// What is in focus.
    pub this: &'f Types,
    /// The resource around it.
    pub resource: &'f Types,
    /// What is held of order.
    pub order: Order,
}

/// Checks an expression against the resource type it is asked of; gives all that is wrong, in the
/// order of the text's reading.
///
/// ```
/// use fhir::path::{self, check};
/// let expr = path::parse("name.famly").unwrap();
/// let wrong = check::check(&expr, "Patient", check::Order::Any);
/// assert_eq!(wrong[0].told, "HumanName has no famly; did you mean family?");
/// assert_eq!(wrong[0].code, vocab::IssueCode::UnknownElement);
/// ```
#[must_use]
pub fn check(expr: &Expr, resource: &str, order: Order) -> Vec<Wrong> {
    let this = Types::named(resource);
    let mut wrong = Vec::new();
    of(expr, Focus { this: &this, resource: &this, order }, &mut wrong);
    wrong
}

/// Tells the type of an expression, noting what is wrong with it.
pub fn of(expr: &Expr, focus: Focus<'_>, wrong: &mut Vec<Wrong>) -> Types {
    Checker { focus, wrong }.types(expr)
}

struct Checker<'f, 'w> {
    focus: Focus<'f>,
    wrong: &'w mut Vec<Wrong>,
}

/// A call, without what it is called on.
#[derive(Clone, Copy)]
struct Called<'e> {
    name: &'e str,
    arguments: &'e [Expr],
    at: usize,
}

impl Checker<'_, '_> {
    fn tell(&mut self, code: IssueCode, at: usize, told: impl Into<String>) {
        self.wrong.push(Wrong { code, at, told: told.into() });
    }

    fn types(&mut self, expr: &Expr) -> Types {
        match &expr.kind {
            Kind::Empty | Kind::Total => Types::unknown(),
            Kind::Literal(literal) => literal_type(literal),
            Kind::This => self.focus.this.clone(),
            Kind::Index => Types::one("System.Integer"),
            Kind::External(name) => self.external(name),
            Kind::Member { base: None, name } => self.root_or_child(name, expr.at),
            Kind::Member { base: Some(base), name } if is_namespace(base) => {
                self.root_or_child(name, expr.at)
            }
            Kind::Member { base: Some(base), name } => {
                let base = self.types(base);
                self.child(&base, name, expr.at)
            }
            Kind::Item { base, index } => {
                self.types(index);
                self.ordered(base, expr.at, "[]");
                self.types(base)
            }
            Kind::Sign { of, .. } => self.types(of),
            Kind::Binary { op, left, right } => {
                let (left, right) = (self.types(left), self.types(right));
                let (types, told) = operation(*op, left, right);
                if let Some(told) = told {
                    self.tell(IssueCode::PathMeaningless, expr.at, told);
                }
                types
            }
            Kind::TypeTest { test, of, type_name } => {
                let of = self.types(of);
                let narrowed =
                    self.narrowed(&of, &Narrowing { to: type_name, test: *test }, expr.at);
                match test {
                    TypeOp::Is => Types::one("System.Boolean"),
                    TypeOp::As => narrowed,
                }
            }
            Kind::Call { base, name, arguments } => {
                let input = match base {
                    Some(base) => {
                        if functions::depends_on_order(name) {
                            self.ordered(base, expr.at, name);
                        }
                        self.types(base)
                    }
                    None => self.focus.this.clone(),
                };
                self.call(input, Called { name, arguments, at: expr.at })
            }
        }
    }

    fn external(&self, name: &str) -> Types {
        match name {
            "rowIndex" => Types::one("System.Integer"),
            "resource" | "rootResource" | "context" => self.focus.resource.clone(),
            "ucum" | "sct" | "loinc" => Types::one("System.String"),
            name if name.starts_with("vs-") || name.starts_with("ext-") => {
                Types::one("System.String")
            }
            _ => Types::unknown(),
        }
    }

    /// A name at the beginning of a path: the type itself, or a child of what is in focus.
    fn root_or_child(&mut self, name: &str, at: usize) -> Types {
        let this = self.focus.this;
        let first_is_capital = name.starts_with(|first: char| first.is_ascii_uppercase());
        let Some(named) = model::type_named(name).filter(|_| first_is_capital) else {
            return self.child(this, name, at);
        };
        if this.is_unknown() {
            return Types::one(named.name);
        }
        let kept = this.kin_of(named.name);
        if kept.is_unknown() {
            let told = format!("this is {}, never {name}", this.listed());
            self.tell(IssueCode::UnknownElement, at, told);
        }
        kept
    }

    /// The types of an element of any of these types.
    fn child(&mut self, base: &Types, name: &str, at: usize) -> Types {
        match base.child(name) {
            Ok(types) => types,
            Err(near) => {
                let told = format!("{} has no {name}{near}", base.listed());
                self.tell(IssueCode::UnknownElement, at, told);
                Types::unknown()
            }
        }
    }

    /// Refuses what depends on an order that is not there.
    fn ordered(&mut self, base: &Expr, at: usize, name: &str) {
        let unordered = matches!(
            &base.kind,
            Kind::Call { name, .. } if name == "children" || name == "descendants"
        );
        if self.focus.order == Order::Required && unordered {
            let told = format!("{name} has no meaning where there is no order");
            self.tell(IssueCode::PathMeaningless, at, told);
        }
    }

    /// The values that are of a type; notes a type that is not, and values that never are of it.
    fn narrowed(&mut self, base: &Types, narrowing: &Narrowing<'_>, at: usize) -> Types {
        let (types, wrong) = base.narrowed(narrowing);
        if let Some((code, told)) = wrong {
            self.tell(code, at, told);
        }
        types
    }

    fn call(&mut self, input: Types, called: Called<'_>) -> Types {
        let Called { name, arguments, at } = called;
        if let Some(told) = functions::wrong(name, arguments.len()) {
            self.tell(IssueCode::UnknownFunction, at, told);
            return Types::unknown();
        }
        if functions::is_for_texts(name) && input.all_complex() {
            let told = format!("{name}() is for texts, not for {}", input.listed());
            self.tell(IssueCode::PathMeaningless, at, told);
        }
        let gives = functions::gives(name);
        if let Gives::Narrowed | Gives::TypeTest | Gives::ReferenceKey = gives {
            return self.named_type(&input, called, gives);
        }
        let given = self.arguments(&input, called);
        if name == "iif" && given.first().is_some_and(Types::never_true) {
            let told = "the criterion of iif() must be true or false; add .exists()";
            self.tell(IssueCode::PathMeaningless, at, told);
        }
        match gives {
            Gives::Same => input,
            Gives::Argument => given.into_iter().next().unwrap_or_default(),
            Gives::Extension => Types::one("Extension"),
            Gives::System(name) => Types::one(name),
            _ => Types::unknown(),
        }
    }

    /// The types of a call's arguments; of what `repeat` finds, only the first round can be told.
    fn arguments(&mut self, input: &Types, called: Called<'_>) -> Vec<Types> {
        let Called { name, arguments, .. } = called;
        let each = functions::asks_each_item(name);
        let types = |(index, argument)| {
            let outside = !each || (name == "aggregate" && index == 1);
            let this = if outside { self.focus.this } else { input };
            let focus = Focus { this, ..self.focus };
            of(argument, focus, self.wrong)
        };
        arguments.iter().enumerate().map(types).collect()
    }

    /// A call whose argument is the name of a type.
    fn named_type(&mut self, input: &Types, called: Called<'_>, gives: Gives) -> Types {
        let Called { name, arguments, at } = called;
        let named = match arguments.first().map(type_of_argument) {
            None => None,
            Some(Ok(named)) => Some(named),
            Some(Err(error)) => {
                self.tell(IssueCode::PathMeaningless, error.at, error.message);
                return Types::unknown();
            }
        };
        let test = if gives == Gives::TypeTest { TypeOp::Is } else { TypeOp::As };
        let unknown = Types::unknown();
        // What a Reference points to is of any type.
        let of = if gives == Gives::ReferenceKey { &unknown } else { input };
        let narrowed = match &named {
            Some(to) => self.narrowed(of, &Narrowing { to, test }, at),
            None => Types::unknown(),
        };
        match gives {
            Gives::Narrowed => narrowed,
            Gives::TypeTest => Types::one("System.Boolean"),
            _ => {
                if !input.is_unknown() && !input.has("Reference") {
                    let told = format!("{name}() is asked of {}", input.listed());
                    self.tell(IssueCode::PathMeaningless, at, told);
                }
                Types::one("System.String")
            }
        }
    }
}

/// Whether a name is that of FHIR's own types: `FHIR.Patient`.
fn is_namespace(base: &Expr) -> bool {
    matches!(&base.kind, Kind::Member { base: None, name } if name == "FHIR")
}
