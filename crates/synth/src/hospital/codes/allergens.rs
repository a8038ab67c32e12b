//! What people are allergic to, by J-FAGY.

use super::Allergen;

macro_rules! allergens {
    ($($name:ident = $code:literal $category:literal $ja:literal $en:literal;)*) => {
        $(#[doc = concat!($en, ".")]
        pub static $name: Allergen =
            Allergen { code: $code, ja: $ja, en: $en, category: $category };)*

        /// All allergens.
        pub static ALL: &[&Allergen] = &[$(&$name),*];
    };
}

allergens! {
    PENICILLIN = "J9MA11000010" "medication" "ペニシリン系抗菌薬" "Penicillins";
    CEPHALOSPORIN = "J9MA12000010" "medication" "セフェム系抗菌薬" "Cephalosporins";
    QUINOLONE = "J9MA13000010" "medication" "ニューキノロン系抗菌薬" "Quinolones";
    NSAID = "J9MA21000010" "medication" "非ステロイド性抗炎症薬" "Non-steroidal anti-inflammatory drugs";
    ASPIRIN = "J9MA21100010" "medication" "アスピリン" "Aspirin";
    IODINE_CONTRAST = "J9MA31000010" "medication" "ヨード造影剤" "Iodinated contrast media";
    GADOLINIUM = "J9MA32000010" "medication" "ガドリニウム造影剤" "Gadolinium contrast media";
    LOCAL_ANAESTHETIC = "J9MA41000010" "medication" "局所麻酔薬" "Local anaesthetics";
    SULFA = "J9MA14000010" "medication" "サルファ薬" "Sulfonamides";
    WHEAT = "J9FA15000016" "food" "小麦" "Wheat";
    EGG = "J9FA11000016" "food" "鶏卵" "Hen's egg";
    MILK = "J9FA12000016" "food" "牛乳" "Cow's milk";
    BUCKWHEAT = "J9FA16000016" "food" "そば" "Buckwheat";
    PEANUT = "J9FA17000016" "food" "落花生" "Peanut";
    SHRIMP = "J9FA18000016" "food" "えび" "Shrimp";
    CRAB = "J9FA19000016" "food" "かに" "Crab";
    MACKEREL = "J9FA32540000" "food" "さば" "Mackerel";
    KIWI = "J9FC11310000" "food" "キウイフルーツ" "Kiwifruit";
    LATEX = "J9NA11000010" "environment" "ラテックス" "Latex";
    ADHESIVE_TAPE = "J9NA12000010" "environment" "絆創膏" "Adhesive tape";
    CEDAR_POLLEN = "J9NA21000010" "environment" "スギ花粉" "Cedar pollen";
    HOUSE_DUST = "J9NA22000010" "environment" "ハウスダスト" "House dust";
    ALCOHOL = "J9NA13000010" "environment" "消毒用アルコール" "Disinfecting alcohol";
}
