//! Drugs against cancer, by line of regimens: doses of injections are in mg.

use super::entry::{CAPSULE, MG, SYRINGE, TABLET, drugs};

drugs! {
    S1 = "113376801" "4229101M1027" "L01BC53" "ティーエスワン配合カプセルT20" "Tegafur, gimeracil and oteracil" CAPSULE Oral;
    CAPECITABINE = "115305501" "4223005F1021" "L01BC06" "ゼローダ錠300" "Capecitabine" TABLET Oral;
    OXALIPLATIN = "120034501" "4291410A1029" "L01XA03" "エルプラット点滴静注液50mg" "Oxaliplatin" MG Injected;
    FLUOROURACIL = "120813601" "4223401A4023" "L01BC02" "5-FU注250mg" "Fluorouracil" MG Injected;
    LEVOFOLINATE = "113228001" "3929407D1038" "V03AF04" "アイソボリン点滴静注用25mg" "Levofolinate" MG Injected;
    IRINOTECAN = "119433301" "4240404A1035" "L01CE02" "カンプト点滴静注40mg" "Irinotecan" MG Injected;
    BEVACIZUMAB = "118077301" "4291413A1022" "L01FG01" "アバスチン点滴静注用100mg/4mL" "Bevacizumab" MG Injected;
    PANITUMUMAB = "119906201" "4291417A1020" "L01FE02" "ベクティビックス点滴静注100mg" "Panitumumab" MG Injected;
    RAMUCIRUMAB = "124065501" "4291429A1023" "L01FG02" "サイラムザ点滴静注液100mg" "Ramucirumab" MG Injected;
    PACLITAXEL = "111932001" "4240406A1034" "L01CD01" "タキソール注射液100mg" "Paclitaxel" MG Injected;
    NAB_PACLITAXEL = "120267701" "4240409D1023" "L01CD01" "アブラキサン点滴静注用100mg" "Paclitaxel (albumin-bound)" MG Injected;
    DOCETAXEL = "120268401" "4240405A1047" "L01CD02" "タキソテール点滴静注用80mg" "Docetaxel" MG Injected;
    CARBOPLATIN = "109176901" "4291403A1057" "L01XA02" "パラプラチン注射液150mg" "Carboplatin" MG Injected;
    CISPLATIN = "107344401" "4291401A4031" "L01XA01" "ランダ注50mg/100mL" "Cisplatin" MG Injected;
    PEMETREXED = "117929601" "4229401D1026" "L01BA04" "アリムタ注射用500mg" "Pemetrexed" MG Injected;
    GEMCITABINE = "112723101" "4224403D1030" "L01BC05" "ジェムザール注射用1g" "Gemcitabine" MG Injected;
    NIVOLUMAB = "123744001" "4291427A1024" "L01FF01" "オプジーボ点滴静注100mg" "Nivolumab" MG Injected;
    PEMBROLIZUMAB = "125201101" "4291435A1025" "L01FF02" "キイトルーダ点滴静注100mg" "Pembrolizumab" MG Injected;
    ATEZOLIZUMAB = "126106201" "4291441A1020" "L01FF05" "テセントリク点滴静注1200mg" "Atezolizumab" MG Injected;
    TRASTUZUMAB = "113937201" "4291406D3021" "L01FD01" "ハーセプチン注射用150" "Trastuzumab" MG Injected;
    EPIRUBICIN = "107388801" "4235404D1040" "L01DB03" "エピルビシン塩酸塩注射用50mg" "Epirubicin" MG Injected;
    CYCLOPHOSPHAMIDE = "104386701" "4211401D2033" "L01AA01" "注射用エンドキサン500mg" "Cyclophosphamide" MG Injected;
    OSIMERTINIB = "124976301" "4291045F2026" "L01EB04" "タグリッソ錠80mg" "Osimertinib" TABLET Oral;
    GEFITINIB = "114859201" "4291013F1027" "L01EB01" "イレッサ錠250" "Gefitinib" TABLET Oral;
    SORAFENIB = "118546401" "4291017F1025" "L01EX02" "ネクサバール錠200mg" "Sorafenib" TABLET Oral;
    LENVATINIB = "124259901" "4291039M1020" "L01EX08" "レンビマカプセル4mg" "Lenvatinib" CAPSULE Oral;
    LETROZOLE = "117016601" "4291015F1026" "L02BG04" "フェマーラ錠2.5mg" "Letrozole" TABLET Oral;
    TAMOXIFEN = "104450501" "4291003F2060" "L02BA01" "ノルバデックス錠20mg" "Tamoxifen" TABLET Oral;
    PALBOCICLIB = "125832101" "4291051F1020" "L01EF01" "イブランス錠125mg" "Palbociclib" TABLET Oral;
    BICALUTAMIDE = "112759001" "4291009F1039" "L02BB03" "カソデックス錠80mg" "Bicalutamide" TABLET Oral;
    LEUPRORELIN = "115150101" "2499407G3035" "L02AE02" "リュープリンSR注射用キット11.25mg" "Leuprorelin" SYRINGE Subcutaneous;
    ENZALUTAMIDE = "123491301" "4291031F1028" "L02BB04" "イクスタンジ錠80mg" "Enzalutamide" TABLET Oral;
    ABIRATERONE = "123677101" "4291033F1027" "L02BX03" "ザイティガ錠250mg" "Abiraterone" TABLET Oral;
    OXYCODONE = "115213301" "8119002G1022" "N02AA05" "オキシコンチンTR錠5mg" "Oxycodone" TABLET Oral;
    FILGRASTIM = "113087301" "3399410A1022" "L03AA02" "グラン注射液75" "Filgrastim" SYRINGE Subcutaneous;
}
