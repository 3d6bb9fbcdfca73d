-- What creators used of platforms' daily quotas. Rows of past days are history.
create table quota_days (
    platform     text        collate "C" not null,
    creator_id   text        collate "C" not null,
    credential   text        collate "C" not null, -- label of the account, never a secret
    day          date        not null,             -- in the platform's own time zone
    begins_at    timestamptz not null,
    ends_at      timestamptz not null,             -- begin of the next day
    used         bigint      not null default 0 check (used >= 0),     -- settled units
    reserved     bigint      not null default 0 check (reserved >= 0), -- sum of the day's quota_reservations
    max          bigint      not null,             -- limits of the last request
    buffer       bigint      not null,
    warned       bigint      not null default 0,   -- the highest threshold that was warned about
    exhausted_at timestamptz,                      -- when the platform said that the day is used up
    exhausted_by text        not null default '',  -- the method that it refused
    updated_at   timestamptz not null,
    primary key (platform, creator_id, credential, day)
) with (fillfactor = 50);
create index on quota_days (ends_at);

-- Units of calls that are being made.
create table quota_reservations (
    id         bigint      generated always as identity primary key,
    platform   text        collate "C" not null,
    creator_id text        collate "C" not null,
    credential text        collate "C" not null,
    day        date        not null,
    method     text        not null,
    units      bigint      not null check (units > 0),
    expires_at timestamptz not null, -- from then on they count as used
    foreign key (platform, creator_id, credential, day) references quota_days on delete cascade
);
create index on quota_reservations (platform, creator_id, credential, day, expires_at);
create index on quota_reservations (expires_at);

---- create above / drop below ----
drop table quota_reservations, quota_days;
