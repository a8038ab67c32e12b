//! Children, and allergies at any age: names and drugs.

use super::entry::{GRAM, ML, SUPPOSITORY, SYRINGE, diseases, drugs, operations};

diseases! {
    UPPER_RESPIRATORY = "J069" "20054872" "M1A9" "急性上気道炎" "Acute upper respiratory infection";
    OTITIS_MEDIA = "H660" "20055627" "U7BJ" "急性化膿性中耳炎" "Acute suppurative otitis media";
    GASTROENTERITIS = "A099" "20055443" "CB5N" "感染性胃腸炎" "Infectious gastroenteritis";
    RSV_BRONCHIOLITIS = "J210" "20051163" "M4QP" "ＲＳウイルス細気管支炎" "RSV bronchiolitis";
    FEBRILE_SEIZURE = "R560" "20072211" "GB2J" "熱性痙攣" "Febrile seizure";
    FOOD_ALLERGY = "T781" "20060622" "Q1NB" "食物アレルギー" "Food allergy";
    ANAPHYLAXIS = "T780" "20060631" "F5H4" "食物アナフィラキシー" "Food anaphylaxis";
    ATOPIC_DERMATITIS = "L209" "20050221" "H8LD" "アトピー性皮膚炎" "Atopic dermatitis";
    KAWASAKI = "M303" "20054132" "T3FA" "川崎病" "Kawasaki disease";
    LOW_BIRTH_WEIGHT = "P071" "20066417" "KB1C" "低出生体重児" "Low birth weight infant";
    NEONATAL_JAUNDICE = "P599" "20061442" "B0RE" "新生児黄疸" "Neonatal jaundice";
}

drugs! {
    ACETAMINOPHEN = "100551001" "1141007C1075" "N02BE01" "カロナール細粒20%" "Paracetamol" GRAM Oral;
    AMOXICILLIN_FINE = "105944201" "6131001C1210" "J01CA04" "ワイドシリン細粒20%" "Amoxicillin" GRAM Oral;
    EPINEPHRINE = "116302101" "2451402G1023" "C01CA24" "エピペン注射液0.3mg" "Epinephrine" SYRINGE Subcutaneous;
    TOPICAL_STEROID = "106373201" "2646730M1101" "D07AC01" "リンデロン-V軟膏0.12%" "Betamethasone valerate" GRAM Topical;
    DIAZEPAM_SUPPOSITORY = "100432801" "1124700J1021" "N05BA01" "ダイアップ坐剤4" "Diazepam" SUPPOSITORY Topical;
    ORAL_REHYDRATION = "103357301" "3319500A1042" "A07CA" "ソリタ-T配合顆粒2号" "Oral rehydration salts" GRAM Oral;
    MAINTENANCE_FLUID = "107699501" "3319534A5097" "B05BB02" "ソリタ-T3号輸液500mL" "Maintenance fluid with glucose" ML Injected;
}

operations! {
    FOOD_CHALLENGE = "D291-2" "小児食物アレルギー負荷検査" "Oral food challenge";
}
