//! What everybody has now and then, what people die of at last, and what is given for it.

use super::entry::{GRAM, ML, TABLET, diseases, drugs, operations};

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
    GALLSTONES = "K802" "20065711" "W2GD" "胆のう結石症" "Gallstones";
    INGUINAL_HERNIA = "K409" "20066408" "Y4MB" "鼠径ヘルニア" "Inguinal hernia";
    APPENDICITIS = "K359" "20055803" "A9TE" "急性虫垂炎" "Acute appendicitis";
    UTERINE_MYOMA = "D259" "20064807" "C4VS" "子宮筋腫" "Uterine myoma";
    TONSILLITIS = "J350" "20080204" "E8GK" "慢性扁桃炎" "Chronic tonsillitis";
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
    PROPOFOL = "112370501" "1119402A1022" "N01AX10" "1%ディプリバン注" "Propofol" ML Injected;
    ROCURONIUM = "118202101" "1229405A1024" "M03AC09" "エスラックス静注50mg/5.0mL" "Rocuronium" ML Injected;
    FLURBIPROFEN = "107050101" "1149407A1042" "M01AE09" "ロピオン静注50mg" "Flurbiprofen axetil" ML Injected;
    BETAHISTINE = "101330501" "1339005F2032" "N07CA01" "メリスロン錠6mg" "Betahistine" TABLET Oral;
}

operations! {
    CATARACT_SURGERY = "K282-1" "水晶体再建術（眼内レンズ挿入）" "Cataract surgery";
    FRACTURE_FIXATION = "K046-1" "骨折観血的手術" "Open reduction of a fracture";
    FEMORAL_HEAD_REPLACEMENT = "K081-1" "人工骨頭挿入術（股）" "Femoral head replacement";
    CHOLECYSTECTOMY = "K672-2" "腹腔鏡下胆嚢摘出術" "Laparoscopic cholecystectomy";
    HERNIA_REPAIR = "K634" "腹腔鏡下鼠径ヘルニア手術" "Laparoscopic hernia repair";
    APPENDICECTOMY = "K718-2" "腹腔鏡下虫垂切除術" "Laparoscopic appendicectomy";
    HYSTERECTOMY = "K877-2" "腹腔鏡下腟式子宮全摘術" "Laparoscopic hysterectomy";
    TONSILLECTOMY = "K377-1" "口蓋扁桃手術（摘出）" "Tonsillectomy";
}
