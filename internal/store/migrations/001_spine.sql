-- Identifiers are machine text: they sort and compare by bytes (collate "C"), which
-- is also several times faster in an index than a language's rules, and gives row
-- locks the same order whoever takes them.

-- Chat, append-only. The partition key has to be part of the primary key, so
-- identity is (day, platform, message id) with the day of the platform's own time.
create table chat_events (
    day          date        not null,
    platform     text        collate "C" not null,
    message_id   text        collate "C" not null,
    creator_id   text        collate "C" not null,
    lane_seq     bigint      not null,
    channel      text        not null,
    author_id    text        not null,
    author_login text        not null,
    author_name  text        not null,
    roles        integer     not null,
    text         text        not null,
    reply_to     text        not null,
    shared_from  text        not null,
    self         boolean     not null, -- the bot's own message
    sent_at      timestamptz not null,
    received_at  timestamptz not null,
    primary key (day, platform, message_id)
) partition by range (day);
create table chat_events_other partition of chat_events default;
-- The order of a lane: what a lane loads when it starts, and what a replay follows.
create index on chat_events (creator_id, lane_seq);

-- One row a creator: who may write its lane. Every commit and every send reads it.
create table epochs (
    creator_id text        collate "C" primary key,
    epoch      bigint      not null,
    holder     text        not null,
    claimed_at timestamptz not null default now()
);

-- Where a lane's sequence stands and how late its clock is.
create table lanes (
    creator_id text        collate "C" primary key,
    next_seq   bigint      not null,
    clock      timestamptz not null
) with (fillfactor = 50);

create table cooldowns (
    creator_id text        collate "C" not null,
    trigger_id text        collate "C" not null,
    scope      text        not null, -- 'global' or 'user:<platform>:<author id>'
    until      timestamptz not null,
    fired_at   timestamptz not null,
    primary key (creator_id, trigger_id, scope)
);
create index on cooldowns (until);

-- What was decided about every message that matched a trigger.
create table decisions (
    creator_id text        collate "C" not null,
    lane_seq   bigint      not null,
    trigger_id text        collate "C" not null,
    platform   text        not null,
    message_id text        not null,
    outcome    text        not null, -- 'fired' or 'denied'
    step       text        not null, -- first failing step of the evaluation, or ''
    detail     text        not null,
    config     text        not null, -- hash of the configuration that was in force
    decided_at timestamptz not null,
    primary key (creator_id, lane_seq, trigger_id)
);
create index on decisions (platform, message_id);

-- What a lane has to learn besides chat.
create table inbox (
    id         bigint      generated always as identity primary key,
    creator_id text        collate "C" not null,
    kind       text        not null,
    dedupe_key text        collate "C" not null unique,
    payload    jsonb       not null,
    created_at timestamptz not null default now(),
    lane_seq   bigint               -- set by the commit that consumed it
);
create index on inbox (creator_id, id) where lane_seq is null;

-- What the data plane decided and has to tell somebody.
create table outbox (
    id         bigint      generated always as identity primary key,
    creator_id text        collate "C" not null,
    lane_seq   bigint      not null,
    kind       text        not null, -- 'signal' or 'reply'
    dedupe_key text        collate "C" not null unique,
    platform   text        not null,
    channel    text        not null,
    payload    jsonb       not null,
    state      text        not null default 'pending', -- pending, sending, sent, unknown, dropped, failed
    attempts   integer     not null default 0,
    claimed_by text        not null default '',
    claimed_at timestamptz,
    not_after  timestamptz, -- a reply is worthless later than this
    finished_at timestamptz,
    error      text        not null default '',
    created_at timestamptz not null default now()
);
create index on outbox (creator_id, id) where state in ('pending', 'sending');

-- Chat that was lost: connections down, queues overflowing, fail-overs.
create table gaps (
    id         bigint      generated always as identity primary key,
    creator_id text        collate "C" not null,
    platform   text        not null,
    channel    text        not null,
    reason     text        not null,
    from_at    timestamptz not null,
    to_at      timestamptz not null,
    lost       bigint      not null default 0 -- messages known to be lost; 0 when nobody can know
);
create index on gaps (creator_id, to_at);

create table counters (
    creator_id     text        collate "C" not null,
    platform       text        not null,
    messages       bigint      not null default 0,
    triggers       bigint      not null default 0,
    actions        bigint      not null default 0,
    actions_failed bigint      not null default 0,
    last_event_at  timestamptz,
    primary key (creator_id, platform)
) with (fillfactor = 50);

-- Connection state per creator and platform, written by whoever holds the creator.
create table platform_status (
    creator_id     text        collate "C" not null,
    platform       text        not null,
    channel        text        not null,
    state          text        not null, -- connecting, live, silent, degraded, needs_login, paused, disabled, inactive
    error          text        not null default '',
    last_heartbeat timestamptz,
    last_success   timestamptz,
    updated_at     timestamptz not null default now(),
    primary key (creator_id, platform)
);

create table streams (
    creator_id text        collate "C" not null,
    platform   text        not null,
    stream_id  text        not null,
    channel    text        not null,
    title      text        not null,
    started_at timestamptz not null,
    seen_at    timestamptz not null,
    ended_at   timestamptz,
    opened     integer     not null default 1, -- how often it was seen going live
    primary key (creator_id, platform, stream_id)
);
create index on streams (creator_id, platform) where ended_at is null;

-- One row for each recorder that runs or ran: which host holds which buffer.
create table captures (
    creator_id   text        collate "C" not null,
    stream_id    text        not null,
    host         text        not null,
    platform     text        not null,
    dir          text        not null, -- relative to the host's state directory
    state        text        not null, -- connecting, recording, stalled, ended, failed
    error        text        not null default '',
    oldest_at    timestamptz,
    newest_at    timestamptz,
    segments     bigint      not null default 0,
    bytes        bigint      not null default 0,
    gaps         bigint      not null default 0,
    started_at   timestamptz not null default now(),
    updated_at   timestamptz not null default now(),
    ended_at     timestamptz,
    primary key (creator_id, stream_id, host)
);

create table clips (
    clip_id      text        collate "C" primary key,
    creator_id   text        collate "C" not null,
    creator      text        not null,
    title        text        not null,
    source_title text        not null,
    platform     text        not null,
    channel      text        not null,
    message_id   text        not null,
    requested_by text        not null,
    clipper      text        not null,
    requested_at timestamptz not null,
    start_at     timestamptz not null,
    end_at       timestamptz not null,
    destination  text        not null,
    state        text        not null,
    seq          integer     not null default 0,
    reason       text        not null default '',
    failure_code text        not null default '',
    output_path  text        not null default '',
    thumbnail    text        not null default '',
    duration_ms  bigint      not null default 0,
    bytes        bigint      not null default 0,
    sha256       text        not null default '',
    gaps         jsonb       not null default '[]',
    url          text        not null default '',
    created_at   timestamptz not null default now(),
    updated_at   timestamptz not null default now(),
    published_at timestamptz
);
create index on clips (requested_at desc, clip_id);
create index on clips (creator_id, requested_at desc);
create index on clips (creator_id) where state in ('queued', 'encoding', 'encoded', 'uploading');

create table clip_jobs (
    job_id       uuid        primary key,
    clip_id      text        not null references clips on delete cascade,
    job_type     text        not null default 'clip',
    creator_id   text        collate "C" not null,
    status       text        not null default 'pending', -- pending, running, completed, failed
    payload      jsonb       not null default '{}',
    error        text        not null default '',
    created_at   timestamptz not null default now(),
    updated_at   timestamptz not null default now(),
    started_at   timestamptz,
    completed_at timestamptz
);
create index on clip_jobs (clip_id);

create table clip_state_history (
    clip_id text        not null references clips on delete cascade,
    seq     integer     not null,
    state   text        not null,
    reason  text        not null,
    at      timestamptz not null default now(),
    primary key (clip_id, seq)
);

-- Join, login and send budgets of bot accounts, shared by all hosts: one row a
-- grant inside its window.
create table budget_grants (
    account    text        not null,
    bucket     text        not null,
    id         bigint      generated always as identity,
    tokens     integer     not null,
    granted_at timestamptz not null,
    primary key (account, bucket, id)
);

-- One line for each thing that happened, in words, without chat text.
create table runtime_events (
    id         bigint      generated always as identity primary key,
    at         timestamptz not null default now(),
    source     text        not null, -- platform, creator id, 'system', 'clips', …
    severity   text        not null, -- info, warning, error
    message    text        not null,
    clip_id    text        not null default '',
    creator_id text        collate "C" not null default ''
);

---- create above / drop below ----
drop table runtime_events, budget_grants, clip_state_history, clip_jobs, clips, captures, streams,
    platform_status, counters, gaps, outbox, inbox, decisions, cooldowns, lanes, epochs, chat_events;
