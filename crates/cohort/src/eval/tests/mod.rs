mod properties;
pub(crate) mod tables;
