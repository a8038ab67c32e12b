mod blocks;
mod extensions;
mod find;
mod identity;
mod occurrence;
