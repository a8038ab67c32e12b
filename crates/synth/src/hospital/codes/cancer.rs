//! Cancers and the operations, rays and examinations they bring; drugs are in `cancer_drugs`.

use super::entry::{diseases, operations};

diseases! {
    STOMACH = "C169" "20050512" "P7N7" "胃癌" "Gastric cancer";
    COLON = "C189" "20058270" "NP1D" "結腸癌" "Colon cancer";
    RECTUM = "C20" "20065318" "RU2V" "直腸癌" "Rectal cancer";
    LUNG = "C349" "20072951" "D9AM" "肺癌" "Lung cancer";
    BREAST = "C509" "20070312" "HUDA" "乳癌" "Breast cancer";
    PROSTATE = "C61" "20063518" "V4QB" "前立腺癌" "Prostate cancer";
    LIVER = "C220" "20055023" "KK7J" "肝細胞癌" "Hepatocellular carcinoma";
    PANCREAS = "C259" "20061241" "N0MT" "膵癌" "Pancreatic cancer";
    LIVER_METASTASIS = "C787" "20065897" "HN9V" "転移性肝腫瘍" "Liver metastasis";
    LUNG_METASTASIS = "C780" "20065903" "E5K1" "転移性肺腫瘍" "Lung metastasis";
    BONE_METASTASIS = "C795" "20065884" "SBLV" "転移性骨腫瘍" "Bone metastasis";
    PERITONEAL = "C786" "20054518" "R8FH" "癌性腹膜炎" "Peritoneal carcinomatosis";
    FEBRILE_NEUTROPENIA = "D70" "20073702" "PK4Q" "発熱性好中球減少症" "Febrile neutropenia";
    COLON_POLYP = "K635" "20058233" "JH5G" "大腸ポリープ" "Colon polyp";
    GASTRIC_ULCER = "K259" "20050447" "HGL9" "胃潰瘍" "Gastric ulcer";
    HEPATITIS_B = "B181" "20052347" "T6JS" "Ｂ型慢性肝炎" "Chronic hepatitis B";
    HEPATITIS_C = "B182" "20052372" "G6RR" "Ｃ型慢性肝炎" "Chronic hepatitis C";
}

operations! {
    STOMACH_ESD = "K653-2" "内視鏡的胃、十二指腸ポリープ・粘膜切除術（早期悪性腫瘍胃粘膜下層剥離術）" "Gastric ESD";
    GASTRECTOMY_DISTAL = "K655-2-2" "腹腔鏡下胃切除術（悪性腫瘍手術）" "Laparoscopic distal gastrectomy";
    GASTRECTOMY_TOTAL = "K657-2" "胃全摘術（悪性腫瘍手術）" "Total gastrectomy";
    COLON_EMR = "K721-4" "早期悪性腫瘍大腸粘膜下層剥離術" "Colorectal endoscopic submucosal dissection";
    COLECTOMY = "K719-3" "腹腔鏡下結腸悪性腫瘍切除術" "Laparoscopic colectomy";
    RECTAL_RESECTION = "K740-2-2" "腹腔鏡下直腸切除・切断術（低位前方切除術）" "Laparoscopic low anterior resection";
    LOBECTOMY = "K514-2-3" "胸腔鏡下肺悪性腫瘍手術（肺葉切除又は１肺葉を超えるもの）" "Thoracoscopic lobectomy";
    BREAST_PARTIAL = "K476-2" "乳腺悪性腫瘍手術（乳房部分切除術（腋窩部郭清を伴わないもの））" "Partial mastectomy";
    MASTECTOMY = "K476-5" "乳腺悪性腫瘍手術（乳房切除術（腋窩鎖骨下部郭清を伴うもの）・胸筋切除を併施しないもの）" "Mastectomy with axillary dissection";
    PROSTATECTOMY = "K843-4" "腹腔鏡下前立腺悪性腫瘍手術（内視鏡手術用支援機器を用いるもの）" "Robot-assisted prostatectomy";
    PROSTATE_BIOPSY = "D413-2" "前立腺針生検法（その他のもの）" "Prostate needle biopsy";
    HEPATECTOMY = "K695-4" "肝切除術（２区域切除）" "Hepatectomy";
    LIVER_ABLATION = "K697-3" "肝悪性腫瘍ラジオ波焼灼療法" "Radiofrequency ablation of liver";
    TACE = "K615-1" "血管塞栓術（頭部、胸腔、腹腔内血管等）（選択的動脈化学塞栓術）" "Transarterial chemoembolization";
    PANCREATODUODENECTOMY = "K703-2" "膵頭部腫瘍切除術（リンパ節・神経叢郭清等を伴う腫瘍切除術）" "Pancreatoduodenectomy";
    BILIARY_STENT = "K688" "内視鏡的胆道ステント留置術" "Endoscopic biliary stenting";
    BREAST_BIOPSY = "D410-1" "乳腺穿刺又は針生検（片側）（生検針によるもの）" "Breast needle biopsy";
    LIVER_BIOPSY = "D412-4" "経皮的針生検法（肝）" "Percutaneous liver biopsy";
    ENDOSONOGRAPHY = "D414-2" "超音波内視鏡下穿刺吸引生検法（EUS-FNA）" "Endoscopic ultrasound-guided aspiration";
    RADIATION = "M001-3" "直線加速器による放射線治療" "Linear accelerator radiotherapy";
    GASTROSCOPY = "D308" "胃・十二指腸ファイバースコピー" "Gastroscopy";
    COLONOSCOPY = "D313-2-3" "大腸内視鏡検査（上行結腸及び盲腸）" "Colonoscopy";
    BRONCHOSCOPY = "D302" "気管支ファイバースコピー" "Bronchoscopy";
    PORT = "K611-3" "植込型カテーテル設置（頭頸部その他）" "Central venous port";
}
