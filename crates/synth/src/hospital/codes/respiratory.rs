//! Diseases of the airways: what they, their drugs and their procedures are called.

use super::entry::{MG, PUFF, SYRINGE, TABLET, diseases, drugs, operations};

diseases! {
    COPD = "J449" "20061754" "M2GH" "慢性閉塞性肺疾患" "Chronic obstructive pulmonary disease";
    COPD_EXACERBATION = "J441" "20102284" "KUR7" "慢性閉塞性肺疾患の急性増悪" "Acute exacerbation of COPD";
    EMPHYSEMA = "J439" "20073163" "B55V" "肺気腫" "Pulmonary emphysema";
    ASTHMA = "J459" "20055904" "B7VD" "気管支喘息" "Bronchial asthma";
    STATUS_ASTHMATICUS = "J46" "20079325" "TU8C" "喘息発作重積状態" "Status asthmaticus";
    RESPIRATORY_FAILURE = "J961" "20081922" "GF38" "慢性呼吸不全" "Chronic respiratory failure";
    INTERSTITIAL_PNEUMONIA = "J849" "20054982" "C0HB" "間質性肺炎" "Interstitial pneumonia";
    ALLERGIC_RHINITIS = "J304" "20053067" "PM4T" "アレルギー性鼻炎" "Allergic rhinitis";
    HAY_FEVER = "J301" "20062581" "S5NC" "スギ花粉症" "Japanese cedar pollinosis";
}

drugs! {
    TIOTROPIUM = "117163701" "2259710G1023" "R03BB04" "スピリーバ2.5μgレスピマット60吸入" "Tiotropium" PUFF Inhaled;
    TIOTROPIUM_OLODATEROL = "124529101" "2259804G1020" "R03AL06" "スピオルトレスピマット60吸入" "Tiotropium and olodaterol" PUFF Inhaled;
    TRIPLE_INHALER = "126900601" "2290807G1021" "R03AL08" "テリルジー100エリプタ30吸入用" "Fluticasone furoate, vilanterol and umeclidinium" PUFF Inhaled;
    FLUTICASONE = "114742701" "2290700G4027" "R03BA05" "フルタイド100ディスカス" "Fluticasone propionate" PUFF Inhaled;
    BUDESONIDE_FORMOTEROL = "119872001" "2290801G1026" "R03AK07" "シムビコートタービュヘイラー60吸入" "Budesonide and formoterol" PUFF Inhaled;
    SALBUTAMOL = "102309601" "2254700G3040" "R03AC02" "サルタノールインヘラー100μg" "Salbutamol" PUFF Inhaled;
    MONTELUKAST = "114356601" "4490026F1025" "R03DC03" "キプレス錠10mg" "Montelukast" TABLET Oral;
    DUPILUMAB = "126274801" "4490405G1024" "D11AH05" "デュピクセント皮下注300mgシリンジ" "Dupilumab" SYRINGE Subcutaneous;
    MEPOLIZUMAB = "124951001" "2290401D1022" "R03DX09" "ヌーカラ皮下注用100mg" "Mepolizumab" SYRINGE Subcutaneous;
    PREDNISOLONE = "105422201" "2456001F1310" "H02AB06" "プレドニゾロン錠5mg「タケダ」" "Prednisolone" TABLET Oral;
    METHYLPREDNISOLONE = "107216401" "2456400D1031" "H02AB04" "ソル・メドロール静注用125mg" "Methylprednisolone" MG Injected;
    CARBOCISTEINE = "103226201" "2233002F1280" "R05CB03" "ムコダイン錠500mg" "Carbocisteine" TABLET Oral;
    FEXOFENADINE = "114001901" "4490023F1024" "R06AX26" "アレグラ錠60mg" "Fexofenadine" TABLET Oral;
}

operations! {
    SPIROMETRY = "D200-1" "肺気量分画測定" "Spirometry";
    HOME_OXYGEN = "C103-2" "在宅酸素療法指導管理料" "Home oxygen therapy";
    NONINVASIVE_VENTILATION = "J045-2" "人工呼吸（鼻マスク式）" "Non-invasive ventilation";
    INTUBATED_VENTILATION = "J045-1" "人工呼吸" "Mechanical ventilation";
    OXYGEN = "J024" "酸素吸入" "Oxygen inhalation";
}
