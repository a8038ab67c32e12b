-- What does this patient not bear, how sure is it, and what happened?
select
  coalesce(a.code_text, a.code_display, a.code) as name,
  a.criticality,
  coalesce(a.verification_status_code, '') = 'confirmed' as is_confirmed,
  r.reaction
from fhir.allergy_intolerance as a
left join (
  select
    patient_id,
    source,
    resource_key,
    string_agg(coalesce(manifestation_text, manifestation_display), '・') as reaction
  from fhir.allergy_reaction
  group by patient_id, source, resource_key
) as r
  on r.patient_id = a.patient_id
  and r.source = a.source
  and r.resource_key = a.resource_key
where coalesce(a.verification_status_code, '') not in ('refuted', 'entered-in-error')
  and coalesce(a.clinical_status_code, 'active') <> 'resolved'
order by a.criticality, name
