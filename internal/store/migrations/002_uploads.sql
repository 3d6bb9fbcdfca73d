-- Where a clip stands at each of its destinations, and what an upload in parts has
-- to remember over crashes.
create table clip_uploads (
    clip_id           text        collate "C" not null references clips on delete cascade,
    destination       text        collate "C" not null,
    position          integer     not null, -- 0 for the first destination, whose address is the clip's
    state             text        not null default 'waiting', -- waiting, uploading, retrying, deferred, published, failed
    reason            text        not null default '',
    deferred_until    timestamptz,
    url               text        not null default '',
    ref               text        not null default '',
    attempt_at        timestamptz, -- when the attempt that spoke last began; earlier attempts are not heard
    session_address   text        not null default '', -- a secret: whoever knows it can write to the upload
    sessions_opened   integer     not null default 0,
    session_opened_at timestamptz,
    finishing_at      timestamptz,
    updated_at        timestamptz not null default now(),
    primary key (clip_id, destination)
);

-- Clips of before had one destination each, and no upload in parts.
insert into clip_uploads (clip_id, destination, position, state, reason, url, updated_at)
select clip_id, coalesce(nullif(destination, ''), 'folder'), 0,
    case when state in ('uploading', 'published', 'failed') then state else 'waiting' end,
    case when state = 'failed' then reason else '' end,
    case when state = 'published' then url else '' end,
    updated_at
from clips;

---- create above / drop below ----
drop table clip_uploads;
