//! What the walk found in one resource: the elements the views need, and nothing else.
//!
//! Elements lie in one vector, an object's children in fixed slots of another, so that a compiled
//! path is a few look-ups by number. Both vectors are emptied and filled again for each resource.

/// Names an element of the tree; [`NONE`] is no element.
pub(super) type At = u32;

/// No element.
pub(super) const NONE: At = 0;

/// The resource.
pub(super) const RESOURCE: At = 1;

/// What an element is in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// An object; its children are in its slots.
    Object,
    /// A string whose text stands in the line.
    Text,
    /// A string that had escapes; its text stands in the side buffer.
    Unescaped,
    /// A number, as written.
    Number,
    /// `true`
    True,
    /// `false`
    False,
}

#[derive(Clone, Copy, Debug)]
struct Element {
    form: Form,
    /// The first byte of the text, or the first slot of an object.
    start: u32,
    /// The byte after the text, or the slot after the object's last.
    end: u32,
    /// The next item of the array.
    next: At,
}

/// A value as a column or a test takes it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Leaf<'a> {
    /// An object, which no column takes.
    Object,
    /// A string.
    Text(&'a str),
    /// A number, as written.
    Number(&'a str),
    /// A boolean.
    Bool(bool),
}

/// The elements of one resource.
#[derive(Debug, Default)]
pub(super) struct Tree {
    elements: Vec<Element>,
    slots: Vec<At>,
    /// Strings that had escapes.
    pub(super) side: String,
}

impl Tree {
    pub(super) fn clear(&mut self) {
        self.elements.clear();
        self.slots.clear();
        self.side.clear();
        // Element 0 stands for none.
        self.elements.push(Element { form: Form::Object, start: 0, end: 0, next: NONE });
    }

    #[inline]
    pub(super) fn add(&mut self, form: Form, start: u32, end: u32) -> At {
        let at = u32::try_from(self.elements.len()).unwrap_or(NONE);
        self.elements.push(Element { form, start, end, next: NONE });
        at
    }

    /// Adds an object with so many empty slots; gives the element and its first slot.
    #[inline]
    pub(super) fn add_object(&mut self, width: usize) -> (At, usize) {
        let start = self.slots.len();
        self.slots.resize(start + width, NONE);
        let [from, to] = [start, start + width].map(|at| u32::try_from(at).unwrap_or(0));
        (self.add(Form::Object, from, to), start)
    }

    #[inline]
    pub(super) fn set_slot(&mut self, slot: usize, child: At) {
        if let Some(held) = self.slots.get_mut(slot) {
            *held = child;
        }
    }

    #[inline]
    pub(super) fn set_next(&mut self, item: At, next: At) {
        if let Some(element) = self.elements.get_mut(item as usize) {
            element.next = next;
        }
    }

    #[inline]
    fn element(&self, at: At) -> Element {
        const EMPTY: Element = Element { form: Form::Object, start: 0, end: 0, next: NONE };
        self.elements.get(at as usize).copied().unwrap_or(EMPTY)
    }

    /// The first element in a slot.
    #[inline]
    pub(super) fn child(&self, of: At, slot: u16) -> At {
        let element = self.element(of);
        let at = element.start + u32::from(slot);
        if element.form != Form::Object || at >= element.end {
            return NONE;
        }
        self.slots.get(at as usize).copied().unwrap_or(NONE)
    }

    /// The next item of the array.
    #[inline]
    pub(super) fn next(&self, item: At) -> At {
        self.element(item).next
    }

    /// What an element is.
    #[inline]
    pub(super) fn form(&self, at: At) -> Form {
        self.element(at).form
    }

    /// What a text column shows of an element; nothing of an object.
    #[inline]
    pub(super) fn text<'a>(&'a self, line: &'a str, at: At) -> &'a str {
        let element = self.element(at);
        let span = element.start as usize..element.end as usize;
        match element.form {
            Form::Text | Form::Number => line.get(span).unwrap_or_default(),
            Form::Unescaped => self.side.get(span).unwrap_or_default(),
            Form::True => "true",
            Form::False => "false",
            Form::Object => "",
        }
    }

    /// What an element holds; `line` is the text that was walked.
    #[inline]
    pub(super) fn leaf<'a>(&'a self, line: &'a str, at: At) -> Leaf<'a> {
        let element = self.element(at);
        let span = element.start as usize..element.end as usize;
        match element.form {
            Form::Object => Leaf::Object,
            Form::Text => Leaf::Text(line.get(span).unwrap_or_default()),
            Form::Unescaped => Leaf::Text(self.side.get(span).unwrap_or_default()),
            Form::Number => Leaf::Number(line.get(span).unwrap_or_default()),
            Form::True => Leaf::Bool(true),
            Form::False => Leaf::Bool(false),
        }
    }
}
