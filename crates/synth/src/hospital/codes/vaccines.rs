//! Vaccines, by YJ and CVX.

use super::Vaccine;

macro_rules! vaccines {
    ($($name:ident = $yj:literal $cvx:literal $ja:literal $en:literal;)*) => {
        $(#[doc = concat!($en, ".")]
        pub static $name: Vaccine = Vaccine { yj: $yj, cvx: $cvx, ja: $ja, en: $en };)*

        /// All vaccines.
        pub static ALL: &[&Vaccine] = &[$(&$name),*];
    };
}

vaccines! {
    INFLUENZA = "6313400A1015" "141" "インフルエンザHAワクチン" "Influenza vaccine";
    SARS_COV_2 = "631341EA1020" "208" "コロナウイルス修飾ウリジンRNAワクチン" "SARS-CoV-2 mRNA vaccine";
    PNEUMOCOCCAL_23 = "6311400A1025" "33" "肺炎球菌ワクチン（23価）" "Pneumococcal polysaccharide vaccine, 23-valent";
    PNEUMOCOCCAL_13 = "6311401G1025" "133" "沈降13価肺炎球菌結合型ワクチン" "Pneumococcal conjugate vaccine, 13-valent";
    ZOSTER = "631340TG1020" "187" "乾燥組換え帯状疱疹ワクチン" "Recombinant zoster vaccine";
    HEPATITIS_B = "6313402A1024" "45" "組換え沈降B型肝炎ワクチン" "Hepatitis B vaccine";
    HIB = "6311402D1020" "48" "乾燥ヘモフィルスb型ワクチン" "Haemophilus influenzae type b vaccine";
    DPT_IPV = "636140AA1020" "130" "沈降精製百日せきジフテリア破傷風不活化ポリオ混合ワクチン" "DTaP-IPV vaccine";
    BCG = "6312400D1020" "19" "乾燥BCGワクチン" "BCG vaccine";
    MEASLES_RUBELLA = "631340DD1021" "04" "乾燥弱毒生麻しん風しん混合ワクチン" "Measles and rubella vaccine";
    VARICELLA = "6313403D1020" "21" "乾燥弱毒生水痘ワクチン" "Varicella vaccine";
    JAPANESE_ENCEPHALITIS = "631340ND1020" "134" "乾燥細胞培養日本脳炎ワクチン" "Japanese encephalitis vaccine";
    ROTAVIRUS = "6313500S1020" "119" "経口弱毒生ヒトロタウイルスワクチン" "Rotavirus vaccine";
    HPV_9 = "631340VG1020" "165" "組換え沈降9価HPVワクチン" "Human papillomavirus vaccine, 9-valent";
}
