//! Heart, vessels, kidneys and metabolism: what diseases and operations are called.

use super::entry::{diseases, operations};

diseases! {
    TYPE_2_DIABETES = "E119" "20060133" "UNQ2" "２型糖尿病" "Type 2 diabetes";
    DIABETIC_NEPHROPATHY = "E112" "20060147" "QFR3" "２型糖尿病性腎症" "Diabetic nephropathy";
    DIABETIC_RETINOPATHY = "E113" "20060152" "JH6N" "２型糖尿病性網膜症" "Diabetic retinopathy";
    DIABETIC_NEUROPATHY = "E114" "20060158" "L1VC" "２型糖尿病性神経障害" "Diabetic neuropathy";
    KETOACIDOSIS = "E111" "20060139" "A8SV" "２型糖尿病性ケトアシドーシス" "Diabetic ketoacidosis";
    HYPOGLYCAEMIA = "E162" "20066112" "KT4D" "低血糖" "Hypoglycaemia";
    HYPERTENSION = "I10" "20062217" "EVQ8" "高血圧症" "Hypertension";
    HYPERTENSIVE_HEART = "I119" "20062228" "TB0M" "高血圧性心疾患" "Hypertensive heart disease";
    DYSLIPIDAEMIA = "E785" "20098431" "P4AR" "脂質異常症" "Dyslipidaemia";
    HYPERCHOLESTEROLAEMIA = "E780" "20062213" "V80S" "高コレステロール血症" "Hypercholesterolaemia";
    HYPERTRIGLYCERIDAEMIA = "E781" "20062235" "N0U4" "高トリグリセライド血症" "Hypertriglyceridaemia";
    HYPERURICAEMIA = "E790" "20062246" "FG3T" "高尿酸血症" "Hyperuricaemia";
    GOUT = "M1099" "20069613" "B9KE" "痛風" "Gout";
    CKD = "N189" "20098827" "S6AQ" "慢性腎臓病" "Chronic kidney disease";
    CKD_STAGE_5 = "N185" "20098834" "DM7G" "慢性腎臓病ステージＧ５" "Chronic kidney disease, stage 5";
    END_STAGE_RENAL = "N180" "20072618" "U2TM" "末期腎不全" "End-stage kidney disease";
    ACUTE_KIDNEY_INJURY = "N179" "20055731" "MQ0H" "急性腎不全" "Acute kidney injury";
    RENAL_ANAEMIA = "D638" "20062904" "R31P" "腎性貧血" "Renal anaemia";
    HYPERKALAEMIA = "E875" "20062209" "LU5F" "高カリウム血症" "Hyperkalaemia";
    MYOCARDIAL_INFARCTION = "I219" "20055707" "PS9B" "急性心筋梗塞" "Acute myocardial infarction";
    INFERIOR_INFARCTION = "I211" "20055694" "K2UV" "急性下壁心筋梗塞" "Acute inferior myocardial infarction";
    ANTERIOR_INFARCTION = "I210" "20055688" "E1BJ" "急性前壁心筋梗塞" "Acute anterior myocardial infarction";
    UNSTABLE_ANGINA = "I200" "20075304" "C0RK" "不安定狭心症" "Unstable angina";
    STABLE_ANGINA = "I208" "20077714" "GM6E" "労作性狭心症" "Angina on effort";
    ANGINA = "I209" "20057015" "SD7L" "狭心症" "Angina pectoris";
    OLD_INFARCTION = "I252" "20069541" "TV1A" "陳旧性心筋梗塞" "Old myocardial infarction";
    STENT_THROMBOSIS = "T828" "20098906" "J7PD" "冠動脈ステント血栓症" "Coronary stent thrombosis";
    HEART_FAILURE = "I509" "20063204" "F2NG" "心不全" "Heart failure";
    CHRONIC_HEART_FAILURE = "I509" "20078321" "H3PA" "慢性心不全" "Chronic heart failure";
    ACUTE_HEART_FAILURE = "I509" "20055711" "QC9R" "急性心不全" "Acute heart failure";
    CONGESTIVE_HEART_FAILURE = "I500" "20050903" "M8EJ" "うっ血性心不全" "Congestive heart failure";
    CARDIOMYOPATHY = "I429" "20063187" "V3DH" "心筋症" "Cardiomyopathy";
    CARDIAC_ARREST = "I469" "20063241" "B6LU" "心停止" "Cardiac arrest";
    SUDDEN_CARDIAC_DEATH = "I461" "20063263" "N8QC" "心臓突然死" "Sudden cardiac death";
    PAROXYSMAL_FIBRILLATION = "I480" "20076511" "AJ3M" "発作性心房細動" "Paroxysmal atrial fibrillation";
    PERSISTENT_FIBRILLATION = "I481" "20099084" "RE5T" "持続性心房細動" "Persistent atrial fibrillation";
    PERMANENT_FIBRILLATION = "I482" "20078317" "D5CF" "慢性心房細動" "Permanent atrial fibrillation";
    ATRIAL_FIBRILLATION = "I489" "20063197" "U9HN" "心房細動" "Atrial fibrillation";
    VENTRICULAR_TACHYCARDIA = "I472" "20063351" "G4AS" "心室頻拍" "Ventricular tachycardia";
    CEREBRAL_INFARCTION = "I639" "20073831" "LQ2P" "脳梗塞" "Cerebral infarction";
    ATHEROTHROMBOTIC_STROKE = "I633" "20050304" "CU8D" "アテローム血栓性脳梗塞" "Atherothrombotic stroke";
    LACUNAR_STROKE = "I638" "20083651" "PH1S" "ラクナ梗塞" "Lacunar stroke";
    CARDIOEMBOLIC_STROKE = "I634" "20063268" "T6JB" "心原性脳塞栓症" "Cardioembolic stroke";
    CEREBRAL_HAEMORRHAGE = "I619" "20073857" "ER4V" "脳出血" "Cerebral haemorrhage";
    SUBARACHNOID_HAEMORRHAGE = "I609" "20057912" "K7MN" "くも膜下出血" "Subarachnoid haemorrhage";
    STROKE_SEQUELAE = "I693" "20073842" "Q2GE" "脳梗塞後遺症" "Sequelae of cerebral infarction";
    TRANSIENT_ISCHAEMIA = "G459" "20050804" "S3BC" "一過性脳虚血発作" "Transient ischaemic attack";
    DEEP_VEIN_THROMBOSIS = "I802" "20065102" "VP7H" "深部静脈血栓症" "Deep vein thrombosis";
    PULMONARY_EMBOLISM = "I269" "20072801" "D1TR" "肺塞栓症" "Pulmonary embolism";
    PERIPHERAL_ARTERY = "I702" "20080713" "F8KU" "閉塞性動脈硬化症" "Peripheral arterial disease";
    COAGULOPATHY = "D65" "20072013" "HS4M" "播種性血管内凝固" "Disseminated intravascular coagulation";
    GASTROINTESTINAL_BLEEDING = "K922" "20061402" "BN9G" "消化管出血" "Gastrointestinal bleeding";
    SMOKER = "F172" "20098513" "N5TA" "ニコチン依存症" "Nicotine dependence";
}

operations! {
    STENT_INFARCTION = "K549-1" "経皮的冠動脈ステント留置術（急性心筋梗塞）" "Coronary stenting for infarction";
    STENT_UNSTABLE = "K549-2" "経皮的冠動脈ステント留置術（不安定狭心症）" "Coronary stenting for unstable angina";
    STENT_STABLE = "K549-3" "経皮的冠動脈ステント留置術（その他）" "Coronary stenting, other";
    THROMBUS_ASPIRATION = "K546-1" "経皮的冠動脈形成術（急性心筋梗塞）" "Coronary angioplasty for infarction";
    CORONARY_BYPASS = "K552-2" "冠動脈、大動脈バイパス移植術（人工心肺不使用）" "Off-pump coronary bypass";
    CORONARY_ANGIOGRAPHY = "D206-2" "心臓カテーテル法（左心カテーテル）" "Left heart catheterisation";
    ABLATION = "K595-1" "経皮的カテーテル心筋焼灼術（心房中隔穿刺を伴う）" "Catheter ablation";
    PACEMAKER = "K597-2" "ペースメーカー移植術（経静脈電極）" "Pacemaker implantation";
    DEFIBRILLATOR = "K599-2" "植込型除細動器移植術" "Implantable defibrillator";
    CARDIOVERSION = "J047-2" "カウンターショック" "Cardioversion";
    BALLOON_PUMP = "K600-1" "大動脈バルーンパンピング法" "Intra-aortic balloon pump";
    THROMBECTOMY = "K178-4" "経皮的脳血栓回収術" "Mechanical thrombectomy";
    HAEMATOMA_REMOVAL = "K164-2" "頭蓋内血腫除去術" "Evacuation of intracranial haematoma";
    ANEURYSM_CLIPPING = "K177-1" "脳動脈瘤頸部クリッピング" "Aneurysm clipping";
    HAEMODIALYSIS = "J038-1" "人工腎臓（慢性維持透析）" "Haemodialysis";
    SHUNT = "K612-1" "末梢動静脈瘻造設術" "Arteriovenous fistula";
    ECHOCARDIOGRAPHY = "D215-3" "心臓超音波検査" "Echocardiography";
    ELECTROCARDIOGRAM = "D208-1" "心電図検査" "Electrocardiography";
    HOLTER = "D210-1" "ホルター型心電図検査" "Holter monitoring";
    FUNDUS = "D255-1" "精密眼底検査" "Fundoscopy";
}
