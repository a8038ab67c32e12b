//! Lines that break where they must.

/// A text that knows where it may be broken.
#[derive(Clone, Debug)]
pub(crate) enum Doc {
    /// Words that stay together.
    Text(String),
    /// A space, or a new line.
    Line,
    /// Nothing, or a new line.
    Fold,
    /// One after the other.
    Row(Vec<Doc>),
    /// Broken everywhere or nowhere.
    Group(Box<Doc>),
    /// New lines inside begin further right.
    Indent(Box<Doc>),
}

/// How wide a line should be at most, in characters.
const WIDTH: usize = 100;
/// How much further right a line that goes on begins.
const STEP: usize = 4;

impl From<&str> for Doc {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Doc {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl Doc {
    pub(crate) fn group(self) -> Self {
        Self::Group(Box::new(self))
    }

    pub(crate) fn indent(self) -> Self {
        Self::Indent(Box::new(self))
    }

    /// `before ITEM, ITEM after`, with a separator that ends a line.
    pub(crate) fn list(before: &str, items: Vec<Self>, separator: &str, after: &str) -> Self {
        let mut row = vec![Self::Fold];
        for (at, item) in items.into_iter().enumerate() {
            if at > 0 {
                row.push(separator.into());
                row.push(Self::Line);
            }
            row.push(item);
        }
        Self::Row(vec![before.into(), Self::Row(row).indent(), after.into()]).group()
    }

    /// Writes it, where new lines begin `indent` further right.
    pub(crate) fn write(&self, indent: usize) -> String {
        let mut writer = Writer { out: String::new(), column: indent };
        writer.write(self, indent, false);
        writer.out
    }

    /// What is left of a width after this is written flat; none where it does not fit.
    fn fits(&self, left: usize) -> Option<usize> {
        match self {
            Self::Text(text) => left.checked_sub(text.chars().count()),
            Self::Line => left.checked_sub(1),
            Self::Fold => Some(left),
            Self::Row(parts) => parts.iter().try_fold(left, |left, part| part.fits(left)),
            Self::Group(inner) | Self::Indent(inner) => inner.fits(left),
        }
    }
}

struct Writer {
    out: String,
    column: usize,
}

impl Writer {
    fn write(&mut self, doc: &Doc, indent: usize, is_flat: bool) {
        match doc {
            Doc::Text(text) => {
                self.out.push_str(text);
                self.column += text.chars().count();
            }
            Doc::Line if is_flat => {
                self.out.push(' ');
                self.column += 1;
            }
            Doc::Fold if is_flat => {}
            Doc::Line | Doc::Fold => {
                self.out.push('\n');
                self.out.extend(std::iter::repeat_n(' ', indent));
                self.column = indent;
            }
            Doc::Row(parts) => {
                for part in parts {
                    self.write(part, indent, is_flat);
                }
            }
            Doc::Group(inner) => {
                let is_flat = is_flat || inner.fits(WIDTH.saturating_sub(self.column)).is_some();
                self.write(inner, indent, is_flat);
            }
            Doc::Indent(inner) => self.write(inner, indent + STEP, is_flat),
        }
    }
}
