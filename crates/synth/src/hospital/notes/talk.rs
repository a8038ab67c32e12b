//! What is said around the facts: how the patient is, what was explained.
//!
//! Nothing here names a disease, a drug or a value, so nothing is marked.

use super::super::chart::Hidden;
use super::class::Class;
use super::facts::Facts;
use super::pen::Pen;

/// How the patient is, in the patient's own words; not beside a complaint.
pub(super) fn feels(pen: &mut Pen<'_>, facts: &Facts) {
    if facts.complains() || pen.style.terse {
        return;
    }
    if facts.is_inpatient() {
        pen.say(
            "{昨夜は眠れました。|変わりないです。|少し楽になった。|食事は食べられています。|特に訴えなし。|「だいぶいいです」とのこと。}{食事は{6|7|8|10}割摂取。|病棟内歩行可。|トイレ歩行可。|リハビリも進んでいる。|}",
        );
        return;
    }
    pen.say(
        "{お変わりありません。|体調は変わりない。|調子は良いです。|著変なし。|元気に過ごしている。|特に困っていることはない。|「変わりないです」とのこと。}",
    );
    let takes_all = !facts.hidden.iter().any(|it| matches!(it, Hidden::NotTaken(_)));
    if takes_all && !facts.courses.is_empty() {
        pen.say("{薬は忘れずに飲めている。|内服は問題なくできている。|服薬アドヒアランス良好。|}");
    }
    pen.say("{食事はとれている。|日常生活は自立している。|前回受診後、大きな変化なし。|仕事も続けている。|家事はできている。|}");
}

/// What was explained to the patient and what is to be done at home.
pub(super) fn explains(pen: &mut Pen<'_>, facts: &Facts) {
    let often = if pen.style.terse { 0.25 } else { 0.8 };
    if !pen.dice.chance(often) {
        return;
    }
    let told = facts.main().filter(|told| !told.suspected);
    let class = told.map_or(Class::Other, |told| Class::of(told.disease.icd10));
    if facts.is_inpatient() {
        ward(pen, class);
    } else {
        home(pen, class);
    }
    pen.line();
}

fn ward(pen: &mut Pen<'_>, class: Class) {
    match class {
        Class::Pneumonia | Class::Infection => pen.say(
            "{解熱傾向であれば内服への切り替えを検討する。|培養結果を確認し抗菌薬の狭域化を検討。|酸素化を見ながら安静度を拡大していく。}{家族に経過を説明した。|}",
        ),
        Class::HeartFailure => pen.say(
            "{水分・塩分制限を継続し、体重と尿量を毎日確認する。|心臓リハビリを継続。|退院前に栄養指導を予定。}{本人・家族に病状を説明した。|}",
        ),
        Class::Cancer => pen.say(
            "{副作用の出現に注意しながら経過をみる。|カンファレンスで今後の治療方針を相談する。|緩和ケアチームとも情報共有する。|創部の状態を確認し、離床を進める。}{本人・家族に説明し、同意を得た。|}",
        ),
        Class::Stroke => pen.say(
            "{リハビリ（PT・OT・ST）を継続。|嚥下評価を行い食形態を調整する。|回復期リハビリ病院への転院を調整中。}{家族に経過と今後の見通しを説明した。|}",
        ),
        _ => pen.say(
            "{離床を進める。|リハビリを継続。|食事量をみながら補液を調整する。|退院に向けて調整する。|MSW介入を依頼した。}{本人に経過を説明した。|家族に病状を説明した。|}",
        ),
    }
}

fn home(pen: &mut Pen<'_>, class: Class) {
    match class {
        Class::Diabetes => pen.say(
            "{間食を控え、野菜から先に食べるよう指導。|1日30分程度の歩行を勧めた。|食事記録を次回持参してもらう。|栄養指導を予約した。}{シックデイの対応を再度説明した。|眼科を定期受診するよう指導。|フットケアについて説明した。|}",
        ),
        Class::Hypertension | Class::Lipids => pen.say(
            "{家庭血圧を朝晩測定し、手帳に記録するよう指導。|減塩（6g/日未満）を指導した。|適度な運動と節酒を勧めた。}{次回、記録を確認する。|}",
        ),
        Class::HeartFailure => pen.say(
            "{毎朝体重を測定し、1週間で2kg以上増えたら連絡するよう説明。|塩分制限を継続する。|過度な飲水を控えるよう指導。}{内服の自己中断をしないよう説明した。|}",
        ),
        Class::Coronary => pen.say(
            "{症状が出た際はすぐに受診するよう説明した。|内服を自己判断で中止しないよう指導。|運動は無理のない範囲で続けてよい。}{抜歯などの際は相談するよう伝えた。|}",
        ),
        Class::Rhythm => pen.say(
            "{内服の飲み忘れがないよう指導した。|手術・抜歯の予定があれば事前に相談するよう説明。|脈の自己測定を指導。}",
        ),
        Class::Kidney => pen.say(
            "{たんぱく制限・減塩について説明した。|脱水に注意するよう指導。|市販の鎮痛薬は使用前に相談するよう説明。}",
        ),
        Class::Airways => pen.say(
            "{吸入手技を確認した。|吸入後のうがいを指導。|増悪時の対応を説明した。|インフルエンザワクチン接種を勧めた。}",
        ),
        Class::Joints => pen.say(
            "{体調不良時は内服を休み、連絡するよう説明。|感染予防について説明した。|関節保護の方法を指導した。}",
        ),
        Class::Cancer => pen.say(
            "{検査結果を本人・家族に説明した。|今後の治療方針について説明し、同意を得た。|体調変化時は電話で相談するよう伝えた。|副作用日誌を次回確認する。}{仕事との両立について相談支援センターを案内した。|}",
        ),
        _ => pen.say(
            "{検査結果を説明した。|生活上の注意点を説明した。|体調に変化があれば早めに受診するよう説明。|現在の治療を続ける方針とした。}{本人も納得された。|}",
        ),
    }
}
