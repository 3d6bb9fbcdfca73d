-- Since when a connection is in its state, by the clock of whoever reads it.
alter table platform_status add column since timestamptz not null default now();

-- What was taken in of a broadcast, one row each. Lanes add to it with the commits
-- that hold the messages themselves, so the figures are those of what is stored.
create table ingest_reports (
    creator_id     text        collate "C" not null,
    platform       text        collate "C" not null,
    stream_id      text        collate "C" not null,
    messages       bigint      not null default 0, -- stored
    history        bigint      not null default 0, -- of those, from before the reader came
    late           bigint      not null default 0, -- of those, handed over long after they were written
    duplicates     bigint      not null default 0, -- dropped
    reconnects     bigint      not null default 0,
    first_event_at timestamptz,                    -- by the reader's clock, as the next
    last_event_at  timestamptz,
    lag            bigint[]    not null default '{}', -- how many messages took how long from the platform into the database
    lag_max_ms     bigint      not null default 0,
    sources        text[]      not null default '{}', -- how chat was read, sorted
    primary key (creator_id, platform, stream_id)
) with (fillfactor = 50);

-- The newest broadcasts.
create index on streams (started_at desc);

---- create above / drop below ----
drop index streams_started_at_idx;
drop table ingest_reports;
alter table platform_status drop column since;
