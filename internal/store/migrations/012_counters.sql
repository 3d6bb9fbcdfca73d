-- Every change of a counter, so that a past moment can be told.
create table counter_changes (
    id         bigint      generated always as identity primary key,
    creator_id text        collate "C" not null,
    lane_seq   bigint      not null,
    name       text        collate "C" not null,
    value      bigint      not null,
    was        bigint,               -- null when the counter came to be with it
    changed_at timestamptz not null,
    changed_by text        not null  -- '<platform>:<author id>', 'operator:<name>', or '' for nobody in particular
);
create index on counter_changes (creator_id, name, id);

alter table chat_counters add column updated_at timestamptz not null default now();
alter table chat_counters alter column updated_at drop default;

-- What counters stood at before their changes were kept is not known.
insert into counter_changes (creator_id, lane_seq, name, value, was, changed_at, changed_by)
select creator_id, 0, name, value, value, updated_at, '' from chat_counters order by creator_id, name;

-- What an encoding made, with the change that says so: a file that is made anew takes
-- the place of the first one on the clip's own row.
alter table clip_state_history add column made jsonb;

-- Chats that were cleared: of what was said before in them nothing is shown again.
create index chat_events_cleared on chat_events (creator_id, platform, channel, lane_seq) where kind = 'clear';

---- create above / drop below ----
drop index chat_events_cleared;
alter table clip_state_history drop column made;
alter table chat_counters drop column updated_at;
drop table counter_changes;
