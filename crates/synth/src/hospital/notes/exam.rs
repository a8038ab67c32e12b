//! Physical examination: what the hand and the ear find in a disease.

use super::class::Class;
use super::facts::Facts;
use super::pen::Pen;

/// Writes the examination if the author takes the time.
pub(super) fn perhaps(pen: &mut Pen<'_>, facts: &Facts) {
    let silent = if pen.style.terse { 0.7 } else { 0.2 };
    if !pen.dice.chance(silent) {
        write(pen, facts);
    }
}

/// Writes the examination that the main problem calls for.
pub(super) fn write(pen: &mut Pen<'_>, facts: &Facts) {
    // A suspicion is no reason to hear something.
    let told = facts.main().filter(|told| !told.suspected && told.closed.is_none());
    let class = told.map(|told| Class::of(told.disease.icd10));
    match class {
        Some(class) if facts.is_acute() => acute(pen, class),
        Some(class) => chronic(pen, class),
        None => pen.say("{全身状態良好。|意識清明。|General: good。}"),
    }
    pen.line();
}

fn acute(pen: &mut Pen<'_>, class: Class) {
    match class {
        Class::Pneumonia => pen.say(
            "呼吸音：{右|左}{下|中下}肺野で[F+coarse crackles:R098]{聴取|を聴取|(+)}。{[F-喘鳴:R062]なし。|}",
        ),
        Class::HeartFailure => pen.say(
            "両下肺野に[F+湿性ラ音:R098]{あり|を聴取}。{[F+頸静脈怒張:R600]あり。|[F+III音:R012]聴取。|}",
        ),
        Class::Airways => pen.say("両肺で[F+wheeze:R062]{聴取|を聴取、呼気延長あり}。"),
        Class::Coronary => pen.say("心音：整、[F-心雑音:R011]{なし|(-)}。{末梢冷感なし。|}"),
        Class::Stroke => pen.say("{右|左}[F+上下肢麻痺:G819]{あり|を認める}、MMT {2|3|4}/5。"),
        Class::Rhythm => pen.say("脈：[F+不整:I499]。心音：[F-心雑音:R011]なし。"),
        Class::Infection => pen.say("腹部：平坦・軟、{[F+CVA叩打痛:R104]あり。|[F-圧痛:R104]なし。|}"),
        Class::Digestive => {
            pen.say("腹部：{平坦・軟|軟}、{心窩部|右季肋部|下腹部}に[F+圧痛:R104]あり、[F-反跳痛:R104]なし。");
        }
        Class::Injury => pen.say("{局所に[F+腫脹:R229]・[F+圧痛:R529]あり。|創部の[F-出血:R58]なし。}"),
        _ => pen.say("{全身状態は保たれている。|意識清明、会話可能。|腹部：平坦・軟。}"),
    }
}

fn chronic(pen: &mut Pen<'_>, class: Class) {
    match class {
        Class::Diabetes => pen.say(
            "{足背動脈触知良好、[F-足潰瘍:L97]なし。|アキレス腱反射{正常|両側あり}。|身体所見変わりなし。}",
        ),
        Class::HeartFailure => pen.say("心音：整、[F-ラ音:R098]なし{。|、四肢温。}"),
        Class::Hypertension | Class::Coronary => pen.say(
            "{心音：整、[F-心雑音:R011]なし。|胸部聴診上異常なし。|呼吸音清、[F-ラ音:R098]なし。}",
        ),
        Class::Rhythm => pen.say("{脈不整。|脈拍整。}[F-心雑音:R011]なし。"),
        Class::Airways => pen.say("呼吸音：{清、[F-ラ音:R098]なし|両側減弱、[F-喘鳴:R062]なし}。"),
        Class::Joints => pen.say(
            "{{手指|手関節|膝関節}に[F+腫脹:M2549]{軽度あり|わずか}。|[F-関節腫脹:M2549]なし。}",
        ),
        Class::Kidney => pen.say("{顔面[F-浮腫:R600]なし。|眼瞼結膜[F-貧血:D649]様所見なし。|}"),
        Class::Cancer => pen.say("{表在リンパ節触知せず。|腹部：平坦・軟、[F-圧痛:R104]なし。|PS {0|1}。}"),
        Class::Stroke | Class::Nerves => pen.say("神経学的所見{に変化なし|：著変なし|は前回同様}。"),
        Class::PulmonaryVessels => pen.say("[F+II音亢進:R012]{あり|(+)}。{[F-ラ音:R098]なし。|}"),
        Class::Digestive => pen.say("腹部：{平坦・軟|平坦、軟}、[F-圧痛:R104]なし。"),
        _ => pen.say("{全身状態良好。|身体所見変わりなし。|異常所見なし。}"),
    }
}
