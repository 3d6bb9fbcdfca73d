-- How many of a broadcast's messages came which way, by the names in sources.
alter table ingest_reports add column source_messages jsonb not null default '{}';

-- What became of the webhooks that platforms called on each host, since its process
-- began to listen.
create table webhook_counts (
    host       text        collate "C" not null,
    platform   text        collate "C" not null,
    since      timestamptz not null,
    counts     jsonb       not null, -- numbers by outcome
    updated_at timestamptz not null default now(),
    primary key (host, platform)
);

---- create above / drop below ----
drop table webhook_counts;
alter table ingest_reports drop column source_messages;
