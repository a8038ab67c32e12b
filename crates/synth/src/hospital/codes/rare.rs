//! Rare diseases (指定難病) and what is done for them.

use super::entry::{CAPSULE, MG, ML, TABLET, diseases, drugs, operations};

diseases! {
    PULMONARY_HYPERTENSION = "I270" "20084241" "K0B1" "肺動脈性肺高血圧症" "Pulmonary arterial hypertension";
    CTEPH = "I272" "20098271" "Q5J9" "慢性血栓塞栓性肺高血圧症" "Chronic thromboembolic pulmonary hypertension";
    GNE_MYOPATHY = "G710" "20099321" "RM7B" "縁取り空胞を伴う遠位型ミオパチー" "GNE myopathy";
    FABRY = "E752" "20075062" "V5S8" "ファブリー病" "Fabry disease";
    MYASTHENIA = "G700" "20060921" "UJ4L" "重症筋無力症" "Myasthenia gravis";
    PARKINSON = "G20" "20071544" "BMS9" "パーキンソン病" "Parkinson disease";
    ULCERATIVE_COLITIS = "K519" "20056187" "GCKL" "潰瘍性大腸炎" "Ulcerative colitis";
    DYSPNOEA = "R060" "20058513" "KQ7H" "呼吸困難" "Dyspnoea";
    MUSCLE_WEAKNESS = "M6289" "20056914" "C4VN" "筋力低下" "Muscle weakness";
    RIGHT_HEART_FAILURE = "I500" "20052471" "S0QF" "右心不全" "Right heart failure";
}

drugs! {
    SILDENAFIL = "118276001" "2190028F1025" "G04BE03" "レバチオ錠20mg" "Sildenafil" TABLET Oral;
    TADALAFIL = "119735801" "2190031F1020" "G04BE08" "アドシルカ錠20mg" "Tadalafil" TABLET Oral;
    MACITENTAN = "124321301" "2190036F1023" "C02KX04" "オプスミット錠10mg" "Macitentan" TABLET Oral;
    AMBRISENTAN = "120037601" "2190033F1029" "C02KX02" "ヴォリブリス錠2.5mg" "Ambrisentan" TABLET Oral;
    RIOCIGUAT = "123119601" "2190035F3020" "C02KX05" "アデムパス錠2.5mg" "Riociguat" TABLET Oral;
    SELEXIPAG = "125180901" "2190040F1023" "B01AC27" "ウプトラビ錠0.2mg" "Selexipag" TABLET Oral;
    EPOPROSTENOL = "112789701" "2190415D1024" "B01AC09" "静注用フローラン1.5mg" "Epoprostenol" MG Injected;
    AGALSIDASE_BETA = "116146101" "3959410F2020" "A16AB04" "ファブラザイム点滴静注用35mg" "Agalsidase beta" MG Injected;
    MIGALASTAT = "126318901" "3999049M1025" "A16AX14" "ガラフォルドカプセル123mg" "Migalastat" CAPSULE Oral;
    ACENEURAMIC_ACID = "199901501" "1190031F1020" "M09AX" "アセノベル徐放錠500mg" "Aceneuramic acid" TABLET Oral;
    PYRIDOSTIGMINE = "100783401" "1239005F1013" "N07AA02" "メスチノン錠60mg" "Pyridostigmine" TABLET Oral;
    LEVODOPA = "117234401" "1169101F1112" "N04BA02" "メネシット配合錠100" "Levodopa and carbidopa" TABLET Oral;
    MESALAZINE = "119459301" "2399009F3027" "A07EC02" "アサコール錠400mg" "Mesalazine" TABLET Oral;
    VEDOLIZUMAB = "126373801" "2399406D1020" "L04AG05" "エンタイビオ点滴静注用300mg" "Vedolizumab" MG Injected;
    TACROLIMUS = "112943301" "3999014M2022" "L04AD02" "プログラフカプセル1mg" "Tacrolimus" CAPSULE Oral;
    IMMUNOGLOBULIN = "120556201" "6343437A4020" "J06BA02" "献血ヴェノグロブリンIH10%静注5g/50mL" "Human immunoglobulin" ML Injected;
}

operations! {
    RIGHT_HEART_CATHETER = "D206-1" "心臓カテーテル法による諸検査（右心カテーテル）" "Right heart catheterization";
    BALLOON_PULMONARY = "K570-3" "経皮的肺動脈形成術" "Balloon pulmonary angioplasty";
    MUSCLE_BIOPSY = "D417-2" "組織試験採取、切採法（筋肉）" "Muscle biopsy";
    ANTIBODY_TEST = "D014-5" "自己抗体検査（抗核抗体）" "Autoantibody test";
    NERVE_STIMULATION = "D239-2" "誘発筋電図（反復刺激試験）" "Repetitive nerve stimulation";
    DOPAMINE_SCAN = "E101-2" "シングルホトンエミッションコンピューター断層撮影（ドパミントランスポーター）" "Dopamine transporter scan";
    GENE_TEST = "D006-4" "遺伝学的検査" "Genetic test";
    LUNG_TRANSPLANT = "K514-4" "同種死体肺移植術" "Lung transplantation";
}
