-- The newest look at the configuration of each host: what became of it.
create table reloads (
    host    text        collate "C" primary key,
    at      timestamptz not null,
    state   text        not null check (state in ('started', 'taken', 'refused')),
    version text        not null,             -- of the configuration in force
    seen    text        not null default '',  -- hash of the documents that were looked at
    files   text[]      not null default '{}', -- that had changed
    problem text        not null default '',  -- why it was refused
    restart text[]      not null default '{}'  -- settings that only a restart takes in
);

---- create above / drop below ----
drop table reloads;
