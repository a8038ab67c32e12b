//! What else a report says: other organs in the picture, how it was taken, who read it.

use super::super::super::chart::ReportKind;
use super::super::class::Class;
use super::super::pen::Pen;

/// How the picture was taken.
pub(super) fn technique(pen: &mut Pen<'_>, kind: ReportKind, class: Option<Class>) {
    match kind {
        ReportKind::ChestXray => pen.say("{正面立位|立位P→A|ポータブル臥位A→P|2方向}"),
        ReportKind::Ct => pen.say("{単純|造影|単純＋造影}{5mm厚|1mm/5mm再構成|}"),
        ReportKind::Mri => pen.say("{1.5T|3T}{、造影なし|、単純|}"),
        ReportKind::Echocardiography => pen.say("{経胸壁|TTE}"),
        ReportKind::Gastroscopy => pen.say("{経口|経鼻}{、鎮静なし|、鎮静あり|}"),
        ReportKind::Colonoscopy => pen.say("{前処置良好|前処置やや不良|前処置可}"),
        ReportKind::Ultrasound if class == Some(Class::Pregnancy) => pen.say("経腹"),
        ReportKind::CoronaryAngiography => {
            pen.say("{右橈骨動脈アプローチ|左橈骨動脈アプローチ|右大腿動脈アプローチ}");
        }
        _ => {}
    }
}

/// Organs that the picture also shows and that are as they should be.
pub(super) fn organs(pen: &mut Pen<'_>, kind: ReportKind, class: Option<Class>) {
    match kind {
        ReportKind::ChestXray => pen.say("{縦隔影に[F-拡大:R938]なし。|}{撮像範囲の骨に[F-骨折:T142]を認めない。|}"),
        ReportKind::Ct if class == Some(Class::Stroke) => {
            pen.say("{脳室・脳槽の大きさは年齢相応。|}[F-頭蓋内出血:I629]を認めない。{副鼻腔・乳突蜂巣に異常なし。|}");
        }
        ReportKind::Ct => pen.say(
            "{胆嚢に[F-結石:K802]を認めない。|}{両腎に[F-水腎症:N133]なし。|}{副腎に[F-腫大:E278]なし。|}{甲状腺に[F-結節:E041]は指摘できない。|}{大動脈壁に軽度の[F+石灰化:I700]あり。|[F-大動脈瘤:I719]なし。|}{膀胱に明らかな異常なし。||}",
        ),
        ReportKind::Mri => pen.say("{側脳室周囲に加齢性の白質変化を認める。|副鼻腔に[F-液体貯留:J329]なし。|}"),
        ReportKind::Echocardiography => pen.say("{大動脈弁：開放良好、[F-AS:I350]なし。|}{心房間に[F-短絡血流:Q211]は認めない。|}{上行大動脈径は正常範囲。|}"),
        ReportKind::Gastroscopy => pen.say("{食道に[F-静脈瘤:I859]なし。|}{十二指腸下行脚まで観察。|}"),
        ReportKind::Colonoscopy => pen.say("{挿入時間{6|9|14}分。|}{[F+痔核:K649]あり。||}"),
        ReportKind::Ultrasound if class != Some(Class::Pregnancy) => {
            pen.say("{脾[F-腫大:R161]なし。|}{膵：描出不良。|膵管[F-拡張:K868]なし。|}");
        }
        _ => {}
    }
}

/// Who read it.
pub(super) fn reader(pen: &mut Pen<'_>, kind: ReportKind) {
    match kind {
        ReportKind::ChestXray | ReportKind::Ct | ReportKind::Mri => pen.say(
            "{読影医|報告医|診断医}：放射線診断科　{阿部|石川|遠藤|大友|菅原|千葉|三浦}{（一次）、{今野|及川}（二次）|||}",
        ),
        ReportKind::Pathology => pen.say("病理診断医：{伊東|加賀|庄司|早坂}{、{村上|熊谷}|}"),
        ReportKind::Laboratory => {}
        _ => pen.say("{施行医|検査担当}：{相沢|大沼|木村|斎藤|武田|丹野|平間}"),
    }
}
