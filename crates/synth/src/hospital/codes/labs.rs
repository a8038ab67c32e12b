//! Laboratory tests: JLAC10, LOINC, UCUM, and what is usual in Japanese adults.
//!
//! JLAC10 was checked where the core laboratory items of JP-CLINS have it; the rest has its
//! analyte, material and shape. A test without limits has none in common use.
//!
//! # Source
//! Reference limits: 日本臨床検査標準協議会「日本における主要な臨床検査項目の共用基準範囲」2022; for what is not
//! in it, limits printed by most Japanese laboratories.

use super::materials::{ARTERIAL_BLOOD, BLOOD, CSF, PLASMA, SERUM, SPUTUM, STOOL, SWAB, URINE};
use super::{Test, TestKind};

macro_rules! tests {
    ($($name:ident = $jlac10:literal $loinc:literal $ja:literal $en:literal
       $unit:literal $ucum:literal $decimals:literal $material:ident $limits:tt $range:tt;)*) => {
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
            kind: TestKind::Laboratory(&$material),
            measurable: $range,
        };)*

        /// All laboratory tests.
        pub static ALL: &[&Test] = &[$(&$name),*];
    };
    (@limits []) => { None };
    (@limits [$low:literal $high:literal]) => { Some([($low, $high), ($low, $high)]) };
    (@limits [$low:literal $high:literal, $low_women:literal $high_women:literal]) => {
        Some([($low, $high), ($low_women, $high_women)])
    };
}

// Name, JLAC10, LOINC, names, unit, UCUM, digits after the point, material, reference limits
// (men, women), what the analyser can tell.
tests! {
    // Sugar, kidney, salts.
    HBA1C = "3D046000001906202" "4548-4" "HbA1c(NGSP)" "Haemoglobin A1c"
        "%" "%" 1 BLOOD [4.9 6.0] (3.0, 20.0);
    GLUCOSE = "3D010000002227101" "2345-7" "グルコース" "Glucose"
        "mg/dL" "mg/dL" 0 PLASMA [73.0 109.0] (5.0, 1500.0);
    GLYCATED_ALBUMIN = "3D055000002327101" "13873-2" "グリコアルブミン" "Glycated albumin"
        "%" "%" 1 SERUM [11.0 16.0] (0.0, 99999.0);
    C_PEPTIDE = "4G020000002305101" "1986-9" "Cペプチド" "C-peptide"
        "ng/mL" "ng/mL" 2 SERUM [0.8 2.5] (0.03, 30.0);
    CREATININE = "3C015000002327101" "2160-0" "クレアチニン" "Creatinine"
        "mg/dL" "mg/dL" 2 SERUM [0.65 1.07, 0.46 0.79] (0.1, 40.0);
    EGFR = "8A065000002391901" "88293-6" "推算GFR(クレアチニン)" "Estimated glomerular filtration rate"
        "mL/min/1.73m2" "mL/min/{1.73_m2}" 1 SERUM [] (0.0, 99999.0);
    CYSTATIN_C = "3C016000002306201" "33863-2" "シスタチンC" "Cystatin C"
        "mg/L" "mg/L" 2 SERUM [0.63 0.95, 0.56 0.87] (0.0, 99999.0);
    BUN = "3C025000002327201" "3094-0" "尿素窒素" "Urea nitrogen"
        "mg/dL" "mg/dL" 1 SERUM [8.0 20.0] (0.0, 99999.0);
    URIC_ACID = "3C020000002327101" "3084-1" "尿酸" "Uric acid"
        "mg/dL" "mg/dL" 1 SERUM [3.7 7.8, 2.6 5.5] (0.0, 99999.0);
    SODIUM = "3H010000002326101" "2951-2" "ナトリウム" "Sodium"
        "mmol/L" "mmol/L" 0 SERUM [138.0 145.0] (0.0, 99999.0);
    POTASSIUM = "3H015000002326101" "2823-3" "カリウム" "Potassium"
        "mmol/L" "mmol/L" 1 SERUM [3.6 4.8] (1.0, 10.0);
    CHLORIDE = "3H020000002326101" "2075-0" "クロール" "Chloride"
        "mmol/L" "mmol/L" 0 SERUM [101.0 108.0] (0.0, 99999.0);
    CALCIUM = "3H030000002327101" "17861-6" "カルシウム" "Calcium"
        "mg/dL" "mg/dL" 1 SERUM [8.8 10.1] (0.0, 99999.0);
    PHOSPHATE = "3H040000002327101" "2777-1" "無機リン" "Inorganic phosphate"
        "mg/dL" "mg/dL" 1 SERUM [2.7 4.6] (0.0, 99999.0);
    MAGNESIUM = "3H025000002327101" "19123-9" "マグネシウム" "Magnesium"
        "mg/dL" "mg/dL" 1 SERUM [1.8 2.4] (0.0, 99999.0);

    // Proteins and enzymes.
    ALBUMIN = "3A015000002327101" "1751-7" "アルブミン" "Albumin"
        "g/dL" "g/dL" 1 SERUM [4.1 5.1] (0.0, 99999.0);
    TOTAL_PROTEIN = "3A010000002327101" "2885-2" "総蛋白" "Total protein"
        "g/dL" "g/dL" 1 SERUM [6.6 8.1] (0.0, 99999.0);
    AST = "3B035000002327201" "1920-8" "AST" "Aspartate aminotransferase"
        "U/L" "U/L" 0 SERUM [13.0 30.0] (3.0, 20000.0);
    ALT = "3B045000002327201" "1742-6" "ALT" "Alanine aminotransferase"
        "U/L" "U/L" 0 SERUM [10.0 42.0, 7.0 23.0] (3.0, 20000.0);
    GGT = "3B090000002327101" "2324-2" "γ-GT" "Gamma-glutamyltransferase"
        "U/L" "U/L" 0 SERUM [13.0 64.0, 9.0 32.0] (3.0, 5000.0);
    ALP = "3B070000002327101" "6768-6" "ALP(IFCC)" "Alkaline phosphatase"
        "U/L" "U/L" 0 SERUM [38.0 113.0] (0.0, 99999.0);
    LDH = "3B050000002327201" "2532-0" "LD(IFCC)" "Lactate dehydrogenase"
        "U/L" "U/L" 0 SERUM [124.0 222.0] (0.0, 99999.0);
    CHOLINESTERASE = "3B110000002327101" "2098-2" "コリンエステラーゼ" "Cholinesterase"
        "U/L" "U/L" 0 SERUM [240.0 486.0, 201.0 421.0] (0.0, 99999.0);
    AMYLASE = "3B160000002327701" "1798-8" "アミラーゼ" "Amylase"
        "U/L" "U/L" 0 SERUM [44.0 132.0] (0.0, 99999.0);
    BILIRUBIN = "3J010000002327101" "1975-2" "総ビリルビン" "Total bilirubin"
        "mg/dL" "mg/dL" 1 SERUM [0.4 1.5] (0.1, 60.0);
    DIRECT_BILIRUBIN = "3J015000002327101" "1968-7" "直接ビリルビン" "Direct bilirubin"
        "mg/dL" "mg/dL" 1 SERUM [0.0 0.4] (0.1, 60.0);
    CK = "3B010000002327201" "2157-6" "CK" "Creatine kinase"
        "U/L" "U/L" 0 SERUM [59.0 248.0, 41.0 153.0] (10.0, 200000.0);
    CK_MB = "3B015000002327201" "32673-6" "CK-MB" "Creatine kinase MB"
        "U/L" "U/L" 0 SERUM [0.0 12.0] (2.0, 2000.0);
    TROPONIN_I = "5C094000002205201" "89579-7" "高感度トロポニンI" "High-sensitivity troponin I"
        "pg/mL" "pg/mL" 1 PLASMA [0.0 34.2, 0.0 15.6] (1.9, 50000.0);
    BNP = "4Z271000002205101" "30934-4" "BNP" "Brain natriuretic peptide"
        "pg/mL" "pg/mL" 1 PLASMA [0.0 18.4] (5.8, 5000.0);
    NT_PROBNP = "4Z272000002305301" "33762-6" "NT-proBNP" "N-terminal pro-BNP"
        "pg/mL" "pg/mL" 0 SERUM [0.0 125.0] (5.0, 35000.0);

    // Fats.
    TOTAL_CHOLESTEROL = "3F050000002327101" "2093-3" "総コレステロール" "Total cholesterol"
        "mg/dL" "mg/dL" 0 SERUM [142.0 248.0] (0.0, 99999.0);
    LDL = "3F077000002327101" "18262-6" "LDLコレステロール" "LDL cholesterol"
        "mg/dL" "mg/dL" 0 SERUM [65.0 163.0] (0.0, 99999.0);
    HDL = "3F070000002327101" "2085-9" "HDLコレステロール" "HDL cholesterol"
        "mg/dL" "mg/dL" 0 SERUM [38.0 90.0, 48.0 103.0] (0.0, 99999.0);
    TRIGLYCERIDE = "3F015000002327101" "2571-8" "中性脂肪" "Triglyceride"
        "mg/dL" "mg/dL" 0 SERUM [40.0 234.0, 30.0 117.0] (0.0, 99999.0);

    // Inflammation and blood cells.
    CRP = "5C070000002306201" "1988-5" "CRP" "C-reactive protein"
        "mg/dL" "mg/dL" 2 SERUM [0.0 0.14] (0.02, 60.0);
    PROCALCITONIN = "5C215000002305301" "33959-8" "プロカルシトニン" "Procalcitonin"
        "ng/mL" "ng/mL" 2 SERUM [0.0 0.05] (0.02, 100.0);
    SEDIMENTATION = "2Z010000001992055" "4537-7" "赤血球沈降速度(1時間値)" "Erythrocyte sedimentation rate"
        "mm/h" "mm/h" 0 BLOOD [2.0 10.0, 3.0 15.0] (0.0, 99999.0);
    WBC = "2A010000001930101" "6690-2" "白血球数" "Leukocytes"
        "10^3/µL" "10*3/uL" 1 BLOOD [3.3 8.6] (0.1, 500.0);
    RBC = "2A020000001930101" "789-8" "赤血球数" "Erythrocytes"
        "10^6/µL" "10*6/uL" 2 BLOOD [4.35 5.55, 3.86 4.92] (0.0, 99999.0);
    HEMOGLOBIN = "2A030000001930101" "718-7" "ヘモグロビン" "Haemoglobin"
        "g/dL" "g/dL" 1 BLOOD [13.7 16.8, 11.6 14.8] (0.0, 99999.0);
    HEMATOCRIT = "2A040000001930102" "4544-3" "ヘマトクリット" "Haematocrit"
        "%" "%" 1 BLOOD [40.7 50.1, 35.1 44.4] (0.0, 99999.0);
    MCV = "2A060000001930101" "787-2" "MCV" "Mean corpuscular volume"
        "fL" "fL" 1 BLOOD [83.6 98.2] (0.0, 99999.0);
    PLATELET = "2A050000001930101" "777-3" "血小板数" "Platelets"
        "10^3/µL" "10*3/uL" 0 BLOOD [158.0 348.0] (1.0, 5000.0);
    NEUTROPHIL = "2A160000001930154" "770-8" "好中球" "Neutrophils"
        "%" "%" 1 BLOOD [40.0 75.0] (0.0, 99999.0);
    LYMPHOCYTE = "2A160000001930155" "736-9" "リンパ球" "Lymphocytes"
        "%" "%" 1 BLOOD [18.0 49.0] (0.0, 99999.0);
    MONOCYTE = "2A160000001930156" "5905-5" "単球" "Monocytes"
        "%" "%" 1 BLOOD [2.0 10.0] (0.0, 99999.0);
    EOSINOPHIL = "2A160000001930152" "713-8" "好酸球" "Eosinophils"
        "%" "%" 1 BLOOD [0.0 8.0] (0.0, 99999.0);
    BASOPHIL = "2A160000001930153" "706-2" "好塩基球" "Basophils"
        "%" "%" 1 BLOOD [0.0 2.0] (0.0, 99999.0);
    RETICULOCYTE = "2A110000001930102" "17849-1" "網赤血球" "Reticulocytes"
        "%" "%" 1 BLOOD [0.8 2.0] (0.0, 99999.0);

    // Clotting.
    PT_INR = "2B030000002231157" "6301-6" "PT-INR" "Prothrombin time, INR"
        "" "1" 2 PLASMA [0.9 1.13] (0.5, 12.0);
    APTT = "2B020000002231101" "3173-2" "APTT" "Activated partial thromboplastin time"
        "秒" "s" 1 PLASMA [24.3 36.0] (0.0, 99999.0);
    FIBRINOGEN = "2B100000002231101" "3255-7" "フィブリノゲン" "Fibrinogen"
        "mg/dL" "mg/dL" 0 PLASMA [200.0 400.0] (0.0, 99999.0);
    D_DIMER = "2B140000002206201" "48065-7" "Dダイマー" "D-dimer"
        "µg/mL" "ug/mL" 1 PLASMA [0.0 1.0] (0.5, 200.0);

    // Urine.
    URINE_ALBUMIN_CREATININE = "3A015000000106151" "9318-7" "尿アルブミン/クレアチニン比" "Urine albumin per creatinine"
        "mg/gCr" "mg/g{creat}" 1 URINE [0.0 30.0] (1.0, 20000.0);
    URINE_PROTEIN_CREATININE = "1A015000000127128" "2890-2" "尿蛋白/クレアチニン比" "Urine protein per creatinine"
        "g/gCr" "g/g{creat}" 2 URINE [0.0 0.15] (0.0, 99999.0);
    URINE_PROTEIN = "1A010000000190111" "20454-5" "尿蛋白定性" "Urine protein, strip"
        "" "" 0 URINE [] (0.0, 99999.0);
    URINE_GLUCOSE = "1A020000000190111" "25428-4" "尿糖定性" "Urine glucose, strip"
        "" "" 0 URINE [] (0.0, 99999.0);
    URINE_BLOOD = "1A100000000190111" "57751-0" "尿潜血定性" "Urine blood, strip"
        "" "" 0 URINE [] (0.0, 99999.0);
    URINE_KETONE = "1A060000000190111" "57734-6" "尿ケトン体定性" "Urine ketones, strip"
        "" "" 0 URINE [] (0.0, 99999.0);
    URINE_LEUKOCYTE = "1A105000000190111" "60026-2" "尿白血球定性" "Urine leukocytes, strip"
        "" "" 0 URINE [] (0.0, 99999.0);
    URINE_PH = "1A035000000190101" "50560-2" "尿pH" "Urine pH"
        "" "[pH]" 1 URINE [5.0 7.5] (0.0, 99999.0);
    STOOL_BLOOD = "1B040000001506211" "29771-3" "便潜血" "Stool blood"
        "" "" 0 STOOL [] (0.0, 99999.0);

    // Hormones.
    TSH = "4A055000002305101" "3016-3" "TSH" "Thyrotropin"
        "µIU/mL" "u[IU]/mL" 2 SERUM [0.35 4.94] (0.01, 100.0);
    FREE_T4 = "4B035000002305101" "3024-7" "遊離T4" "Free thyroxine"
        "ng/dL" "ng/dL" 2 SERUM [0.7 1.48] (0.4, 5.0);
    FREE_T3 = "4B015000002305101" "3051-0" "遊離T3" "Free triiodothyronine"
        "pg/mL" "pg/mL" 2 SERUM [1.68 3.67] (1.0, 20.0);
    CORTISOL = "4D040000002305101" "2143-6" "コルチゾール" "Cortisol"
        "µg/dL" "ug/dL" 1 SERUM [7.1 19.6] (0.0, 99999.0);
    HCG = "4F080000002305101" "21198-7" "HCG" "Choriogonadotropin"
        "mIU/mL" "m[IU]/mL" 1 SERUM [0.0 5.0] (0.5, 225000.0);

    // Antibodies.
    RHEUMATOID_FACTOR = "5G160000002306201" "11572-5" "リウマトイド因子" "Rheumatoid factor"
        "IU/mL" "[IU]/mL" 0 SERUM [0.0 15.0] (3.0, 5000.0);
    ANTI_CCP = "5G169000002305101" "33935-8" "抗CCP抗体" "Anti-cyclic citrullinated peptide antibody"
        "U/mL" "U/mL" 1 SERUM [0.0 4.5] (0.6, 500.0);
    MMP_3 = "3B481000002306201" "" "MMP-3" "Matrix metalloproteinase 3"
        "ng/mL" "ng/mL" 1 SERUM [36.9 121.0, 17.3 59.7] (0.0, 99999.0);
    ANA = "5G010000002316001" "5048-4" "抗核抗体" "Antinuclear antibody titre"
        "倍" "{titer}" 0 SERUM [0.0 40.0] (40.0, 1280.0);
    DS_DNA = "5G020000002305101" "32677-7" "抗dsDNA IgG抗体" "Anti-double-stranded DNA IgG"
        "IU/mL" "[IU]/mL" 1 SERUM [0.0 12.0] (0.6, 400.0);
    C3 = "5B023000002306201" "4485-9" "補体C3" "Complement C3"
        "mg/dL" "mg/dL" 0 SERUM [73.0 138.0] (0.0, 99999.0);
    C4 = "5B024000002306201" "4498-2" "補体C4" "Complement C4"
        "mg/dL" "mg/dL" 0 SERUM [11.0 31.0] (0.0, 99999.0);
    IGG = "5A010000002306201" "2465-3" "IgG" "Immunoglobulin G"
        "mg/dL" "mg/dL" 0 SERUM [861.0 1747.0] (0.0, 99999.0);
    IGE = "5A090000002305101" "19113-0" "非特異的IgE" "Immunoglobulin E"
        "IU/mL" "[IU]/mL" 0 SERUM [0.0 170.0] (5.0, 20000.0);
    HBS_ANTIGEN = "5F016141002302311" "5196-1" "HBs抗原" "Hepatitis B surface antigen"
        "" "" 0 SERUM [] (0.0, 99999.0);
    HCV_ANTIBODY = "5F360145002302311" "13955-0" "HCV抗体" "Hepatitis C antibody"
        "" "" 0 SERUM [] (0.0, 99999.0);
    HIV = "5F560155002302311" "56888-1" "HIV抗原・抗体" "HIV antigen and antibody"
        "" "" 0 SERUM [] (0.0, 99999.0);
    SYPHILIS = "5E075135102306211" "20507-0" "梅毒TP抗体" "Treponema pallidum antibody"
        "" "" 0 SERUM [] (0.0, 99999.0);

    // Tumour markers and the lung.
    CEA = "5D010000002305101" "2039-6" "CEA" "Carcinoembryonic antigen"
        "ng/mL" "ng/mL" 1 SERUM [0.0 5.0] (0.5, 50000.0);
    CA19_9 = "5D130000002305101" "24108-3" "CA19-9" "CA 19-9"
        "U/mL" "U/mL" 1 SERUM [0.0 37.0] (2.0, 100000.0);
    PSA = "5D305000002305101" "2857-1" "PSA" "Prostate-specific antigen"
        "ng/mL" "ng/mL" 3 SERUM [0.0 4.0] (0.008, 5000.0);
    AFP = "5D015000002305101" "1834-1" "AFP" "Alpha-fetoprotein"
        "ng/mL" "ng/mL" 1 SERUM [0.0 10.0] (0.5, 200000.0);
    PIVKA_II = "5D520000002305101" "34444-0" "PIVKA-II" "Des-gamma-carboxyprothrombin"
        "mAU/mL" "{mAU}/mL" 0 SERUM [0.0 40.0] (5.0, 75000.0);
    CA125 = "5D100000002305101" "10334-1" "CA125" "CA 125"
        "U/mL" "U/mL" 1 SERUM [0.0 35.0] (1.0, 20000.0);
    CA15_3 = "5D115000002305101" "6875-9" "CA15-3" "CA 15-3"
        "U/mL" "U/mL" 1 SERUM [0.0 25.0] (1.0, 5000.0);
    PRO_GRP = "5D340000002205101" "40446-7" "ProGRP" "Pro-gastrin-releasing peptide"
        "pg/mL" "pg/mL" 1 PLASMA [0.0 81.0] (3.0, 50000.0);
    CYFRA = "5D325000002305101" "25390-6" "シフラ21-1" "Cytokeratin 19 fragment"
        "ng/mL" "ng/mL" 1 SERUM [0.0 3.5] (0.5, 1000.0);
    SCC = "5D300000002305101" "9679-2" "SCC抗原" "Squamous cell carcinoma antigen"
        "ng/mL" "ng/mL" 1 SERUM [0.0 1.5] (0.1, 1000.0);
    SIL2R = "5J095000002305101" "76038-9" "可溶性IL-2レセプター" "Soluble interleukin-2 receptor"
        "U/mL" "U/mL" 0 SERUM [121.0 613.0] (50.0, 100000.0);
    KL_6 = "5C210000002305101" "33881-4" "KL-6" "KL-6"
        "U/mL" "U/mL" 0 SERUM [0.0 500.0] (50.0, 10000.0);
    SP_D = "5C212000002305101" "35643-6" "SP-D" "Surfactant protein D"
        "ng/mL" "ng/mL" 1 SERUM [0.0 110.0] (10.0, 2000.0);

    // Iron, vitamins, levels of drugs.
    FERRITIN = "5C095000002305101" "2276-4" "フェリチン" "Ferritin"
        "ng/mL" "ng/mL" 1 SERUM [20.0 250.0, 5.0 80.0] (1.0, 100000.0);
    IRON = "3I010000002327101" "2498-4" "血清鉄" "Iron"
        "µg/dL" "ug/dL" 0 SERUM [40.0 188.0] (0.0, 99999.0);
    TIBC = "3I015000002327101" "2500-7" "総鉄結合能" "Total iron-binding capacity"
        "µg/dL" "ug/dL" 0 SERUM [253.0 365.0, 246.0 410.0] (0.0, 99999.0);
    VITAMIN_B12 = "3G030000002305101" "2132-9" "ビタミンB12" "Vitamin B12"
        "pg/mL" "pg/mL" 0 SERUM [233.0 914.0] (0.0, 99999.0);
    VANCOMYCIN_LEVEL = "3M665000002306101" "4092-3" "バンコマイシン血中濃度" "Vancomycin trough"
        "µg/mL" "ug/mL" 1 SERUM [10.0 20.0] (1.0, 100.0);
    LACTATE = "3E010000002027201" "2524-7" "乳酸" "Lactate"
        "mmol/L" "mmol/L" 1 ARTERIAL_BLOOD [0.5 1.6] (0.0, 99999.0);
    AMMONIA = "3C040000002227101" "16362-6" "アンモニア" "Ammonia"
        "µg/dL" "ug/dL" 0 PLASMA [12.0 66.0] (5.0, 1000.0);
    PH = "3H070000002026101" "2744-1" "動脈血pH" "Arterial pH"
        "" "[pH]" 3 ARTERIAL_BLOOD [7.35 7.45] (6.5, 8.0);
    PO2 = "3H080000002026101" "2703-7" "動脈血酸素分圧" "Arterial oxygen pressure"
        "mmHg" "mm[Hg]" 1 ARTERIAL_BLOOD [80.0 100.0] (0.0, 99999.0);
    PCO2 = "3H075000002026101" "2019-8" "動脈血炭酸ガス分圧" "Arterial carbon dioxide pressure"
        "mmHg" "mm[Hg]" 1 ARTERIAL_BLOOD [35.0 45.0] (0.0, 99999.0);
    BICARBONATE = "3H085000002026101" "1960-4" "重炭酸イオン" "Arterial bicarbonate"
        "mmol/L" "mmol/L" 1 ARTERIAL_BLOOD [22.0 26.0] (0.0, 99999.0);
    ALPHA_GALACTOSIDASE = "3B990000001920201" "" "α-ガラクトシダーゼ活性" "Alpha-galactosidase A activity"
        "nmol/mg/h" "nmol/h/mg" 1 BLOOD [50.0 120.0] (0.0, 99999.0);

    // Microbes.
    BLOOD_CULTURE = "6B010000001974211" "600-7" "血液培養" "Blood culture"
        "" "" 0 BLOOD [] (0.0, 99999.0);
    SPUTUM_CULTURE = "6B010000006174211" "6460-0" "喀痰培養" "Sputum culture"
        "" "" 0 SPUTUM [] (0.0, 99999.0);
    URINE_CULTURE = "6B010000000174211" "630-4" "尿培養" "Urine culture"
        "" "" 0 URINE [] (0.0, 99999.0);
    STOOL_CULTURE = "6B010000001574211" "625-4" "便培養" "Stool culture"
        "" "" 0 STOOL [] (0.0, 99999.0);
    ACID_FAST_CULTURE = "6B020000006174211" "543-9" "抗酸菌培養" "Acid-fast culture"
        "" "" 0 SPUTUM [] (0.0, 99999.0);
    CSF_CELLS = "1C030000004130101" "26464-8" "髄液細胞数" "Cells in cerebrospinal fluid"
        "/µL" "/uL" 0 CSF [0.0 5.0] (0.0, 99999.0);
    CSF_PROTEIN = "1C010000004127101" "2880-3" "髄液蛋白" "Protein in cerebrospinal fluid"
        "mg/dL" "mg/dL" 0 CSF [10.0 40.0] (0.0, 99999.0);
    CSF_GLUCOSE = "3D010000004127201" "2342-4" "髄液糖" "Glucose in cerebrospinal fluid"
        "mg/dL" "mg/dL" 0 CSF [50.0 75.0] (0.0, 99999.0);
    INFLUENZA_ANTIGEN = "5F410141006319011" "72366-8" "インフルエンザウイルス抗原" "Influenza virus antigen"
        "" "" 0 SWAB [] (0.0, 99999.0);
    SARS_COV_2_ANTIGEN = "5F625141006319011" "94558-4" "SARS-CoV-2抗原" "SARS-CoV-2 antigen"
        "" "" 0 SWAB [] (0.0, 99999.0);
    SARS_COV_2_PCR = "5F625141006387511" "94500-6" "SARS-CoV-2核酸検出" "SARS-CoV-2 RNA"
        "" "" 0 SWAB [] (0.0, 99999.0);
    RSV_ANTIGEN = "5F270141006319011" "72885-7" "RSウイルス抗原" "Respiratory syncytial virus antigen"
        "" "" 0 SWAB [] (0.0, 99999.0);
    STREPTOCOCCUS_ANTIGEN = "6B610000006319011" "78012-2" "A群溶連菌抗原" "Group A streptococcus antigen"
        "" "" 0 SWAB [] (0.0, 99999.0);
    CD_TOXIN = "6B620000001519011" "34713-8" "CDトキシン" "Clostridioides difficile toxin"
        "" "" 0 STOOL [] (0.0, 99999.0);

    // Blood groups.
    ABO = "5H010000001910114" "883-9" "ABO式血液型" "ABO blood group"
        "" "" 0 BLOOD [] (0.0, 99999.0);
    RH = "5H020000001910114" "10331-7" "Rh(D)式血液型" "Rh(D) blood group"
        "" "" 0 BLOOD [] (0.0, 99999.0);
}
