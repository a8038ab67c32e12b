//! What a person does with cohorts, as scenes.
