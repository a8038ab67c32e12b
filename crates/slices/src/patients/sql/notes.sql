-- Which documents were written about this patient, by which department, the newest first?
select
  d.source,
  d.resource_key,
  coalesce(d.type_text, d.type_display, d.document_description) as kind,
  coalesce(d.department_display, d.department_text, d.practice_setting_text) as department,
  coalesce(c.attachment_title, d.document_description) as title,
  c.content_type,
  coalesce(c.has_data, false) as has_text,
  coalesce(c.creation, d.document_date) as written,
  d.event_day as written_day
from fhir.document_reference as d
left join fhir.document_content as c
  on c.patient_id = d.patient_id
  and c.source = d.source
  and c.resource_key = d.resource_key
  and c.ordinal = 0
where coalesce(d.status, '') <> 'entered-in-error'
order by d.event_day desc nulls last, d.document_date_low desc nulls last, d.resource_key
