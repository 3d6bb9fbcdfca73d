-- How many of a broadcast's messages came which way, by the names in sources.
alter table ingest_reports add column source_messages jsonb not null default '{}';

---- create above / drop below ----
alter table ingest_reports drop column source_messages;
