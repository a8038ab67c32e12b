//! The second factor: putting an authenticator app into use, and taking it out.

use askama::Template;
use axum::Form;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use ledger::Enrolment;
use qrcode::{Color, EcLevel, QrCode};
use serde::Deserialize;

use super::signed::{Fresh, SignedIn};
use super::{page_with, shown};
use crate::page::Page;
use crate::refusal::Refusal;

/// How much light there must be around the picture, in cells.
const MARGIN_CELLS: usize = 4;

#[derive(Template)]
#[template(path = "door/second.html")]
struct SecondPage {
    page: Page,
    enrolment: Enrolment,
    square: Square,
    trouble: String,
}

#[derive(Template)]
#[template(path = "door/recovery.html")]
struct RecoveryPage {
    page: Page,
    codes: Vec<String>,
}

/// The picture that a telephone reads: runs of dark cells as (column, row, length).
struct Square {
    side: usize,
    dark: Vec<(usize, usize, usize)>,
}

impl Square {
    fn of(text: &str) -> Result<Self, Refusal> {
        let code = QrCode::with_error_correction_level(text, EcLevel::M).map_err(|error| {
            Refusal::internal(std::io::Error::other(format!("no picture of a seed: {error}")))
        })?;
        let (width, cells) = (code.width(), code.to_colors());
        let mut dark: Vec<(usize, usize, usize)> = Vec::new();
        for (at, _) in cells.iter().enumerate().filter(|(_, color)| **color == Color::Dark) {
            let (column, row) = (at % width + MARGIN_CELLS, at / width + MARGIN_CELLS);
            match dark.last_mut() {
                Some((from, of, long)) if *of == row && *from + *long == column => *long += 1,
                _ => dark.push((column, row, 1)),
            }
        }
        Ok(Self { side: width + 2 * MARGIN_CELLS, dark })
    }
}

/// `POST /me/second`: makes a seed, which is in use once a code of it was given.
pub(crate) async fn begin(
    Fresh(SignedIn { site, signed, .. }): Fresh,
) -> Result<Response, Refusal> {
    site.ledger().accounts().begin_second(signed.actor()).await?;
    Ok(Redirect::to("/me/second").into_response())
}

/// `GET /me/second`: the seed that waits for its first code.
pub(crate) async fn page(
    Fresh(SignedIn { site, page, signed }): Fresh,
) -> Result<Response, Refusal> {
    match site.ledger().accounts().enrolment(signed.actor()).await? {
        Some(enrolment) => {
            let square = Square::of(&enrolment.uri)?;
            shown(&SecondPage { page, enrolment, square, trouble: String::new() })
        }
        None => Ok(Redirect::to("/me").into_response()),
    }
}

/// The code that the app shows.
#[derive(Deserialize)]
pub(crate) struct Confirming {
    code: String,
}

/// `POST /me/second/confirm`: shows the recovery codes, once.
pub(crate) async fn confirm(
    Fresh(SignedIn { site, page, signed }): Fresh,
    Form(form): Form<Confirming>,
) -> Result<Response, Refusal> {
    let accounts = site.ledger().accounts();
    if let Some(codes) = accounts.confirm_second(signed.actor(), &form.code).await? {
        return shown(&RecoveryPage { page, codes });
    }
    match accounts.enrolment(signed.actor()).await? {
        Some(enrolment) => {
            let square = Square::of(&enrolment.uri)?;
            let trouble = page.say("desk.door.wrong_code").to_owned();
            let asked = SecondPage { page, enrolment, square, trouble };
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &asked)
        }
        None => Ok(Redirect::to("/me").into_response()),
    }
}

/// `POST /me/second/remove`
pub(crate) async fn remove(
    Fresh(SignedIn { site, signed, .. }): Fresh,
) -> Result<Response, Refusal> {
    site.ledger().accounts().remove_second(signed.actor(), signed.actor()).await?;
    Ok(Redirect::to("/me").into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_picture_has_every_dark_cell_once_and_light_around_it() {
        let text = "otpauth://totp/Aoba:aoki?secret=MZXW6YTBOI&issuer=Aoba";
        let square = Square::of(text).unwrap();
        let code = QrCode::with_error_correction_level(text, EcLevel::M).unwrap();
        let dark = code.to_colors().iter().filter(|color| **color == Color::Dark).count();
        assert_eq!(square.dark.iter().map(|(_, _, long)| long).sum::<usize>(), dark);
        let inside = MARGIN_CELLS..square.side - MARGIN_CELLS;
        for (column, row, long) in &square.dark {
            assert!(inside.contains(column) && inside.contains(row), "{column} {row}");
            assert!(inside.contains(&(column + long - 1)), "{column} {long}");
        }
    }
}
