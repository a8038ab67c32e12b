//! What the evaluator holds true.
