-- What happened in chat besides messages, and how much of it.
alter table chat_events
    add column kind   text   not null default '', -- '' is a message; paid, subscription, gift, raid, …
    add column amount bigint not null default 0,
    add column unit   text   not null default ''; -- of a paid message's amount

alter table streams
    add column category text    not null default '',
    add column viewers  integer not null default 0, -- as of when it was last told
    add column told     integer not null default 1, -- how often the lane was told of it since it went live
    add column told_at  timestamptz not null default now();

alter table lanes
    add column config     text    not null default '', -- hash of the configuration in force, see configs
    add column paused     boolean not null default false,
    add column streams    jsonb,   -- live now as far as the lane has learnt; null before it has said so
    add column stream_ref text    not null default ''; -- the stream that limits per stream count in

-- Clips whose end the lane has not learnt yet count as active, whatever became of
-- them since.
alter table clips add column over_seq bigint; -- where the lane learnt of it
update clips set over_seq = 0 where state in ('published', 'failed') and not exists (
    select from inbox where inbox.creator_id = clips.creator_id and inbox.kind = 'clip_result' and inbox.lane_seq is null
        and inbox.payload->>'ClipID' = clips.clip_id);
create index on clips (creator_id) where over_seq is null;

alter table decisions
    add column author text collate "C" not null default ''; -- '<platform>:<author id>'

-- The order of a lane for what is not chat, as for chat.
create index on inbox (creator_id, lane_seq) where lane_seq is not null;
-- What housekeeping goes by: rows lie in the order of their times, more or less.
create index on decisions using brin (decided_at);

-- The configurations that lanes evaluated under.
create table configs (
    creator_id text        collate "C" not null,
    hash       text        collate "C" not null,
    settings   jsonb       not null,
    created_at timestamptz not null default now(),
    primary key (creator_id, hash)
);

-- How often triggers fired: for everybody (user_key '') and for each author.
create table trigger_uses (
    creator_id   text   collate "C" not null,
    trigger_id   text   collate "C" not null,
    user_key     text   collate "C" not null, -- '' or '<platform>:<author id>'
    total        bigint not null,
    stream_ref   text   not null default '',  -- the stream that stream_total counts in
    stream_total bigint not null default 0,
    last_seq     bigint not null,
    primary key (creator_id, trigger_id, user_key)
) with (fillfactor = 70);
create index on trigger_uses (creator_id, last_seq desc);

-- Users whose messages wait for others before a trigger fires.
create table threshold_votes (
    creator_id text        collate "C" not null,
    trigger_id text        collate "C" not null,
    user_key   text        collate "C" not null,
    voted_at   timestamptz not null,
    primary key (creator_id, trigger_id, user_key)
);

-- Counters that chat shows and changes.
create table chat_counters (
    creator_id text   collate "C" not null,
    name       text   collate "C" not null,
    value      bigint not null,
    primary key (creator_id, name)
);

-- What authors have to spend, and every change of it.
create table points (
    creator_id text   collate "C" not null,
    user_key   text   collate "C" not null,
    balance    bigint not null,
    last_seq   bigint not null,
    primary key (creator_id, user_key)
);
create index on points (creator_id, last_seq desc);
create table point_changes (
    id         bigint      generated always as identity primary key,
    creator_id text        collate "C" not null,
    lane_seq   bigint      not null,
    user_key   text        collate "C" not null,
    delta      bigint      not null,
    reason     text        not null, -- spent, refunded, granted
    trigger_id text        collate "C" not null default '',
    clip_id    text        collate "C" not null default '', -- whose failure refunds it
    at         timestamptz not null
);
create index on point_changes (creator_id, user_key, id);
create index on point_changes (clip_id) where clip_id <> '';

-- What chat and operators laid over triggers.json: a merge patch (RFC 7396) for
-- each trigger, null for one that was removed.
create table trigger_overlays (
    creator_id text        collate "C" not null,
    trigger_id text        collate "C" not null,
    patch      jsonb,
    changed_by text        not null,
    changed_at timestamptz not null,
    lane_seq   bigint      not null,
    primary key (creator_id, trigger_id)
);

-- Who changed what, when, and what it was before.
create table trigger_changes (
    id         bigint      generated always as identity primary key,
    creator_id text        collate "C" not null,
    lane_seq   bigint      not null,
    subject    text        collate "C" not null, -- a trigger's id, 'counter:<name>' or 'pause'
    action     text        not null,             -- add, edit, remove, enable, disable, alias, options, set, …
    changed_by text        not null,             -- '<platform>:<author id>'
    name       text        not null,             -- as shown
    changed_at timestamptz not null,
    before     jsonb,
    after      jsonb
);
create index on trigger_changes (creator_id, id);

---- create above / drop below ----
drop table trigger_changes, trigger_overlays, point_changes, points, chat_counters, threshold_votes, trigger_uses, configs;
alter table decisions drop column author;
alter table clips drop column over_seq;
alter table lanes drop column config, drop column paused, drop column streams, drop column stream_ref;
alter table streams drop column category, drop column viewers, drop column told, drop column told_at;
alter table chat_events drop column kind, drop column amount, drop column unit;
drop index inbox_creator_id_lane_seq_idx, decisions_decided_at_idx;
