//! Rheumatoid arthritis and lupus: names and drugs.

use super::entry::{CAPSULE, MG, SYRINGE, TABLET, diseases, drugs, operations};

diseases! {
    RHEUMATOID_ARTHRITIS = "M0690" "20056477" "HPUV" "関節リウマチ" "Rheumatoid arthritis";
    RA_LUNG = "M0510" "20085317" "PE5F" "リウマチ性間質性肺炎" "Rheumatoid interstitial pneumonia";
    OSTEOPOROSIS = "M8199" "20058712" "CBU3" "骨粗鬆症" "Osteoporosis";
    ARTHRALGIA = "M2559" "20065614" "U7CG" "多発性関節痛" "Polyarthralgia";
    SLE = "M329" "20064412" "BCG2" "全身性エリテマトーデス" "Systemic lupus erythematosus";
    LUPUS_NEPHRITIS = "M321" "20082853" "BSGV" "ループス腎炎" "Lupus nephritis";
}

drugs! {
    METHOTREXATE = "113012501" "3999016M1021" "L04AX03" "リウマトレックスカプセル2mg" "Methotrexate" CAPSULE Oral;
    FOLIC_ACID = "102811501" "3135001F1023" "B03BB01" "フォリアミン錠" "Folic acid" TABLET Oral;
    SALAZOSULFAPYRIDINE = "113188701" "6219001H1088" "A07EC01" "アザルフィジンEN錠500mg" "Sulfasalazine" TABLET Oral;
    INFLIXIMAB = "114720501" "2399401D1023" "L04AB02" "レミケード点滴静注用100" "Infliximab" MG Injected;
    ETANERCEPT = "118727701" "3999424G2020" "L04AB01" "エンブレル皮下注50mgシリンジ1.0mL" "Etanercept" SYRINGE Subcutaneous;
    ADALIMUMAB = "118542601" "3999426G1024" "L04AB04" "ヒュミラ皮下注40mgシリンジ0.4mL" "Adalimumab" SYRINGE Subcutaneous;
    TOCILIZUMAB = "122522301" "6399421G1020" "L04AC07" "アクテムラ皮下注162mgシリンジ" "Tocilizumab" SYRINGE Subcutaneous;
    ABATACEPT = "122838501" "3999429G1020" "L04AA24" "オレンシア皮下注125mgシリンジ1mL" "Abatacept" SYRINGE Subcutaneous;
    BARICITINIB = "125850501" "3999043F2027" "L04AF02" "オルミエント錠4mg" "Baricitinib" TABLET Oral;
    ALENDRONATE = "118202901" "3999018F2031" "M05BA04" "フォサマック錠35mg" "Alendronate" TABLET Oral;
    HYDROXYCHLOROQUINE = "124332901" "3999038F1021" "P01BA02" "プラケニル錠200mg" "Hydroxychloroquine" TABLET Oral;
    MYCOPHENOLATE = "112996901" "3999017M1026" "L04AA06" "セルセプトカプセル250" "Mycophenolate mofetil" CAPSULE Oral;
    BELIMUMAB = "126097301" "3999446G1026" "L04AG04" "ベンリスタ皮下注200mgオートインジェクター" "Belimumab" SYRINGE Subcutaneous;
}

operations! {
    KNEE_REPLACEMENT = "K082-1" "人工関節置換術（膝）" "Total knee arthroplasty";
    RENAL_BIOPSY = "D412" "経皮的針生検法（腎）" "Percutaneous renal biopsy";
}
