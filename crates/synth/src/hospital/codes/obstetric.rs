//! Pregnancy and birth.

use super::entry::{MG, ML, TABLET, UNITS, diseases, drugs, operations};

diseases! {
    PREGNANCY = "Z349" "20072482" "D0PL" "妊娠" "Pregnancy";
    TERM_DELIVERY = "O80" "20062841" "R6AH" "正常分娩" "Normal delivery";
    CAESAREAN_DELIVERY = "O829" "20067219" "VL6A" "帝王切開分娩" "Caesarean delivery";
    PRETERM_DELIVERY = "O601" "20063911" "F9NB" "早産" "Preterm delivery";
    THREATENED_PRETERM = "O600" "20060041" "PJ9F" "切迫早産" "Threatened preterm labour";
    GESTATIONAL_DIABETES = "O249" "20072497" "MNP4" "妊娠糖尿病" "Gestational diabetes";
    PREECLAMPSIA = "O149" "20072471" "QM2R" "妊娠高血圧腎症" "Pre-eclampsia";
    MISCARRIAGE = "O039" "20060332" "A6DU" "自然流産" "Spontaneous abortion";
    POSTPARTUM_HAEMORRHAGE = "O721" "20074831" "HS4J" "分娩後出血" "Postpartum haemorrhage";
    PREGNANCY_ANAEMIA = "O990" "20072491" "L5E1" "妊娠貧血" "Anaemia in pregnancy";
}

drugs! {
    RITODRINE = "107466301" "2590402A1055" "G02CA01" "ウテメリン注50mg" "Ritodrine" MG Injected;
    OXYTOCIN = "105453601" "2414400A1011" "H01BB02" "アトニン-O注5単位" "Oxytocin" ML Injected;
    FERROUS_CITRATE = "103079401" "3222013F1114" "B03AA" "フェロミア錠50mg" "Sodium ferrous citrate" TABLET Oral;
    METHYLDOPA = "101819001" "2145001F2124" "C02AB01" "アルドメット錠250" "Methyldopa" TABLET Oral;
    INSULIN_PREGNANCY = "114732801" "2492415G1021" "A10AB05" "ノボラピッド注フレックスペン" "Insulin aspart" UNITS Subcutaneous;
}

operations! {
    CAESAREAN_EMERGENCY = "K898-1" "帝王切開術（緊急帝王切開）" "Emergency caesarean section";
    CAESAREAN_ELECTIVE = "K898-2" "帝王切開術（選択帝王切開）" "Elective caesarean section";
    VACUUM_DELIVERY = "K893" "吸引娩出術" "Vacuum extraction";
    UTERINE_CURETTAGE = "K909" "流産手術" "Uterine evacuation";
}
