//! Infections and what is given against them.

use super::entry::{CAPSULE, GRAM, MG, ML, TABLET, diseases, drugs, operations};

diseases! {
    PNEUMONIA = "J159" "20059021" "RHFC" "細菌性肺炎" "Bacterial pneumonia";
    ASPIRATION_PNEUMONIA = "J690" "20058961" "UQ0E" "誤嚥性肺炎" "Aspiration pneumonia";
    CYSTITIS = "N300" "20055691" "C3F6" "急性膀胱炎" "Acute cystitis";
    PYELONEPHRITIS = "N10" "20055572" "CR6D" "急性腎盂腎炎" "Acute pyelonephritis";
    SEPSIS = "A419" "20071871" "EP3R" "敗血症" "Sepsis";
    SEPTIC_SHOCK = "R572" "20071882" "L6QT" "敗血症性ショック" "Septic shock";
    INFLUENZA_A = "J101" "20051821" "S1EL" "インフルエンザＡ型" "Influenza A";
    INFLUENZA_B = "J101" "20051832" "GD7N" "インフルエンザＢ型" "Influenza B";
    COVID_19 = "U071" "20103542" "HN5M" "ＣＯＶＩＤ－１９" "COVID-19";
    COVID_PNEUMONIA = "U071" "20103557" "SR4T" "ＣＯＶＩＤ－１９肺炎" "COVID-19 pneumonia";
    WOUND_INFECTION = "T814" "20085127" "S6RL" "手術部位感染" "Surgical site infection";
    CELLULITIS = "L039" "20081231" "C6SM" "蜂窩織炎" "Cellulitis";
    HERPES_ZOSTER = "B029" "20064021" "V8KS" "帯状疱疹" "Herpes zoster";
}

drugs! {
    AMPICILLIN_SULBACTAM = "111235201" "6139504F2070" "J01CR01" "ユナシン-S静注用3g" "Ampicillin and sulbactam" GRAM Injected;
    CEFTRIAXONE = "106210701" "6132419F2064" "J01DD04" "ロセフィン静注用1g" "Ceftriaxone" GRAM Injected;
    PIPERACILLIN_TAZOBACTAM = "118727101" "6139505F3021" "J01CR05" "ゾシン静注用4.5" "Piperacillin and tazobactam" GRAM Injected;
    MEROPENEM = "112001101" "6139400D2040" "J01DH02" "メロペン点滴用バイアル0.5g" "Meropenem" GRAM Injected;
    VANCOMYCIN = "107152501" "6113400A1090" "J01XA01" "塩酸バンコマイシン点滴静注用0.5g" "Vancomycin" GRAM Injected;
    CEFAZOLIN = "117645501" "6132401D3090" "J01DB04" "セファメジンα点滴用キット1g" "Cefazolin" GRAM Injected;
    LEVOFLOXACIN = "119140001" "6241013F3020" "J01MA12" "クラビット錠500mg" "Levofloxacin" TABLET Oral;
    AMOXICILLIN = "105941101" "6131001M2033" "J01CA04" "サワシリンカプセル250" "Amoxicillin" CAPSULE Oral;
    CEPHALEXIN = "106002801" "6132002M1078" "J01DB01" "ケフレックスカプセル250mg" "Cefalexin" CAPSULE Oral;
    SULFAMETHOXAZOLE_TRIMETHOPRIM = "106351001" "6290100F1079" "J01EE01" "バクタ配合錠" "Sulfamethoxazole and trimethoprim" TABLET Oral;
    OSELTAMIVIR = "113842901" "6250021M1027" "J05AH02" "タミフルカプセル75" "Oseltamivir" CAPSULE Oral;
    BALOXAVIR = "126240301" "6250047F2020" "J05AX25" "ゾフルーザ錠20mg" "Baloxavir marboxil" TABLET Oral;
    REMDESIVIR = "128226901" "6250407D1024" "J05AB16" "ベクルリー点滴静注用100mg" "Remdesivir" MG Injected;
    DEXAMETHASONE = "108822501" "2454002F1125" "H02AB02" "デカドロン錠4mg" "Dexamethasone" TABLET Oral;
    VALACICLOVIR = "113560001" "6250019F1034" "J05AB11" "バルトレックス錠500" "Valaciclovir" TABLET Oral;
    NORADRENALINE = "107216901" "2451401A1030" "C01CA03" "ノルアドリナリン注1mg" "Norepinephrine" MG Injected;
    RINGER_ACETATE = "107652001" "3319557A2040" "B05BB01" "ソルアセトF輸液500mL" "Acetated Ringer's solution" ML Injected;
}

operations! {
    BLOOD_CULTURE = "D018-3" "細菌培養同定検査（血液又は穿刺液）" "Blood culture";
    CENTRAL_LINE = "G005-2" "中心静脈注射用カテーテル挿入" "Central venous catheter";
}
