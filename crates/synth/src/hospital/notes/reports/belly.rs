//! What endoscopy and ultrasound show, and how breathing is measured.

use super::super::class::Class;
use super::Sentences;

/// Oesophagus, stomach, duodenum.
pub(super) fn gastroscopy(class: Option<Class>, icd10: &str) -> Sentences {
    match class {
        None => (
            "{食道：異常なし。|}胃：{萎縮は{C-1|C-2|O-1}。|}[F-潰瘍:K259]・[F-腫瘍性病変:D371]を認めない。十二指腸：{球部異常なし|異常なし}。",
            "{異常なし|明らかな悪性所見なし|n.p.}",
        ),
        Some(Class::Cancer) => (
            "{胃体{上|中|下}部{小彎|大彎|前壁|後壁}|前庭部{小彎|後壁}|噴門部}に{径{15|20|30|40}mmの|}{[F+0-IIc病変:K317]|[F+2型腫瘍:K317]|[F+3型腫瘍:K317]|[F+不整な陥凹性病変:K317]}を認める。{NBIで[F+irregular MV/MS pattern:K317]。|}{生検2個|生検}施行。",
            "{$q{疑い|を疑う}（生検結果待ち）|$d|$q s/o}",
        ),
        Some(_) if icd10.starts_with("K2") => (
            "{胃角小彎|前庭部前壁|十二指腸球部前壁|食道胃接合部}に{[F+潰瘍:K259]({A1|A2|H1|H2} stage)|[F+粘膜傷害:K210]}を認める。{[F-露出血管:K922]なし。|[F-活動性出血:K922]は認めない。}",
            "{$d|$dの所見}",
        ),
        Some(_) => (
            "胃：[F-潰瘍:K259]なし。{[F+発赤:K297]を認める。|}十二指腸：異常なし。",
            "{$d|$dに矛盾しない}",
        ),
    }
}

/// Large bowel.
pub(super) fn colonoscopy(class: Option<Class>, _icd10: &str) -> Sentences {
    match class {
        None => (
            "{回盲部まで挿入。|終末回腸まで観察。}[F-ポリープ:K635]・[F-腫瘍:D374]{なし|を認めない}。{[F-憩室:K573]なし。|}",
            "{異常なし|所見なし}",
        ),
        Some(Class::Cancer) => (
            "{S状結腸|上行結腸|横行結腸|直腸(Ra)}に{[F+2型腫瘍:K639]|{半周性|全周性}の[F+腫瘍:K639]}を認め、{スコープ通過可|通過不能}。生検施行。{他部位に[F+ポリープ:K635]{1個|2個}。|}",
            "{$q疑い（生検結果待ち）|$d|$qを疑う}",
        ),
        Some(_) => (
            "{回盲部まで挿入。|}{粘膜に[F+発赤:K529]・[F+びらん:K529]を認める。|[F+憩室:K573]多発。|}[F-腫瘍:D374]は認めない。",
            "{$d|$dの所見}",
        ),
    }
}

/// Ultrasound.
pub(super) fn ultrasound(class: Option<Class>, icd10: &str) -> Sentences {
    match class {
        None => (
            "肝：{実質均一、[F-腫瘤:R160]なし|[F-占拠性病変:R160]なし}。胆嚢：[F-結石:K802]なし。腎：[F-水腎症:N133]なし。{[F-腹水:R18]なし。|}",
            "{異常なし|明らかな異常を認めない}",
        ),
        Some(Class::Pregnancy) => (
            "胎児心拍{確認|良好}。{羊水量正常。|[V+AFI {9|11|14}cm]。}胎盤位置{異常なし|前壁}。",
            "{$d|$d、胎児発育順調}",
        ),
        Some(Class::Cancer) if icd10.starts_with("C50") => (
            "$s乳房{C|A|D}領域に径{9|14|19|24}mmの[F+低エコー腫瘤:N63]を認める。境界{不明瞭|粗ぞう}。",
            "{$q疑い、針生検を推奨|$d|$qを疑う(カテゴリー{4|5})}",
        ),
        Some(Class::Cancer) => (
            "径{13|18|25|37}mmの[F+腫瘤:R229]を認める。{内部に血流シグナルあり。|辺縁[F+低エコー帯:R935]あり。}",
            "{$q疑い|$d|$dとして矛盾しない}",
        ),
        Some(Class::Kidney) => (
            "両腎{の萎縮|皮質の菲薄化}あり、[F+腎皮質エコー輝度上昇:R934]。[F-水腎症:N133]なし。",
            "{$dとして矛盾しない|$d}",
        ),
        Some(_) => (
            "{肝実質エコー{やや粗|均一}。|}{[F+壁肥厚:R935]を認める。|[F-腫瘤:R229]なし。}[F-腹水:R18]なし。",
            "{$d|$dに矛盾しない}",
        ),
    }
}

/// Spirometry; measures come before.
pub(super) fn spirometry(class: Option<Class>) -> Sentences {
    match class {
        None => ("フローボリューム曲線{正常|に異常なし}。", "{[F-換気障害:J989]なし|正常範囲}"),
        Some(Class::Airways) => (
            "フローボリューム曲線は下に凸。{気管支拡張薬吸入後の{可逆性乏しい|改善率{6|9|14}%}。|}",
            "{[F+閉塞性換気障害:J989]、$d|[F+閉塞性換気障害:J989]。$dとして矛盾しない}",
        ),
        Some(_) => {
            ("フローボリューム曲線{正常|異常なし}。", "{$d|[F-閉塞性換気障害:J989]なし、$d}")
        }
    }
}
