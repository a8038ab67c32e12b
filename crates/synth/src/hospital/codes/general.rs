//! What everybody has now and then, what people die of at last, and what is given for it.

use super::entry::{GRAM, TABLET, diseases, drugs};

diseases! {
    GASTRITIS = "K297" "20049903" "CV2R" "胃炎" "Gastritis";
    REFLUX = "K210" "20055104" "U8EB" "逆流性食道炎" "Reflux oesophagitis";
    CONSTIPATION = "K590" "20076413" "MK3D" "便秘症" "Constipation";
    INSOMNIA = "G470" "20075821" "E6PS" "不眠症" "Insomnia";
    LOW_BACK_PAIN = "M5456" "20079902" "RJ7H" "腰痛症" "Low back pain";
    KNEE_ARTHROSIS = "M179" "20076322" "G9SN" "変形性膝関節症" "Osteoarthritis of the knee";
    ECZEMA = "L309" "20063801" "QT1V" "湿疹" "Eczema";
    IRON_DEFICIENCY = "D509" "20069714" "S0BK" "鉄欠乏性貧血" "Iron deficiency anaemia";
    ANAEMIA = "D649" "20074306" "F5UL" "貧血" "Anaemia";
    CATARACT = "H259" "20082217" "KD8T" "加齢性白内障" "Age-related cataract";
    FATTY_LIVER = "K760" "20061013" "HN6J" "脂肪肝" "Fatty liver";
    LIVER_DYSFUNCTION = "K769" "20052614" "TP4A" "肝機能障害" "Liver dysfunction";
    HYPOTHYROIDISM = "E039" "20062417" "BL3C" "甲状腺機能低下症" "Hypothyroidism";
    DIZZINESS = "R42" "20083409" "D7RM" "めまい症" "Dizziness";
    HEADACHE = "R51" "20066907" "VE9U" "頭痛" "Headache";
    CHEST_PAIN = "R074" "20053413" "JG1B" "胸痛" "Chest pain";
    ABDOMINAL_PAIN = "R104" "20077417" "P2HF" "腹痛" "Abdominal pain";
    FRACTURE_RADIUS = "S5250" "20067516" "NU5S" "橈骨遠位端骨折" "Fracture of the distal radius";
    FRACTURE_FEMUR = "S7200" "20068129" "A3KE" "大腿骨頚部骨折" "Fracture of the femoral neck";
    PANCREATITIS = "K859" "20055741" "LC8G" "急性膵炎" "Acute pancreatitis";
    DEHYDRATION = "E86" "20067803" "R6MT" "脱水症" "Dehydration";
    SENILITY = "R54" "20084911" "C9VJ" "老衰" "Senility";
    PNEUMONIA_DEATH = "J189" "20072307" "S2FN" "肺炎" "Pneumonia";
    MALIGNANCY = "C80" "20048714" "U3DP" "悪性腫瘍" "Malignant neoplasm";
    ACCIDENT = "T149" "20054907" "E0LB" "外傷" "Injury";
    RESPIRATORY_ILLNESS = "J989" "20060705" "K5TQ" "呼吸器疾患" "Respiratory disease";
}

drugs! {
    LOXOPROFEN = "100762901" "1149019F1560" "M01AE02" "ロキソニン錠60mg" "Loxoprofen" TABLET Oral;
    REBAMIPIDE = "103008601" "2329021F1137" "A02BX14" "ムコスタ錠100mg" "Rebamipide" TABLET Oral;
    MAGNESIUM_OXIDE = "114001501" "2344009F2031" "A06AD02" "マグミット錠330mg" "Magnesium oxide" TABLET Oral;
    ZOLPIDEM = "114056901" "1129009F1025" "N05CF02" "マイスリー錠5mg" "Zolpidem" TABLET Oral;
    PARACETAMOL = "100547301" "1141007F1063" "N02BE01" "カロナール錠200" "Paracetamol" TABLET Oral;
    HEPARINOID = "106377001" "3339950M1137" "C05BA01" "ヒルドイドソフト軟膏0.3%" "Heparinoid" GRAM Topical;
    LIMAPROST = "105729101" "3399003F1092" "B01AC" "オパルモン錠5μg" "Limaprost" TABLET Oral;
    MECOBALAMIN = "103046801" "3136004F2106" "B03BA05" "メチコバール錠500μg" "Mecobalamin" TABLET Oral;
    BETAHISTINE = "101330501" "1339005F2032" "N07CA01" "メリスロン錠6mg" "Betahistine" TABLET Oral;
}
