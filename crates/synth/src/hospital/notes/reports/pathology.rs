//! What tissue shows: type, depth, margins, vessels, nodes.

use super::super::super::chart::{DAY, ReportKind};
use super::super::super::codes::Disease;
use super::super::class::Class;
use super::super::facts::Facts;
use super::super::pen::Pen;
use super::super::span::Assertion;
use super::{dates, fill, named, others, stage};

/// Writes a pathology report: of an operation's specimen if there was one lately, else a biopsy.
pub(super) fn write(pen: &mut Pen<'_>, facts: &Facts, finding: Option<&'static Disease>) {
    let operation = (facts.operations.iter().rev())
        .find(|done| done.operation.code.starts_with('K') && facts.now - done.minute < 45 * DAY);
    pen.heading("検体");
    match operation {
        Some(done) => {
            stage::operation(pen, done);
            pen.say("{検体|材料|切除標本}");
        }
        None => pen.say("[P+生検]{検体|材料}"),
    }
    pen.put(" ");
    dates::day(pen, facts.now);
    pen.heading("病理診断");
    let Some(disease) = finding else {
        pen.say("{[F-悪性所見:C809]を認めない。|No evidence of [F-malignancy:C809].|Group 1。[F-異型:R896]なし。}");
        pen.line();
        others::reader(pen, ReportKind::Pathology);
        pen.line();
        return;
    };
    named(pen, disease, Assertion::Present);
    pen.stop();
    pen.heading("所見");
    if Class::of(disease.icd10) != Class::Cancer {
        fill(pen, facts, "{炎症細胞浸潤を認める。|線維化を伴う。}[F-悪性所見:C809]なし。", finding);
        pen.line();
        others::reader(pen, ReportKind::Pathology);
        pen.line();
        return;
    }
    fill(pen, facts, histology(disease.icd10), finding);
    pen.line();
    if operation.is_some() {
        specimen(pen, facts, disease);
    } else {
        pen.say("{生検組織{2|3|4}片中{1|2}片に腫瘍を認める。|Group 5。|}");
    }
    pen.line();
    others::reader(pen, ReportKind::Pathology);
    pen.line();
}

fn specimen(pen: &mut Pen<'_>, facts: &Facts, disease: &'static Disease) {
    pen.say("切除断端：{[F-断端浸潤:C809]なし(PM0, DM0)。|[F-断端陽性:C809]なし、R0。|(-)。}");
    pen.say("脈管侵襲：{[F-リンパ管侵襲:C779]なし(Ly0)|[F+リンパ管侵襲:C779]あり(Ly1a)}、{[F-静脈侵襲:C809]なし(V0)|[F+静脈侵襲:C809]あり(V1a)}。");
    let Some(staged) = facts.stage(disease) else { return };
    let [_, n, _] = staged.tnm;
    if n.starts_with('0') {
        pen.say("[F-リンパ節転移:C779]：{0/{8|12|16|21}|なし(0/{9|14|18})}。");
    } else {
        pen.say("[F+リンパ節転移:C779]：{あり({1|2|3}/{12|17|22})|({2|4}/{15|19})}。");
    }
    pen.line();
    stage::write(pen, staged);
}

/// The type of the tumour, as each organ's pathologists name it.
fn histology(icd10: &str) -> &'static str {
    match icd10.get(..3).unwrap_or_default() {
        "C34" => {
            "組織型：{[F+腺癌:C349](乳頭型優位)|[F+腺癌:C349](腺房型優位)|[F+扁平上皮癌:C349]|[F+adenocarcinoma:C349]}。"
        }
        "C16" => "組織型：{[F+tub1:C169]|[F+tub2:C169]|[F+por1:C169]|[F+sig:C169]}。",
        "C18" | "C20" => "組織型：{[F+tub1:C189]|[F+tub2:C189]|[F+中分化型管状腺癌:C189]}。",
        "C50" => {
            "組織型：[F+浸潤性乳管癌:C509]。核グレード{1|2|3}。ER({+|3+})、PgR({+|2+})、HER2({0|1+})、[V+Ki-67 {12|20|34}%]。"
        }
        "C61" => "[F+腺癌:C61]、Gleason score {3+3=6|3+4=7|4+3=7|4+4=8}。",
        "C22" => "[F+肝細胞癌:C220]、{高分化|中分化|低分化}型。[F-門脈侵襲:C220]なし(vp0)。",
        "C25" => "[F+浸潤性膵管癌:C259]、{高分化|中分化}型腺癌。",
        _ => "{異型細胞の増殖を認める。|腫瘍細胞の浸潤性増殖を認める。}",
    }
}
