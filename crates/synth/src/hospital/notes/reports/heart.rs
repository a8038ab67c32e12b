//! What echocardiography, electrocardiogram and coronary angiography show.

use super::super::class::Class;
use super::Sentences;

/// Echocardiography; measures come before.
pub(super) fn echo(class: Option<Class>) -> Sentences {
    match class {
        None => (
            "{左室収縮良好。|}[V+LVDd/Ds {44/28|46/29|48/30}mm]、[V+IVS/PW {8/8|9/9|10/9}mm]。[F-壁運動異常:I519]なし。有意な[F-弁膜症:I38]なし。[F-心嚢液貯留:I313]なし。",
            "{正常範囲|有意な異常所見なし|WNL}",
        ),
        Some(Class::HeartFailure) => (
            "{[F+びまん性壁運動低下:I519]を認める。|左室は{軽度|中等度}[F+拡大:I517]。}{MR {mild|moderate}。|[F+僧帽弁逆流:I340]{軽度|中等度}。|}[V+IVC {18|21|24}mm]、呼吸性変動{低下|あり}。[F-心嚢液:I313]なし。",
            "{$d|$dとして矛盾しない}",
        ),
        Some(Class::Coronary) => (
            "{前壁中隔|下壁|側壁}に[F+壁運動低下:I519]{を認める|あり}。[F-心嚢液:I313]なし。{[F-左室内血栓:I513]なし。|}",
            "{$dによる変化|$d|[F+局所壁運動異常:I519]、$d}",
        ),
        Some(Class::PulmonaryVessels) => (
            "[F+右室拡大:I517]、{[F+心室中隔の平坦化:I519]|D-shape}を認める。[F+三尖弁逆流:I071]{中等度|(+)}。左室収縮は保たれている。",
            "{$d|$q疑い、右心カテーテルを検討|$dとして矛盾しない}",
        ),
        Some(Class::Rhythm) => (
            "記録中$d。[F+左房拡大:I517]{軽度|あり}。[F-左房内血栓:I513]は{指摘できない|認めず}。",
            "{[F+左房拡大:I517]|左室収縮保持、[F+左房拡大:I517]}",
        ),
        Some(_) => ("{左室収縮能は保たれている。|}[F-心嚢液:I313]なし。", "{$d|$dに矛盾しない}"),
    }
}

/// Electrocardiogram at rest.
pub(super) fn ecg(class: Option<Class>) -> Sentences {
    match class {
        None => (
            "{洞調律|NSR|SR}、{[V+HR {58|64|70|76}/分]。|}[V+PQ {148|162|174}ms]、[V+QRS {86|92|98}ms]、[V+QTc {402|416|431}ms]。電気軸{正常|正常軸|左軸傾向}。[F-ST-T変化:R943]{なし|(-)}。[F-期外収縮:I494]{なし|を認めず}。{移行帯V3。|}",
            "{正常範囲|WNL|異常なし}",
        ),
        Some(Class::Rhythm) => (
            "P波を認めずRR間隔不整、[V+HR {78|92|104|118}/分]。[V+QRS {88|94|102}ms]。{電気軸正常。|}有意な[F-ST変化:R943]なし。",
            "{$d|$d、要経過観察}",
        ),
        Some(Class::Coronary) => (
            "{洞調律。|SR。}{II,III,aVF|V1-4|V2-5|I,aVL,V5-6}で{[F+ST上昇:R943]|[F+異常Q波:R943]|[F+ST低下:R943]|[F+陰性T波:R943]}を認める。",
            "{$d|$q疑い|$dとして矛盾しない}",
        ),
        Some(Class::HeartFailure | Class::Hypertension) => (
            "洞調律。{[F+左室高電位:R943]を認める。|V5-6で[F+strain pattern:R943]あり。}",
            "{[F+左室肥大:I517]、$d|$dに伴う変化}",
        ),
        Some(Class::PulmonaryVessels) => {
            ("洞調律。[F+右軸偏位:R943]、V1で[F+R波増高:R943]。", "{右室負荷所見、$d|$q疑い}")
        }
        Some(_) => (
            "洞調律。{[F-ST-T変化:R943]なし。|軽度の[F+非特異的T波変化:R943]。}",
            "{$d|$d、著変なし}",
        ),
    }
}

/// Coronary angiography.
pub(super) fn angiography(class: Option<Class>) -> Sentences {
    match class {
        Some(_) => (
            "LMT：[F-有意狭窄:I251]なし。{LAD #{6|7}|RCA #{1|2|3}|LCX #{11|13}}に{[F+75%狭窄:I251]|[F+90%狭窄:I251]|[F+99%狭窄:I251]|[F+完全閉塞:I251]}を認める。{他枝に[F-有意狭窄:I251]なし。|残枝は軽度病変のみ。}$p",
            "{$d|$d(1枝病変)|1VD、$d}",
        ),
        None => (
            "{LMT、LAD、LCX、RCAのいずれにも|左右冠動脈に}[F-有意狭窄:I251]を認めない。",
            "{冠動脈に有意狭窄なし|intact coronary}",
        ),
    }
}
