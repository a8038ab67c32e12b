//! Vital signs, measures of the body, examinations of function, and what patients say.

use super::{Test, TestKind};

macro_rules! tests {
    ($($name:ident = $kind:ident $jlac10:literal $loinc:literal $ja:literal $en:literal
       $unit:literal $ucum:literal $decimals:literal $limits:tt;)*) => {
        $(#[doc = concat!($en, ".")]
        pub static $name: Test = Test {
            jlac10: $jlac10,
            loinc: $loinc,
            ja: $ja,
            en: $en,
            unit: $unit,
            ucum: $ucum,
            decimals: $decimals,
            reference: tests!(@limits $limits),
            kind: TestKind::$kind,
            measurable: (0.0, 99_999.0),
        };)*

        /// All of these tests.
        pub static ALL: &[&Test] = &[$(&$name),*];
    };
    (@limits []) => { None };
    (@limits [$low:literal $high:literal]) => { Some([($low, $high), ($low, $high)]) };
}

// Name, kind, JLAC10, LOINC, names, unit, UCUM, digits after the point, reference limits.
tests! {
    HEIGHT = Vital "9N001000000000001" "8302-2" "身長" "Body height" "cm" "cm" 1 [];
    WEIGHT = Vital "9N006000000000001" "29463-7" "体重" "Body weight" "kg" "kg" 1 [];
    BMI = Vital "9N011000000000001" "39156-5" "BMI" "Body mass index" "kg/m2" "kg/m2" 1 [18.5 24.9];
    WAIST = Vital "9N016000000000001" "8280-0" "腹囲" "Waist circumference" "cm" "cm" 1 [];
    BIRTH_WEIGHT = Vital "" "8339-4" "出生体重" "Birth weight" "g" "g" 0 [];
    HEAD_CIRCUMFERENCE = Vital "" "9843-4" "頭囲" "Head circumference" "cm" "cm" 1 [];
    TEMPERATURE = Vital "9P100000000000001" "8310-5" "体温" "Body temperature" "℃" "Cel" 1 [36.0 37.4];
    PULSE = Vital "9P300000000000001" "8867-4" "脈拍数" "Heart rate" "回/分" "/min" 0 [50.0 100.0];
    RESPIRATION = Vital "9P200000000000001" "9279-1" "呼吸数" "Respiratory rate" "回/分" "/min" 0 [12.0 20.0];
    SPO2 = Vital "9P400000000000001" "59408-5" "経皮的酸素飽和度" "Oxygen saturation by pulse oximetry" "%" "%" 0 [95.0 100.0];
    LVEF = Physiology "9A100000000000001" "10230-1" "左室駆出率" "Left ventricular ejection fraction" "%" "%" 0 [50.0 80.0];
    LEFT_ATRIUM = Physiology "" "29469-4" "左房径" "Left atrial diameter" "mm" "mm" 0 [27.0 40.0];
    E_OVER_E = Physiology "" "" "E/e'" "Mitral E to e' ratio" "" "1" 1 [0.0 14.0];
    TR_GRADIENT = Physiology "" "" "三尖弁逆流圧較差" "Tricuspid regurgitation pressure gradient" "mmHg" "mm[Hg]" 0 [0.0 31.0];
    MEAN_PA_PRESSURE = Physiology "" "8414-5" "平均肺動脈圧" "Mean pulmonary artery pressure" "mmHg" "mm[Hg]" 0 [8.0 20.0];
    WEDGE_PRESSURE = Physiology "" "8587-8" "肺動脈楔入圧" "Pulmonary artery wedge pressure" "mmHg" "mm[Hg]" 0 [5.0 15.0];
    VASCULAR_RESISTANCE = Physiology "" "8834-4" "肺血管抵抗" "Pulmonary vascular resistance" "WU" "[wood'U]" 1 [0.0 2.0];
    CARDIAC_INDEX = Physiology "" "" "心係数" "Cardiac index" "L/min/m2" "L/min/m2" 2 [2.5 4.0];
    SIX_MINUTE_WALK = Physiology "" "64098-7" "6分間歩行距離" "Six-minute walk distance" "m" "m" 0 [];
    ABI = Physiology "" "41979-6" "足関節上腕血圧比" "Ankle-brachial index" "" "1" 2 [0.91 1.4];
    BONE_DENSITY = Physiology "" "" "骨密度(YAM比)" "Bone density, percent of young adults" "%" "%" 0 [80.0 130.0];
    FEV1 = Physiology "9C120000000000001" "20150-9" "1秒量" "Forced expiratory volume in one second" "L" "L" 2 [];
    FVC = Physiology "9C110000000000001" "19868-9" "努力肺活量" "Forced vital capacity" "L" "L" 2 [];
    FEV1_PERCENT = Physiology "9C130000000000001" "19926-5" "1秒率" "FEV1 per FVC" "%" "%" 1 [70.0 100.0];
    FEV1_PREDICTED = Physiology "" "20152-5" "対標準1秒量" "FEV1, percent of predicted" "%" "%" 1 [80.0 130.0];
    VC_PERCENT = Physiology "9C140000000000001" "19872-1" "%肺活量" "Vital capacity, percent of predicted" "%" "%" 1 [80.0 130.0];
    DLCO_PERCENT = Physiology "" "19913-3" "%肺拡散能" "Diffusing capacity, percent of predicted" "%" "%" 1 [80.0 140.0];
    PEAK_FLOW = Physiology "" "33452-4" "ピークフロー" "Peak expiratory flow" "L/分" "L/min" 0 [];
    FENO = Physiology "" "76270-8" "呼気一酸化窒素" "Exhaled nitric oxide" "ppb" "[ppb]" 0 [0.0 22.0];
    GESTATIONAL_WEEKS = Physiology "" "11884-4" "妊娠週数" "Gestational age" "週" "wk" 0 [];
    FUNDAL_HEIGHT = Physiology "" "11881-0" "子宮底長" "Fundal height" "cm" "cm" 0 [];
    FETAL_WEIGHT = Physiology "" "11727-5" "推定胎児体重" "Estimated fetal weight" "g" "g" 0 [];
    GRIP = Physiology "" "" "握力" "Grip strength" "kg" "kg" 1 [];
    DAS28_CRP = Physiology "" "" "DAS28-CRP" "DAS28-CRP" "" "{score}" 2 [0.0 2.6];
    ECOG = Physiology "" "89247-1" "ECOG PS" "ECOG performance status" "" "{score}" 0 [];
    NIHSS = Physiology "" "70184-7" "NIHSS" "NIH stroke scale" "" "{score}" 0 [];
    MODIFIED_RANKIN = Physiology "" "75859-9" "modified Rankin Scale" "Modified Rankin scale" "" "{score}" 0 [];
    CAT_SCORE = Physiology "" "" "CATスコア" "COPD assessment test" "" "{score}" 0 [0.0 9.0];
    MMSE = Physiology "" "72107-6" "MMSE" "Mini-mental state examination" "" "{score}" 0 [24.0 30.0];
    APGAR_5 = Physiology "" "9274-2" "アプガースコア(5分)" "Apgar score at five minutes" "" "{score}" 0 [7.0 10.0];
    SMOKING_STATUS = Social "" "72166-2" "喫煙状況" "Tobacco smoking status" "" "" 0 [];
    BRINKMAN_INDEX = Social "" "8664-5" "ブリンクマン指数" "Cigarettes a day times years" "" "{index}" 0 [];
    ALCOHOL_USE = Social "" "11331-6" "飲酒状況" "Alcohol use" "" "" 0 [];
}
